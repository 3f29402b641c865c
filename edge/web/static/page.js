// The page for every day: shows the device's state and sends commands. It loads nothing from other sites.
import { camera, drawLight } from "./camera.js";
import { drawComing } from "./coming.js";
import { isPending, onUnconfirmed } from "./commands.js";
import { drawCorrect } from "./correct.js";
import { drawDay } from "./day.js";
import { t } from "./language.js";
import { get, listen, open, post } from "./link.js";
import { drawPlane } from "./plane.js";
import { drawAlso, drawFailed, drawPlayer, drawWhy } from "./player.js";
import { drawMood, drawProblems } from "./room.js";
import { recommend } from "./songs.js";
import { drawSpeakers } from "./speakers.js";
import { drawProfiles, drawSettings } from "./steer.js";
import { byId, clock, feels, notice, said, say } from "./text.js";
import "./week.js";
import { drawVolume, release } from "./volume.js";

// The status of a sign-out that the device can't keep over a restart.
const UNSAVED = 507;
const state = {};
let online = null;
let lastSeen = null;
let focused = null;

// Parts that are also drawn again when another part changes.
const DEPENDS_ON = { mood: ["trail", "settings", "health", "presence"], timeline: ["notice"] };

// What the page says where no camera looks.
const REPLAYS = {
  demo: () => t("No camera: the demo clip is shown"),
  film: (name) => t("No camera: the film {name} is shown", { name }),
};

const drawers = {
  device({ name, profiles, source, film }) {
    say("name", name);
    byId("replay").hidden = !(source in REPLAYS);
    say("replay", source in REPLAYS ? REPLAYS[source](film) : "");
    drawProfiles(profiles);
  },
  mood(mood) {
    drawMood(mood, state);
    drawCorrect(state);
    document.title = `${mood ? feels(mood.mood) : "…"} · ${state.device.name}`;
    drawPlane(mood, state.trail);
  },
  player(player) {
    drawPlayer(player);
    drawSpeakers(player);
    if (player && player.volume !== null && !isPending("volume", player.volume)) drawVolume(player.volume);
  },
  why: drawWhy,
  notice: drawFailed,
  also: drawAlso,
  settings(settings) {
    drawSettings(settings);
    drawLight(settings);
  },
  health: drawProblems,
  async timeline() {
    try {
      drawDay((await get("/api/timeline")).entries);
    } catch {
      // The next change tries again.
    }
  },
};

function draw(names) {
  for (const [name, drawer] of Object.entries(drawers)) {
    if (!(name in state)) continue;
    if (names.includes(name) || (DEPENDS_ON[name] || []).some((other) => names.includes(other))) drawer(state[name]);
  }
  if (names.includes("settings") || names.includes("player")) drawComing(state);
  if (names.includes("settings") || names.includes("health")) say("camera-text", camera(state).text);
}

function onParts(parts) {
  const before = { mood: state.mood, notice: state.notice };
  Object.assign(state, parts);
  draw(Object.keys(parts));
  if (parts.mood && before.mood && parts.mood.mood !== before.mood.mood) {
    byId("announcement").textContent = t("The room is {mood}.", { mood: feels(parts.mood.mood) });
  }
  if (parts.notice && before.notice !== undefined && parts.notice.number !== (before.notice || {}).number) {
    notice(said(parts.notice.text, parts.notice));
  }
  lastSeen = new Date();
}

function onLink(connected) {
  if (connected === online) return;
  online = connected;
  release();
  say("link", connected ? t("live") : t("offline"));
  byId("link").classList.toggle("live", connected);
  drawLight(connected ? state.settings : undefined);
  byId("offline").hidden = connected;
  byId("offline").textContent = connected ? "" : gone();
  // A disabled control loses the focus; it gets it back afterwards.
  if (!connected) focused = document.activeElement;
  for (const element of document.querySelectorAll("[data-live]")) element.disabled = !connected;
  if (connected && focused && document.activeElement === document.body) focused.focus();
  if (connected) begin();
}

function gone() {
  if (lastSeen === null) return t("The device can't be reached. Trying again …");
  return t("The device can't be reached; this is the state at {time}. Trying again …", { time: clock(lastSeen) });
}

async function begin() {
  const { can, password } = await open();
  byId("logout").hidden = !password;
  byId("songs").hidden = !can.recommend;
  if (can.recommend) await recommend();
}

byId("volume").addEventListener("released", () => draw(["player"]));
byId("plane-open").addEventListener("click", () => byId("plane-dialog").showModal());
byId("plane-close").addEventListener("click", () => byId("plane-dialog").close());
byId("logout").addEventListener("click", async () => {
  try {
    await post("/api/logout");
  } catch (error) {
    if (error.status !== UNSAVED) {
      notice(error.message);
      return;
    }
    // Signed out, so this page ends; the next one says what is wrong.
    sessionStorage.setItem("signed-out", error.message);
  }
  location.replace("/login");
});
onUnconfirmed(() => draw(["settings", "player"]));
listen(onParts, onLink);
