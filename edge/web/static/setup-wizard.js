// What the steps of the set-up share: the settings of the device, and changes to them.
import { t, tell } from "./language.js";
import { get, open, post, read } from "./link.js";

const APPLIED_WITHIN_MS = 40000;
const BACK_WITHIN_MS = 8000;
const LOOK_EVERY_MS = 700;
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const PROFILES = "music.profiles";
let shown = {}; // the settings that the step shows, with what was written since

// A key may name one mood's music, or one profile: parts of a setting.
const settingOf = (key) => (key.startsWith(`${PROFILES}.`) ? PROFILES : key);

// What a key has in the settings.
function inOverview(config, key) {
  if (settingOf(key) === key) return config[key];
  const name = key.slice(PROFILES.length + 1);
  const profiles = config[PROFILES];
  if (Object.hasOwn(profiles, name)) return profiles[name];
  const dot = name.lastIndexOf(".");
  return (profiles[name.slice(0, dot)] || {})[name.slice(dot + 1)];
}

// A value as the settings show it: moods have lists of choices there.
function normal(key, value) {
  if (settingOf(key) === key) return value;
  const list = (one) => (Array.isArray(one) ? one : [one]).map((choice) => (typeof choice === "string" ? { play: choice } : choice));
  if (value === null || typeof value === "string" || Array.isArray(value) || "play" in value) return value === null ? undefined : list(value);
  return Object.fromEntries(Object.entries(value).map(([mood, one]) => [mood, list(one)]));
}

// Why the file of the settings can't be used, in the visitor's language.
export const whatIsBroken = ({ problem, problem_sentence: sentence }) => tell(problem, sentence);

export const wizard = {
  // {steps, config, version, running, accepted, passwords, file, undo, problem, problem_sentence, back}, as GET /api/setup answers.
  overview: null,
  // {csrf, password, can}, as GET /api/session answers.
  session: null,

  // Called with the overview whenever it was read, and with a sentence when the step must be drawn again.
  onOverview: () => {},
  onStale: () => {},

  async load() {
    this.session = await open();
    this.overview = await get("/api/setup");
    this.onOverview(this.overview);
    return this.overview;
  },

  // A setting that the step shows, by its dotted key, such as "mpd.host".
  value(key) {
    return shown[key];
  },

  async ask(path, body) {
    const answer = await post(`/api/setup/${path}`, body);
    return answer.status === 204 ? {} : read(answer);
  },

  // To be called when a step is drawn: what a person changes is compared with the settings that the step shows.
  drawn() {
    shown = { ...this.overview.config };
  },

  // Writes settings into the device's file, and waits until it runs with them. passwords: {"mqtt": "..."}.
  // Only what differs from what the step shows is written, so that it never undoes what somebody else changed.
  async save(changes, passwords = {}) {
    const touched = Object.entries(changes).filter(([key, value]) => !same(value, shown[key]));
    if (touched.length === 0 && Object.keys(passwords).length === 0) return;
    const { version } = this.overview;
    try {
      await this.ask("config", { version, changes: Object.fromEntries(touched), passwords });
    } catch (error) {
      await this.back(error.status ? 0 : BACK_WITHIN_MS);
      if (this.overview.problem) throw new Error(whatIsBroken(this.overview));
      if (version === this.overview.version) throw error;
      // The answer may have been lost on its way.
      if (!touched.every(([key, value]) => same(inOverview(this.overview.config, key), normal(key, value)))) this.refuse(touched);
    }
    await this.applied();
    for (const [key, value] of touched) Object.assign(shown, { [key]: value, [settingOf(key)]: this.overview.config[settingOf(key)] });
  },

  // What was touched stays in the form, but for a setting that somebody else has changed, too: its new value is shown.
  refuse(touched) {
    const text = t("The settings were changed somewhere else meanwhile. Look at them again.");
    if (touched.some(([key]) => !same(inOverview(this.overview.config, key), inOverview(shown, key)))) this.onStale(text);
    throw new Error(text);
  },

  // Reads the settings again. withinMs: how long the device may be away, which began anew or was out of reach.
  async back(withinMs) {
    const until = Date.now() + withinMs;
    for (;;) {
      try {
        return await this.load();
      } catch (error) {
        if (Date.now() >= until) throw error;
      }
      await pause(LOOK_EVERY_MS);
    }
  },

  async undo() {
    await this.ask("undo");
    await this.applied();
  },

  async mark(name, state) {
    this.overview.steps = (await this.ask(`steps/${name}`, { state })).steps;
  },

  // Waits until the device runs with the file as it is; it is away for a moment meanwhile.
  async applied() {
    const until = Date.now() + APPLIED_WITHIN_MS;
    while (Date.now() < until) {
      await pause(LOOK_EVERY_MS);
      try {
        await this.load();
        if (this.overview.running === this.overview.version) return;
      } catch {
        // It restarts its parts.
      }
    }
    throw new Error(t("It is written, but the device can't use it, and goes on as before. Its page says why."));
  },
};
