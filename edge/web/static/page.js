// The page: draws what the device tells, and sends what people ask for. Nothing is fetched from anywhere else.
import { camera } from "./camera.js";
import { get, listen, open, post } from "./link.js";
import { drawDay } from "./day.js";
import { drawPlane } from "./plane.js";
import { setUp } from "./setup.js";
import { recommend } from "./songs.js";
import { EXPRESSIONS, byId, clock, feels, make, notice, percent, renew, say, song } from "./text.js";
import { drawVolume, release } from "./volume.js";

const state = {};
const PATIENCE = 3000;
let online = null;
let lastSeen = null;
let focused = null;

// What was asked for and hasn't come back yet: older news mustn't move a switch that somebody has just moved.
const asked = new Map();

function waitsFor(name, value) {
  const found = asked.get(name);
  if (found === undefined || found.value === String(value) || Date.now() > found.until) asked.delete(name);
  return asked.has(name);
}

async function ask(name, value) {
  asked.set(name, { value: String(value), until: Date.now() + PATIENCE });
  setTimeout(() => draw(["settings", "player"]), PATIENCE + 50);
  try {
    await post("/api/command", { name, value: String(value) });
  } catch (error) {
    asked.delete(name);
    notice(error.message === "Failed to fetch" ? "The device can't be reached." : error.message);
    draw(Object.keys(state));
  }
}

// What is drawn anew with more than its own part.
const MORE = { mood: ["trail", "settings", "health"] };

const drawers = {
  device({ name, profiles }) {
    say("name", name);
    renew(byId("profile"), profiles.map((profile) => new Option(profile, profile)));
    byId("profile-row").hidden = profiles.length < 2;
  },
  mood(mood) {
    const word = mood ? feels(mood.mood) : "…";
    say("mood", word);
    byId("mood").className = `big ${mood ? mood.mood : ""}`;
    document.title = `${word} · ${state.device.name}`;
    const byHand = mood && mood.source === "override";
    const sure = mood && !byHand && mood.mood !== "unknown";
    byId("confidence").value = sure ? mood.confidence : 0;
    say("confidence-text", byHand ? "set by hand" : sure ? percent(mood.confidence) : "–");
    const count = mood ? inView(mood) : "";
    say("people", mood ? `${count ? `${count} · s` : "S"}ince ${clock(mood.since)}` : "");
    drawPlane(mood, state.trail);
  },
  player(player) {
    if (!player) return;
    const states = { playing: "Playing", paused: "Paused", stopped: "Nothing plays", unavailable: "No speaker there" };
    const title = player.title || states[player.state] || player.state;
    renew(byId("song"), [song(title, player.uri)]);
    say("artist", player.artist || "");
    const speaker = [player.title ? states[player.state] : "", player.speaker, player.player.replace("_", " ")];
    say("speaker", speaker.filter(Boolean).join(" · "));
    if (player.volume !== null && !waitsFor("volume", player.volume)) drawVolume(player.volume);
  },
  why(why) {
    say("why", why ? `Why: ${why.why}` : "");
  },
  settings(settings) {
    if (!settings) return;
    const on = settings.camera === "ON";
    say("camera", on ? "Switch the camera off" : "Switch the camera on");
    byId("camera").dataset.value = on ? "OFF" : "ON";
    document.body.classList.toggle("camera-off", !on);
    if (!waitsFor("control", settings.control)) check("control", settings.control);
    if (!waitsFor("mood", settings.override)) check("override", settings.override);
    if (!waitsFor("profile", settings.profile)) byId("profile").value = settings.profile;
  },
  health(health) {
    const problems = health ? health.problems : [];
    const told = [...problems, ...(health ? health.notices || [] : [])];
    byId("problems").hidden = told.length === 0;
    byId("problems").classList.toggle("mild", problems.length === 0);
    say("problems-title", problems.length ? "Something needs a hand" : "Worth knowing");
    renew(byId("problems-list"), told.map((problem) => {
      const item = make("li");
      item.append(make("b", `${problem.part}: `), problem.message.replace(`${problem.part}: `, ""));
      return item;
    }));
  },
  async timeline() {
    try {
      drawDay((await get("/api/timeline")).entries);
    } catch {
      // The next change tries again.
    }
  },
};

// Nobody is counted where nobody looks, and a mood set by hand doesn't tell whether anybody does.
function inView({ mood, people, source }) {
  const unseen = mood === "unknown" || !camera(state).looks || (source === "override" && people === 0);
  if (unseen) return "";
  return people === 0 ? "Nobody in view" : people === 1 ? "One person in view" : `${people} people in view`;
}

function check(name, value) {
  for (const input of document.querySelectorAll(`input[name="${name}"]`)) input.checked = input.value === value;
}

function draw(names) {
  for (const [name, drawer] of Object.entries(drawers)) {
    if (!(name in state)) continue;
    if (names.includes(name) || (MORE[name] || []).some((other) => names.includes(other))) drawer(state[name]);
  }
  if (names.includes("settings") || names.includes("health")) say("camera-text", camera(state).text);
}

function heard(parts) {
  const before = { mood: state.mood, notice: state.notice };
  Object.assign(state, parts);
  draw(Object.keys(parts));
  if (parts.mood && before.mood && parts.mood.mood !== before.mood.mood) {
    byId("news").textContent = `The room is ${feels(parts.mood.mood)}.`;
  }
  if (parts.notice && before.notice !== undefined && parts.notice.number !== (before.notice || {}).number) {
    notice(parts.notice.text);
  }
  lastSeen = new Date();
}

function linked(now) {
  if (now === online) return;
  online = now;
  release();
  byId("link").textContent = now ? "live" : "offline";
  byId("link").classList.toggle("live", now);
  byId("offline").hidden = now;
  byId("offline").textContent = now
    ? ""
    : `The device can't be reached${lastSeen ? `; this is how it was at ${clock(lastSeen)}` : ""}. Trying again …`;
  // What can't be used can't hold the focus either, and gets it back.
  if (!now) focused = document.activeElement;
  for (const element of document.querySelectorAll("[data-live]")) element.disabled = !now;
  if (now && focused && document.activeElement === document.body) focused.focus();
  if (now) begin();
}

async function begin() {
  const session = await open();
  const { can } = session;
  byId("logout").hidden = !session.password;
  byId("songs").hidden = !can.recommend;
  setUp(can);
  if (can.recommend) await recommend();
}

function choice(name, value, text) {
  const label = make("label");
  const input = make("input");
  Object.assign(input, { type: "radio", name, value });
  label.append(input, make("span", text));
  return label;
}

byId("override-choices").replaceChildren(
  choice("override", "auto", "What it sees"),
  ...EXPRESSIONS.map((mood) => choice("override", mood, feels(mood))),
);
byId("override").addEventListener("change", (event) => ask("mood", event.target.value));
byId("control").addEventListener("change", (event) => ask("control", event.target.value));
byId("profile").addEventListener("change", (event) => ask("profile", event.target.value));
byId("camera").addEventListener("click", () => ask("camera", byId("camera").dataset.value));
byId("volume").addEventListener("change", () => ask("volume", byId("volume").value));
byId("volume").addEventListener("released", () => draw(["player"]));
byId("like").addEventListener("click", () => ask("like", "PRESS"));
for (const button of document.querySelectorAll("[data-playback]")) {
  button.addEventListener("click", () => ask("playback", button.dataset.playback));
}
byId("logout").addEventListener("click", async () => {
  await post("/api/logout");
  location.replace("/login");
});
listen(heard, linked);
