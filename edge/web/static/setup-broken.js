// What is wrong with the file of the settings after somebody edited it by hand, and the way back.
import { locale, t } from "./language.js";
import { button, during, status } from "./setup-parts.js";
import { whatIsBroken, wizard } from "./setup-wizard.js";
import { byId, make } from "./text.js";

let drawn = "";

// Called whenever the settings were read.
export function drawBroken(overview) {
  const place = byId("broken");
  const now = JSON.stringify([overview.problem, overview.back]);
  if (now === drawn) return;
  drawn = now;
  place.hidden = !overview.problem;
  place.replaceChildren();
  if (!overview.problem) return;
  place.append(make("h2", overview.file ? t("The file of the settings can't be used") : t("The settings can't be changed")), make("p", whatIsBroken(overview)));
  if (!overview.file) return;
  place.append(make("p", t("The device goes on with the settings before. Nothing can be changed here until the file is in order.")));
  if (!overview.back) {
    place.append(make("p", t("There is no earlier version to go back to: edit the file by hand.")));
    return;
  }
  const said = status();
  const date = new Date(overview.back).toLocaleString(locale, { dateStyle: "long", timeStyle: "short" });
  place.append(
    button(t("Go back to the version of {date}", { date }), (pressed) => during(pressed, said, () => wizard.undo()), "strong"),
    make("p", t("What is in the file now isn't lost: the device keeps it."), "muted"), said,
  );
}
