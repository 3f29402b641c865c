// The sign-in page, with the password or, before the set-up, the code. The answer sets the session cookie.
import { refusal, t } from "./language.js";

const form = document.getElementById("form");
const field = form.querySelector("input");
const error = document.getElementById("error");

// What went wrong with the last sign-out.
error.textContent = sessionStorage.getItem("signed-out") ?? "";
sessionStorage.removeItem("signed-out");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  error.textContent = "";
  try {
    const answer = await fetch("/api/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ [field.id]: field.value }),
    });
    if (answer.ok) {
      location.replace(field.id === "code" ? "/setup" : "/");
      return;
    }
    error.textContent = refusal(await answer.json());
  } catch {
    error.textContent = t("The device can't be reached.");
  }
  button.disabled = false;
});
// Before this line a submitted form would only load the page again.
form.querySelector("button").disabled = false;
