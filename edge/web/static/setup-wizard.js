// What the steps of the set-up share: the settings of the device, and changes to them.
import { t } from "./language.js";
import { get, open, post, read } from "./link.js";

const APPLIED_WITHIN_MS = 40000;
const LOOK_EVERY_MS = 700;
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

export const wizard = {
  // {steps, config, version, running, accepted, passwords, file, undo, problem}, as GET /api/setup answers.
  overview: null,
  // {csrf, password, can}, as GET /api/session answers.
  session: null,

  async load() {
    this.session = await open();
    this.overview = await get("/api/setup");
    return this.overview;
  },

  // A setting by its dotted key, such as "mpd.host".
  value(key) {
    return this.overview.config[key];
  },

  async ask(path, body) {
    const answer = await post(`/api/setup/${path}`, body);
    return answer.status === 204 ? {} : read(answer);
  },

  // Writes settings into the device's file, and waits until it runs with them. passwords: {"mqtt": "..."}.
  async save(changes, passwords = {}) {
    const changed = Object.entries(changes).filter(([key, value]) => {
      return JSON.stringify(value) !== JSON.stringify(this.value(key));
    });
    if (changed.length === 0 && Object.keys(passwords).length === 0) return;
    const body = { version: this.overview.version, changes: Object.fromEntries(changed), passwords };
    try {
      await this.ask("config", body);
    } catch (error) {
      const { version } = this.overview;
      await this.load();
      if (version !== this.overview.version) throw new Error(t("The settings were changed somewhere else meanwhile. Look at them again."));
      throw error;
    }
    await this.applied();
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
