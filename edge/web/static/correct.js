// "Not right?": what the camera's mood really is, told by a person.
import { camera } from "./camera.js";
import { send } from "./commands.js";
import { t } from "./language.js";
import { EXPRESSIONS, byId, feels, make, say } from "./text.js";

export const isCorrected = (state) => Boolean(state.settings && state.settings.corrected);

export function drawCorrect(state) {
  const { mood, settings } = state;
  const isRead = Boolean(mood && settings && settings.override === "auto" && camera(state).looks);
  const isAbout = isRead && mood.mood !== "absent" && (mood.mood !== "unknown" || mood.people > 0 || state.presence);
  byId("correct-open").hidden = !isAbout;
  if (!isAbout) {
    byId("correct-dialog").close();
    return;
  }
  say("correct-read", isCorrected(state)
    ? t("Somebody said that it is {mood}.", { mood: feels(mood.mood) })
    : t("The camera reads: {mood}.", { mood: feels(mood.mood) }));
  for (const button of byId("correct-choices").children) {
    button.hidden = button.dataset.mood === (isCorrected(state) ? undefined : "auto") || button.dataset.mood === mood.mood;
  }
}

function choice(mood, text) {
  const button = make("button", text);
  button.type = "button";
  button.dataset.mood = mood;
  button.dataset.live = "";
  button.addEventListener("click", () => {
    byId("correct-dialog").close();
    if (mood === "auto") send("mood", "auto");
    else send("correct", mood);
  });
  return button;
}

byId("correct-choices").replaceChildren(
  ...EXPRESSIONS.map((mood) => choice(mood, feels(mood))),
  choice("auto", t("As the camera sees it")),
);
byId("correct-open").addEventListener("click", () => byId("correct-dialog").showModal());
byId("correct-close").addEventListener("click", () => byId("correct-dialog").close());
