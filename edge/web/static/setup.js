// The settings: checks of each part, the sign-in to Spotify, one picture for aiming the camera.
import { locale, t } from "./language.js";
import { open, post } from "./link.js";
import { byId, make } from "./text.js";

// Runs a call with the button disabled, and shows its result or error in `place`.
async function during(button, place, call) {
  const focused = document.activeElement === button;
  button.disabled = true;
  place.textContent = t("Please wait …");
  try {
    place.textContent = await call();
  } catch (error) {
    place.textContent = error.message;
  }
  button.disabled = false;
  if (focused && document.activeElement === document.body) button.focus();
}

function verdict({ part, good, warning }) {
  if (!good) return t("{part}: ✗ doesn't work.", { part });
  return warning ? t("{part}: ! could be better.", { part }) : t("{part}: ✓ works.", { part });
}

async function check() {
  byId("checks-list").replaceChildren();
  const { findings } = await (await post("/api/checks")).json();
  byId("checks-list").replaceChildren(...findings.map((finding) => {
    const item = make("li");
    item.append(make("b", verdict(finding)), " ", finding.text);
    return item;
  }));
  return findings.every((finding) => finding.good) ? t("Everything works.") : t("Some parts don't work.");
}

async function begin() {
  const { address } = await (await post("/api/spotify/sign-in")).json();
  byId("spotify-address").href = address;
  byId("spotify-steps").hidden = false;
  return "";
}

async function finish() {
  const answer = byId("spotify-answer").value.trim();
  byId("spotify-answer").value = "";
  if (!answer) return t("Paste the address first.");
  const { expires } = await (await post("/api/spotify/finish", { answer })).json();
  byId("spotify-steps").hidden = true;
  return t("Signed in, until {date}.", { date: new Date(expires).toLocaleDateString(locale) });
}

function remove() {
  URL.revokeObjectURL(byId("view-picture").src);
  byId("view-picture").removeAttribute("src");
  byId("view-figure").hidden = true;
}

async function take() {
  const picture = await (await post("/api/view", { confirm: true })).blob();
  remove();
  byId("view-picture").src = URL.createObjectURL(picture);
  byId("view-figure").hidden = false;
  return "";
}

async function start() {
  try {
    const { can } = await open();
    byId("checks-part").hidden = !can.checks;
    byId("spotify-part").hidden = !can.sign_in;
    byId("view-part").hidden = !can.view;
    byId("nothing").textContent = can.checks || can.sign_in || can.view ? "" : t("There is nothing to set here.");
  } catch {
    byId("nothing").textContent = t("The device can't be reached.");
  }
}

byId("checks").addEventListener("click", () => during(byId("checks"), byId("checks-text"), check));
byId("spotify").addEventListener("click", () => during(byId("spotify"), byId("spotify-text"), begin));
byId("spotify-finish").addEventListener("click", () => during(byId("spotify-finish"), byId("spotify-text"), finish));
byId("view").addEventListener("click", () => byId("view-dialog").showModal());
byId("view-no").addEventListener("click", () => byId("view-dialog").close());
byId("view-yes").addEventListener("click", () => {
  byId("view-dialog").close();
  during(byId("view"), byId("view-text"), take);
});
byId("view-close").addEventListener("click", () => { remove(); byId("view").focus(); });
start();
