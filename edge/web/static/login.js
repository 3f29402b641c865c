// The sign-in page. The answer sets the session cookie.
import { t, tell } from "./language.js";

const form = document.getElementById("form");
const error = document.getElementById("error");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  error.textContent = "";
  try {
    const answer = await fetch("/api/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ password: document.getElementById("password").value }),
    });
    if (answer.ok) {
      location.replace("/");
      return;
    }
    const refused = await answer.json();
    error.textContent = tell(refused.error, refused.sentence);
  } catch {
    error.textContent = t("The device can't be reached.");
  }
  button.disabled = false;
});
