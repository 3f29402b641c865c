// The step Speaker: where the music plays, a sound to try it with, and how loud it may get.
import { t, tell } from "./language.js";
import { get } from "./link.js";
import { button, choices, during, field, status } from "./setup-parts.js";
import { make } from "./text.js";

const MPD_PORT = 6600;
const MUSIC_ASSISTANT_PORT = 8095;
const GO_LIBRESPOT_PORT = 3678;
const GO_LIBRESPOT = "https://github.com/devgianlu/go-librespot";

const placeOf = ({ host, port }, usual) => (port === usual ? host : `${host}:${port}`);
const NAMES = {
  mpd: (one) => (one.here ? t("MPD on this device") : t("MPD at {place}", { place: placeOf(one, MPD_PORT) })),
  spotify: (one) => t("{speaker} (Spotify)", { speaker: one.name }),
  music_assistant: (one) => t("{speaker} (Music Assistant)", { speaker: one.name }),
  go_librespot: (one) => (one.here
    ? t("{speaker} (go-librespot on this device)", { speaker: one.name })
    : t("{speaker} (go-librespot at {place})", { speaker: one.name, place: placeOf(one, GO_LIBRESPOT_PORT) })),
};
// The players that are one speaker each, known by where they are.
const BY_PLACE = ["mpd", "go_librespot"];
const keyOf = ({ player, name, host, port }) => (BY_PLACE.includes(player) ? `${player} ${host}:${port}` : `${player} ${name}`);

// The settings that make a speaker the one that is used.
const SETTINGS = {
  mpd: ({ host, port }) => ({ "mpd.host": host, "mpd.port": port }),
  go_librespot: ({ host, port }) => ({ "go_librespot.host": host, "go_librespot.port": port }),
  spotify: ({ name }) => ({ "spotify.speaker": name }),
  music_assistant: ({ name, host, port }) => ({
    "music_assistant.host": host, "music_assistant.port": port, "music_assistant.speaker": name,
  }),
};

function configured(wizard) {
  const player = wizard.value("music.player");
  if (BY_PLACE.includes(player)) return keyOf({ player, host: wizard.value(`${player}.host`), port: wizard.value(`${player}.port`) });
  return keyOf({ player, name: wizard.value(`${player}.speaker`) });
}

// A part to open, for an address that is typed. passwordLabel: null where no password is asked for.
// answer(found): says what was found.
function typedPart(title, player, port, passwordLabel, call, answer) {
  const part = make("details");
  const host = field(t("Name or address"), "input", { type: "text", maxLength: 255, autocomplete: "off", spellcheck: false });
  const number = field(t("Port"), "input", { type: "number", min: 1, max: 65535, value: port });
  const password = passwordLabel && field(passwordLabel, "input", { type: "password", maxLength: 500, autocomplete: "off" });
  const text = status();
  const attempt = async () => {
    if (!host.control.value.trim()) throw new Error(t("Write its name or address first."));
    const typed = { player, host: host.control.value.trim(), port: Number(number.control.value), password: password?.control.value || null };
    const { speakers } = await call(typed);
    return answer(speakers.map((one) => ({ ...one, password: typed.password })));
  };
  part.append(make("summary", title), host.line, number.line, ...(password ? [password.line] : []), button(t("Try it"), (pressed) => during(pressed, text, attempt)), text);
  return part;
}

// How this device itself becomes a speaker; one on this device is found by itself.
function daemonPart(call, answer) {
  const part = typedPart(t("This device as a speaker (go-librespot)"), "go_librespot", GO_LIBRESPOT_PORT, null, call, answer);
  const link = make("a", t("How go-librespot is installed"));
  link.href = GO_LIBRESPOT;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  const way = make("p", t("go-librespot makes this device a speaker of the Spotify app, without a developer app. Install it with its API on port 3678; it is then found here by itself. Open the Spotify app once and choose this speaker: its account plays from then on."));
  part.querySelector("summary").after(way, link);
  return part;
}

function heard({ speaker, title, volume, already }) {
  const quiet = volume === 0 ? ` ${t("Its volume is 0: turn it up.")}` : "";
  if (already) return t("{title} plays there already. Do you hear it?", { title: title || t("music") }) + quiet;
  return (speaker ? t("It plays on {speaker} now. Do you hear it?", { speaker }) : t("It plays now. Do you hear it?")) + quiet;
}

const STEPS = {
  speaker: () => t("Speaker"), play: () => t("Play"), pause: () => t("Pause"), resume: () => t("Resume"),
  volume: () => t("Volume"), queue: () => t("Queue a song"), skip: () => t("Skip"), end: () => t("Afterwards"),
};
const TRIAL_LOOK_MS = 500;

function trialLine({ step, works, text, ...made }) {
  const can = works ? "\u2713" : "\u2717";
  return make("li", `${can} ${STEPS[step] ? STEPS[step]() : step}: ${tell(text, { text, ...made })}`);
}

// Tries all that the speaker can do; each line appears in `list` once it is known.
async function tryAll(wizard, list) {
  list.replaceChildren();
  let now = await wizard.ask("trial");
  while (!now.done) {
    await new Promise((resolve) => { setTimeout(resolve, TRIAL_LOOK_MS); });
    now = await get("/api/setup/trial");
    list.replaceChildren(...now.lines.map(trialLine));
  }
  return now.error ? tell(now.error.text, now.error) : t("That was all.");
}

export async function show(place, wizard) {
  const list = make("div");
  const hints = make("ul");
  const tried = make("ul");
  const text = status();
  let found = [];
  let typed = []; // those of the addresses that were tried here: a look that ends later doesn't list them
  let chosen = configured(wizard);

  function draw() {
    if (!found.length) {
      list.replaceChildren(make("p", t("No speaker is found yet.")));
      return;
    }
    const { line } = choices(t("Where the music plays"), found.map((one) => [keyOf(one), NAMES[one.player](one)]), chosen, (key) => { chosen = key; });
    list.replaceChildren(line);
  }

  function add(speakers) {
    const keys = new Set(speakers.map(keyOf));
    typed = [...typed.filter((one) => !keys.has(keyOf(one))), ...speakers];
    found = [...found.filter((one) => !keys.has(keyOf(one))), ...speakers];
    if (speakers.length === 1) chosen = keyOf(speakers[0]);
    draw();
  }

  async function look() {
    const { speakers, problems, spotify } = await get("/api/setup/speakers");
    const keys = new Set(speakers.map(keyOf));
    found = [...speakers, ...typed.filter((one) => !keys.has(keyOf(one)))];
    draw();
    hints.replaceChildren(...problems.map((one) => make("li", tell(one.text, one))));
    if (spotify !== "signed_in") {
      const item = make("li");
      const link = make("a", t("Spotify's speakers are listed here after the sign-in, in the step Spotify."));
      link.href = "#spotify";
      item.append(link);
      hints.append(item);
    }
    return speakers.length ? "" : t("Nothing answers. Switch a speaker on, or write an address below.");
  }

  const loudest = field(t("The loudest that it may get, in percent"), "input", { type: "number", min: 0, max: 100 });
  loudest.control.value = wizard.value("music.max_volume");

  async function save() {
    const one = found.find((speaker) => keyOf(speaker) === chosen);
    if (!one) throw new Error(t("Choose a speaker first, or skip this step."));
    if (!loudest.control.value) throw new Error(t("Write a volume from 0 to 100."));
    const passwords = one.password ? { [one.player]: one.password } : {};
    await wizard.save({ "music.player": one.player, ...SETTINGS[one.player](one), "music.max_volume": Number(loudest.control.value) }, passwords);
    delete one.password; // it is kept now
  }

  const call = (typed) => wizard.ask("speakers", typed);
  place.append(
    make("p", t("The device plays on one speaker, and never sets it louder than you allow here.")),
    list, hints,
    button(t("Look again"), (pressed) => during(pressed, text, look)),
    typedPart(t("MPD on another machine"), "mpd", MPD_PORT, t("Its password, if it needs one"), call, (speakers) => {
      add(speakers);
      return t("It answers, and lets this device play music. It is chosen above.");
    }),
    typedPart(t("Music Assistant"), "music_assistant", MUSIC_ASSISTANT_PORT, t("A long-lived token of it"), call, (speakers) => {
      add(speakers);
      return speakers.length ? t("Its speakers are listed above.") : t("It answers, and has no speaker that is switched on.");
    }),
    daemonPart(call, (speakers) => {
      add(speakers);
      return t("It answers. It is chosen above.");
    }),
    loudest.line,
    button(t("Play a sound"), (pressed) => during(pressed, text, async () => {
      await save();
      return heard(await wizard.ask("sound"));
    })),
    button(t("Try all that it can do"), (pressed) => during(pressed, text, async () => {
      await save();
      return tryAll(wizard, tried);
    })),
    text, tried,
  );
  await look();
  return { finish: save };
}
