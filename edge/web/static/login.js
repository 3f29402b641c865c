// The sign-in page. The answer sets the session cookie.
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
    error.textContent = (await answer.json()).error;
  } catch {
    error.textContent = "The device can't be reached.";
  }
  button.disabled = false;
});
