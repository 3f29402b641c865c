// The last step: what plays, the household's password, what was written, and taking the last change back.
import { t } from "./language.js";
import { get, open } from "./link.js";
import { button, during, field, status } from "./setup-parts.js";
import { make, plain } from "./text.js";

const PASSWORD_MIN_CHARS = 8;
const LOOK_EVERY_MS = 2000;

function heard(player) {
  if (!player) return t("The device begins again …");
  if (player.player === "dry_run") return t("Nothing can be heard yet: no speaker is chosen. Choose one in the step Speaker.");
  if (player.state === "unavailable") return t("The speaker can't be reached now. Is it switched on?");
  if (player.playing && player.title) return t("{title} plays.", { title: plain(player.title) });
  return player.playing ? t("Music plays.") : t("All is ready. Music begins once the mood of the room is known.");
}

// What plays, as long as the step is shown. Returns {element, leave()}.
function playingNow() {
  const element = status();
  const look = async () => {
    try {
      const text = heard((await get("/api/state")).player);
      if (element.textContent !== text) element.textContent = text;
    } catch {
      // The page says so when something is saved.
    }
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return { element, leave: () => clearInterval(timer) };
}

function passwordPart(wizard) {
  const part = make("div");
  const text = status();
  const { line, control } = field(t("Password"), "input", { type: "password", autocomplete: "new-password", minLength: PASSWORD_MIN_CHARS, maxLength: 1000 });
  const set = button(t("Set the password"), (pressed) => during(pressed, text, async () => {
    await wizard.ask("password", { password: control.value });
    wizard.session = await open();
    line.hidden = true;
    set.hidden = true;
    return t("It is set. Other phones are asked for it.");
  }));
  part.append(make("h3", t("A password for this household")), make("p", t("With it, everybody at home opens this page.")), line, set, text);
  return part;
}

export async function show(place, wizard) {
  const { overview } = wizard;
  const now = playingNow();
  place.append(now.element);
  if (!wizard.session.password) place.append(passwordPart(wizard));
  place.append(make("h3", t("What was written")));
  if (overview.file) place.append(make("p", t("Your settings are in {file}, which you may also edit by hand. The last ten versions are kept.", { file: overview.file })));
  const names = ["camera.source", "camera.rotate", "music.player", "spotify.speaker", "mpd.host", "mqtt.host"];
  const rows = make("dl", undefined, "written");
  for (const name of names) {
    const value = overview.config[name];
    if (value === null || value === undefined || value === "") continue;
    rows.append(make("dt", name), make("dd", String(value)));
  }
  place.append(rows);
  const text = status();
  const undo = button(t("Take the last change back"), (pressed) => during(pressed, text, async () => {
    await wizard.undo();
    undo.hidden = !wizard.overview.undo;
    return t("It is as it was before.");
  }));
  undo.hidden = !overview.undo;
  place.append(undo, text);
  return {
    leave: now.leave,
    finish() {
      if (!wizard.session.password && location.hostname !== "localhost" && !location.hostname.startsWith("127.")) {
        throw new Error(t("Set a password first: the code has worked once, and opens nothing more."));
      }
    },
  };
}
