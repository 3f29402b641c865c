// The speakers of the player: choosing one moves the music there. They are asked for when the list is opened.
import { isPending, send } from "./commands.js";
import { t } from "./language.js";
import { get } from "./link.js";
import { byId, make, renew, say } from "./text.js";

// The players that know several speakers.
const PLAYERS = ["spotify", "music_assistant"];
let current = "";

export function drawSpeakers(player) {
  const chooses = Boolean(player) && PLAYERS.includes(player.player);
  byId("speakers").hidden = !chooses;
  if (!chooses) return;
  current = player.speaker || "";
  say("speakers-title", current ? t("Speaker: {name}", { name: current }) : t("Choose a speaker"));
  if (!isPending("speaker", current)) check(current);
}

function check(name) {
  for (const input of byId("speakers-choices").querySelectorAll("input")) input.checked = input.value === name;
}

function choice(name) {
  const label = make("label");
  const input = make("input");
  Object.assign(input, { type: "radio", name: "speaker", value: name });
  label.append(input, make("span", name));
  return label;
}

byId("speakers").addEventListener("toggle", async () => {
  if (!byId("speakers").open) return;
  say("speakers-text", t("Looking for speakers …"));
  try {
    const { speakers } = await get("/api/speakers");
    renew(byId("speakers-choices"), speakers.map(choice));
    say("speakers-text", speakers.length ? "" : t("No speaker is online; switch one on, then open this again."));
    check(current);
  } catch (error) {
    say("speakers-text", error.message);
  }
});
byId("speakers-field").addEventListener("change", (event) => send("speaker", event.target.value));
