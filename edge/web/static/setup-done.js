// The last step: the household's password, what was written, and taking the last change back.
import { t } from "./language.js";
import { open } from "./link.js";
import { button, during, field, status } from "./setup-parts.js";
import { make } from "./text.js";

const PASSWORD_MIN_CHARS = 8;

function passwordPart(wizard) {
  const part = make("div");
  const text = status();
  const { line, control } = field(t("Password"), "input", { type: "password", autocomplete: "new-password", minLength: PASSWORD_MIN_CHARS });
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
    finish() {
      if (!wizard.session.password && location.hostname !== "localhost" && !location.hostname.startsWith("127.")) {
        throw new Error(t("Set a password first: the code has worked once, and opens nothing more."));
      }
    },
  };
}
