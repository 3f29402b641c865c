// The page: shows the device's state and sends commands. It loads nothing from other sites.
import { camera } from "./camera.js";
import { get, listen, open, post } from "./link.js";
import { drawDay } from "./day.js";
import "./language.js";
import { drawPlane } from "./plane.js";
import { setUp } from "./setup.js";
import { recommend } from "./songs.js";
import { EXPRESSIONS, byId, clock, feels, make, notice, percent, renew, say, song } from "./text.js";
import { drawVolume, release } from "./volume.js";

const state = {};
const PENDING_MS = 3000;
let online = null;
let lastSeen = null;
let focused = null;

// Commands that the device hasn't confirmed yet: an older state mustn't move a control that was just moved.
const pending = new Map();

function isPending(name, value) {
  const command = pending.get(name);
  if (command === undefined || command.value === String(value) || Date.now() > command.until) pending.delete(name);
  return pending.has(name);
}

async function send(name, value) {
  pending.set(name, { value: String(value), until: Date.now() + PENDING_MS });
  setTimeout(() => draw(["settings", "player"]), PENDING_MS + 50);
  try {
    await post("/api/command", { name, value: String(value) });
  } catch (error) {
    pending.delete(name);
    notice(error.message === "Failed to fetch" ? "The device can't be reached." : error.message);
    draw(Object.keys(state));
  }
}

// Parts that are also drawn again when another part changes.
const DEPENDS_ON = { mood: ["trail", "settings", "health", "presence"], timeline: ["notice"] };
// What a sentence is about that doesn't explain the music itself.
const ALSO = { volume: "The volume", control: "Who chooses", press: "The last button" };

// What the page says where no camera looks.
const REPLAYS = {
  demo: () => "No camera: the demo clip is shown",
  film: (name) => `No camera: the film ${name} is shown`,
};

const drawers = {
  device({ name, profiles, source, film }) {
    say("name", name);
    byId("replay").hidden = !(source in REPLAYS);
    say("replay", source in REPLAYS ? REPLAYS[source](film) : "");
    renew(byId("profile"), profiles.map((profile) => new Option(profile, profile)));
    byId("profile-row").hidden = profiles.length < 2;
  },
  mood(mood) {
    const text = mood ? feels(mood.mood) : "…";
    say("mood", text);
    byId("mood").className = `big ${mood ? mood.mood : ""}`;
    document.title = `${text} · ${state.device.name}`;
    const isOverride = mood && mood.source === "override";
    const hasConfidence = mood && !isOverride && mood.mood !== "unknown";
    byId("confidence").value = hasConfidence ? mood.confidence : 0;
    say("confidence-text", isOverride ? "set by hand" : hasConfidence ? percent(mood.confidence) : "–");
    const count = mood ? inView(mood) : "";
    const whose = mood ? PRESENCE_FROM[mood.presence_source] : "";
    say("people", mood ? `${count ? `${count} · s` : "S"}ince ${clock(mood.since)}${whose ? ` · ${whose}` : ""}` : "");
    drawPlane(mood, state.trail);
  },
  player(player) {
    if (!player) return;
    const states = {
      playing: "Playing", paused: "Paused", stopped: "Nothing is playing", unavailable: "No speaker available",
      dry_run: "Dry run, nothing is heard: no player is set up",
    };
    const title = player.title || states[player.state] || player.state;
    renew(byId("song"), [song(title, player.uri)]);
    say("artist", player.artist || "");
    const speaker = [player.title ? states[player.state] : "", player.speaker, player.state === "dry_run" ? "" : player.player.replace("_", " ")];
    say("speaker", speaker.filter(Boolean).join(" · "));
    say("like", player.liked ? "♥ Liked" : "Like");
    byId("like").setAttribute("aria-pressed", String(Boolean(player.liked)));
    byId("like").title = player.liked ? "Take the like back" : "";
    if (player.volume !== null && !isPending("volume", player.volume)) drawVolume(player.volume);
  },
  why(why) {
    say("why", why ? `Why: ${why.why}` : "");
  },
  // What failed stays until another wish.
  notice(notice) {
    const failed = notice && notice.kind === "problem";
    byId("failed").hidden = !failed;
    say("failed", failed ? `But: ${notice.text}` : "");
  },
  also(also) {
    byId("also").hidden = !also;
    say("also", also ? `${ALSO[also.about] || "And"}: ${also.why}` : "");
  },
  settings(settings) {
    if (!settings) return;
    const on = settings.camera === "ON";
    say("camera", on ? "Switch the camera off" : "Switch the camera on");
    byId("camera").dataset.value = on ? "OFF" : "ON";
    document.body.classList.toggle("camera-off", !on);
    if (!isPending("control", settings.control)) check("control", settings.control);
    byId("override-text").hidden = settings.control === "auto";
    say("override-text", settings.control === "off"
      ? "The device chooses no music: a mood is shown to lamps and scenes only."
      : "People choose the music: with a mood, the device chooses again.");
    if (!isPending("mood", settings.override)) check("override", settings.override);
    if (!isPending("profile", settings.profile)) byId("profile").value = settings.profile;
  },
  health(health) {
    const problems = health ? health.problems : [];
    const shown = [...problems, ...(health ? health.notices || [] : [])];
    byId("problems").hidden = shown.length === 0;
    byId("problems").classList.toggle("mild", problems.length === 0);
    say("problems-title", problems.length ? "Something needs attention" : "Worth knowing");
    renew(byId("problems-list"), shown.map((problem) => {
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

const PRESENCE_FROM = { sensor: "presence is the home sensor's", override: "presence is set by hand" };

// Empty while the camera doesn't look, and for an override with nobody in view, which doesn't show whether it looks.
function inView({ mood, people, source }) {
  if (mood === "unknown" && people === 0 && state.presence && camera(state).looks) return "No face in view";
  const notLooking = mood === "unknown" || !camera(state).looks || (source === "override" && people === 0);
  if (notLooking) return "";
  return people === 0 ? "Nobody in view" : people === 1 ? "One person in view" : `${people} people in view`;
}

function check(name, value) {
  for (const input of document.querySelectorAll(`input[name="${name}"]`)) input.checked = input.value === value;
}

function draw(names) {
  for (const [name, drawer] of Object.entries(drawers)) {
    if (!(name in state)) continue;
    if (names.includes(name) || (DEPENDS_ON[name] || []).some((other) => names.includes(other))) drawer(state[name]);
  }
  if (names.includes("settings") || names.includes("health")) say("camera-text", camera(state).text);
}

function onParts(parts) {
  const before = { mood: state.mood, notice: state.notice };
  Object.assign(state, parts);
  draw(Object.keys(parts));
  if (parts.mood && before.mood && parts.mood.mood !== before.mood.mood) {
    byId("announcement").textContent = `The room is ${feels(parts.mood.mood)}.`;
  }
  if (parts.notice && before.notice !== undefined && parts.notice.number !== (before.notice || {}).number) {
    notice(parts.notice.text);
  }
  lastSeen = new Date();
}

function onLink(connected) {
  if (connected === online) return;
  online = connected;
  release();
  byId("link").textContent = connected ? "live" : "offline";
  byId("link").classList.toggle("live", connected);
  byId("offline").hidden = connected;
  byId("offline").textContent = connected
    ? ""
    : `The device can't be reached${lastSeen ? `; this is the state at ${clock(lastSeen)}` : ""}. Trying again …`;
  // A disabled control loses the focus; it gets it back afterwards.
  if (!connected) focused = document.activeElement;
  for (const element of document.querySelectorAll("[data-live]")) element.disabled = !connected;
  if (connected && focused && document.activeElement === document.body) focused.focus();
  if (connected) begin();
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
  choice("override", "auto", "From the camera"),
  ...EXPRESSIONS.map((mood) => choice("override", mood, feels(mood))),
);
byId("override").addEventListener("change", async (event) => {
  const mood = event.target.value;
  // Whoever asks for the music of a mood lets the device choose it. What is chosen here may not be confirmed yet.
  const control = document.querySelector('input[name="control"]:checked');
  if (mood !== "auto" && control && control.value === "hands_off") {
    check("control", "auto");
    await send("control", "auto");
  }
  send("mood", mood);
});
byId("control").addEventListener("change", (event) => send("control", event.target.value));
byId("profile").addEventListener("change", (event) => send("profile", event.target.value));
byId("camera").addEventListener("click", () => send("camera", byId("camera").dataset.value));
byId("volume").addEventListener("change", () => send("volume", byId("volume").value));
byId("volume").addEventListener("released", () => draw(["player"]));
byId("like").addEventListener("click", () => {
  send(byId("like").getAttribute("aria-pressed") === "true" ? "unlike" : "like", "PRESS");
});
for (const button of document.querySelectorAll("[data-playback]")) {
  button.addEventListener("click", () => send("playback", button.dataset.playback));
}
byId("logout").addEventListener("click", async () => {
  try {
    await post("/api/logout");
  } catch (error) {
    notice(error.message);
    return;
  }
  location.replace("/login");
});
listen(onParts, onLink);
