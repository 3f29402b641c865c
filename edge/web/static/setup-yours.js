// What is the household's: a backup and back, signing out of Spotify, erasing. A section of the settings.
import { locale, t } from "./language.js";
import { post } from "./link.js";
import { button, during, field, status } from "./setup-parts.js";
import { byId, make } from "./text.js";

async function download() {
  const file = await (await post("/api/setup/backup")).blob();
  const link = make("a");
  link.href = URL.createObjectURL(file);
  link.download = `moodroom-${new Date().toISOString().slice(0, 10)}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  return t("The backup is saved where your browser keeps downloads.");
}

const inBase64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.split(",")[1] || "");
  reader.onerror = () => reject(new Error(t("The file can't be read.")));
  reader.readAsDataURL(file);
});

async function upload(file) {
  if (!file) return t("Choose a file first.");
  const { made } = await (await post("/api/setup/restore", { backup: await inBase64(file) })).json();
  return t("Restored, as it was on {date}. The device begins again.", { date: new Date(made).toLocaleString(locale) });
}

async function logOut() {
  const { deleted } = await (await post("/api/setup/logout")).json();
  return deleted ? t("The Spotify login is deleted.") : t("There was no Spotify login.");
}

async function erase() {
  await post("/api/setup/erase", { confirm: true });
  return t("The history and what was learned are erased.");
}

// Two taps: the first asks.
function asking(text, question, call, said) {
  let asked = false;
  return button(text, (pressed) => {
    if (!asked) {
      asked = true;
      pressed.textContent = question;
      return;
    }
    asked = false;
    pressed.textContent = text;
    during(pressed, said, call);
  });
}

export function showYours() {
  const place = byId("yours-place");
  const said = status();
  const file = field(t("Backup file"), "input", { type: "file", accept: ".zip" });
  const row = (...parts) => {
    const made = make("div", undefined, "row");
    made.append(...parts);
    return made;
  };
  place.replaceChildren(
    make("p", t("A backup has the settings, the history and what was learned, but no passwords.")),
    row(button(t("Save a backup"), (pressed) => during(pressed, said, download))),
    file.line,
    row(asking(t("Restore it"), t("Really replace everything?"), () => upload(file.control.files[0]), said)),
    row(
      asking(t("Sign out of Spotify"), t("Really sign out?"), logOut, said),
      asking(t("Erase the history"), t("Really erase all of it?"), erase, said),
    ),
    said,
  );
  byId("yours").hidden = false;
}

showYours();
