// The step Spotify: what is worth knowing, an app of the household's own, its client id, and the sign-in.
import { locale, t } from "./language.js";
import { get, post } from "./link.js";
import { button, during, field, status } from "./setup-parts.js";
import { clientId, createApp, fillIn, userManagement } from "./setup-pictures.js";
import { make } from "./text.js";

const DASHBOARD = "https://developer.spotify.com/dashboard";
const ID = /(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/i;
const HOW = {
  signed_in: (until) => (until ? t("Signed in, until {date}.", { date: new Date(until).toLocaleDateString(locale) }) : t("Signed in.")),
  refused: () => t("Spotify has ended the sign-in. Sign in again."),
  other_app: () => t("The sign-in belongs to another client ID. Sign in again."),
  none: () => t("Nobody is signed in yet."),
};

function list(tag, items) {
  const made = make(tag);
  made.append(...items.map((parts) => {
    const item = make("li");
    item.append(...parts);
    return item;
  }));
  return made;
}

const outside = (text, address) => Object.assign(make("a", text), { href: address, target: "_blank", rel: "noopener noreferrer" });

// The sign-in that is in progress, kept for this tab: a phone may forget the page while Spotify is open.
const begun = {
  get: () => { try { return sessionStorage.getItem("sign-in") || ""; } catch { return ""; } },
  set(address) { try { sessionStorage.setItem("sign-in", address); } catch { /* storage is switched off */ } },
};

// A text to copy, in a field, since a browser gives scripts no clipboard on a page without TLS.
function copied(label, text) {
  const { line, control } = field(label, "input", { type: "text", readOnly: true, value: text });
  const said = status();
  line.append(button(t("Copy"), async () => {
    control.select();
    let done = false;
    try {
      if (navigator.clipboard) await navigator.clipboard.writeText(text);
      done = Boolean(navigator.clipboard) || document.execCommand("copy");
    } catch {
      done = document.execCommand("copy");
    }
    said.textContent = done ? t("Copied.") : t("It is selected; copy it by hand.");
  }));
  const part = make("div");
  part.append(line, said);
  return part;
}

const worthKnowing = () => list("ul", [
  [t("It needs Spotify Premium, for the account that plays and for the one that makes the app.")],
  [t("Spotify lets five people use an app of your own. Everybody who is to sign in must be added to it, such as your partner.")],
  [t("Spotify ends a sign-in after six months. The page says so in time, and you sign in again here.")],
]);

function howTo(redirect) {
  return list("ol", [
    [outside(t("Open Spotify's dashboard"), DASHBOARD), make("p", t("Sign in there with your account, then tap Create app.")), createApp(t("The dashboard, with the button Create app"))],
    [
      make("p", t("Give it any name and description. Copy this address, paste it under Redirect URIs, and tap Add. Tick Web API, then tap Save.")),
      copied(t("Redirect address"), redirect), fillIn(t("The form, with App name, Redirect URIs, Add, Web API and Save")),
    ],
    [make("p", t("Open the app's settings and copy its Client ID. The client secret isn't needed.")), clientId(t("The app's settings, with its Client ID"))],
    [make("p", t("Somebody else is to sign in? Add them under User Management, with the address of their Spotify account.")), userManagement(t("The part User Management, with a name and an email address"))],
  ]);
}

// The field for the client id: read as it is pasted, and written at once.
function idPart(wizard, onWritten) {
  const part = make("div");
  const said = status();
  const { line, control } = field(t("Client ID"), "input", { type: "text", maxLength: 200, autocomplete: "off", spellcheck: false, autocapitalize: "none" });
  control.value = wizard.value("spotify.client_id") || "";
  // Blanks come along when it is copied in parts.
  const typed = () => (ID.exec(control.value) || ID.exec(control.value.replace(/client id|\s/gi, "")) || [""])[0].toLowerCase();
  let writing = false;
  async function check() {
    const id = typed();
    const wrong = control.value.trim() !== "" && !id;
    control.setAttribute("aria-invalid", String(wrong));
    if (wrong) said.textContent = t("That isn't a client ID: it has 32 characters, 0 to 9 and a to f.");
    if (wrong || !id) return;
    control.value = id;
    if (writing || id === wizard.value("spotify.client_id")) return;
    writing = true;
    await during(control, said, async () => {
      await wizard.save({ "spotify.client_id": id });
      await onWritten();
      return t("The client ID is written.");
    });
    writing = false;
  }
  control.addEventListener("input", check);
  part.append(line, said);
  return { part, wrong: () => control.value.trim() !== "" && !typed(), written: () => Boolean(wizard.value("spotify.client_id")) };
}

function signInPart(onSignedIn) {
  const part = make("div");
  const text = status();
  text.id = "spotify-text";
  const link = outside(t("Open Spotify and agree"), "");
  const { line, control } = field(t("Paste it here"), "input", { type: "url", maxLength: 2000, autocomplete: "off", spellcheck: false });
  const finish = button(t("Finish"), (pressed) => during(pressed, text, async () => {
    const answer = control.value.trim();
    control.value = "";
    if (!answer) return t("Paste the address first.");
    const { expires } = await (await post("/api/spotify/finish", { answer })).json();
    follow("");
    onSignedIn();
    return HOW.signed_in(expires);
  }));
  const steps = list("ol", [[link], [t("The browser is then sent to an address that it can't open. That is expected. Copy the address.")], [line, finish]]);
  const follow = (address) => {
    begun.set(address);
    link.href = address;
    steps.hidden = !address;
  };
  follow(begun.get());
  const begin = button(t("Start sign-in"), (pressed) => during(pressed, text, async () => {
    follow((await (await post("/api/spotify/sign-in")).json()).address);
  }));
  part.append(make("h3", t("Sign in")), make("p", t("On this phone or any other, with the account that is to play.")), begin, steps, text);
  return { part, text };
}

export async function show(place, wizard) {
  const { redirect, login, expires } = await get("/api/setup/spotify");
  let signedIn = login === "signed_in";
  const signIn = signInPart(() => { signedIn = true; });
  const tell = (how, until) => { signIn.text.textContent = HOW[how](until); };
  const id = idPart(wizard, async () => {
    const now = await get("/api/setup/spotify");
    signedIn = now.login === "signed_in";
    signIn.part.hidden = false;
    tell(now.login, now.expires);
  });
  signIn.part.hidden = !wizard.session.can.sign_in;
  tell(login, expires);
  const how = make("details");
  how.open = !id.written();
  how.append(make("summary", t("An app of your own, in four steps")), howTo(redirect));
  place.append(make("h3", t("Worth knowing")), worthKnowing(), how, id.part, signIn.part);
  return {
    finish() {
      if (id.wrong() || !id.written()) throw new Error(t("Paste the client ID first, or skip this step."));
      if (!signedIn) throw new Error(t("Sign in first, or skip this step."));
      // Its speakers are known only now.
      const chosen = wizard.value("spotify.speaker") || !["auto", "spotify"].includes(wizard.value("music.player"));
      return chosen ? "" : "speaker";
    },
  };
}
