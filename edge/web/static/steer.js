// What people set: the mood to play for, who chooses, the profile, and the camera's switch.
import { isPending, send } from "./commands.js";
import { t } from "./language.js";
import { EXPRESSIONS, byId, feels, make, renew, say } from "./text.js";

export function drawProfiles(profiles) {
  renew(byId("profile"), profiles.map((profile) => new Option(profile, profile)));
  byId("profile-row").hidden = profiles.length < 2;
}

export function drawSettings(settings) {
  if (!settings) return;
  const on = settings.camera === "ON";
  say("camera", on ? t("Switch the camera off") : t("Switch the camera on"));
  byId("camera").dataset.value = on ? "OFF" : "ON";
  document.body.classList.toggle("camera-off", !on);
  if (!isPending("control", settings.control)) check("control", settings.control);
  byId("override-text").hidden = settings.control === "auto";
  say("override-text", settings.control === "off"
    ? t("The device chooses no music: a mood is shown to lamps and scenes only.")
    : t("People choose the music: with a mood, the device chooses again."));
  if (!isPending("mood", settings.override)) check("override", settings.override);
  if (!isPending("profile", settings.profile)) byId("profile").value = settings.profile;
}

function check(name, value) {
  for (const input of document.querySelectorAll(`input[name="${name}"]`)) input.checked = input.value === value;
}

function choice(name, value, text) {
  const label = make("label");
  const input = make("input");
  Object.assign(input, { type: "radio", name, value });
  label.append(input, make("span", text));
  return label;
}

byId("override-choices").replaceChildren(
  choice("override", "auto", t("As the camera sees it")),
  ...EXPRESSIONS.map((mood) => choice("override", mood, feels(mood))),
);
byId("override").addEventListener("change", async (event) => {
  const mood = event.target.value;
  // Whoever asks for the music of a mood lets the device choose it. What is chosen here may not be confirmed yet.
  const control = document.querySelector('input[name="control"]:checked');
  if (mood !== "auto" && control && control.value === "hands_off") {
    check("control", "auto");
    await send("control", "auto");
  }
  send("mood", mood);
});
byId("control").addEventListener("change", (event) => send("control", event.target.value));
byId("profile").addEventListener("change", (event) => send("profile", event.target.value));
byId("camera").addEventListener("click", () => send("camera", byId("camera").dataset.value));
