// The step Spotify: the sign-in, by pasting where the browser ended up.
import { locale, t } from "./language.js";
import { post } from "./link.js";
import { button, during, field, status } from "./setup-parts.js";
import { make } from "./text.js";

export async function show(place, wizard) {
  if (!wizard.session.can.sign_in) {
    place.append(make("p", t("Spotify isn't set up; set spotify.client_id first")));
    return {};
  }
  const text = status();
  text.id = "spotify-text";
  const steps = make("ol");
  steps.hidden = true;
  const link = make("a", t("Open Spotify and agree"));
  Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
  const { line, control } = field(t("Paste it here"), "input", { type: "url", autocomplete: "off", spellcheck: false });
  const begin = button(t("Start sign-in"), (pressed) => during(pressed, text, async () => {
    link.href = (await (await post("/api/spotify/sign-in")).json()).address;
    steps.hidden = false;
  }));
  const finish = button(t("Finish"), (pressed) => during(pressed, text, async () => {
    const answer = control.value.trim();
    control.value = "";
    if (!answer) return t("Paste the address first.");
    const { expires } = await (await post("/api/spotify/finish", { answer })).json();
    steps.hidden = true;
    return t("Signed in, until {date}.", { date: new Date(expires).toLocaleDateString(locale) });
  }));
  const items = [make("li"), make("li", t("The browser is then sent to an address that it can't open. That is expected. Copy the address.")), make("li")];
  items[0].append(link);
  items[2].append(line, finish);
  steps.append(...items);
  place.append(begin, steps, text);
  return {};
}
