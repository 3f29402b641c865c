// What plays: its cover, title, artist and position, the buttons, and why it plays.
import { isPending, send } from "./commands.js";
import { t } from "./language.js";
import { deviceTime } from "./link.js";
import { byId, renew, said, say, song } from "./text.js";

const PLAY = "M7 4.5v15l12-7.5z";
const PAUSE = "M6.5 4.5h4v15h-4zM13.5 4.5h4v15h-4z";
const TICK_MS = 1000;
const STATES = {
  playing: () => t("Playing"),
  paused: () => t("Paused"),
  stopped: () => t("Nothing is playing"),
  unavailable: () => t("No speaker can be reached"),
  dry_run: () => t("Only tried out, nothing is heard: no player is set up"),
  none: () => t("The device only decides: the home plays the music"),
};
// What a sentence is about that doesn't explain the music itself.
const ALSO = {
  volume: (why) => t("The volume: {why}", { why }),
  control: (why) => t("Who chooses: {why}", { why }),
  press: (why) => t("The last button: {why}", { why }),
};
// The players that can go to a position in a song.
const SEEKING = ["spotify", "mpd", "music_assistant", "go_librespot"];
// Whether somebody moves the slider: what the device tells isn't shown meanwhile.
let held = false;
let shown = null;

export function drawPlayer(player) {
  if (!player) return;
  shown = player;
  const state = player.state in STATES ? STATES[player.state]() : player.state;
  renew(byId("song"), [song((player.title || "").trim() || state, player.uri)]);
  say("artist", player.artist || "");
  // MPD has no name but its address.
  const speaker = (player.speaker || "").replace(/^MPD at .*/, "MPD");
  say("speaker", [player.title ? state : "", speaker].filter(Boolean).join(" · "));
  drawCover(player.cover);
  say("play-text", player.playing ? t("Pause") : t("Play"));
  byId("play-icon").setAttribute("d", player.playing ? PAUSE : PLAY);
  byId("play").dataset.playback = player.playing ? "pause" : "play";
  say("like-text", player.liked ? t("Liked") : t("Like"));
  byId("like").setAttribute("aria-pressed", String(Boolean(player.liked)));
  byId("like").title = player.liked ? t("Take the like back") : "";
  drawPosition();
}

export function drawWhy(why) {
  say("why", why ? t("Why: {why}", { why: said(why.why, why) }) : "");
}

// What failed stays until another wish.
export function drawFailed(notice) {
  const failed = notice && notice.kind === "problem";
  byId("failed").hidden = !failed;
  say("failed", failed ? t("But: {why}", { why: said(notice.text, notice) }) : "");
}

export function drawAlso(also) {
  byId("also").hidden = !also;
  const why = also ? said(also.why, also) : "";
  say("also", also ? (also.about in ALSO ? ALSO[also.about](why) : t("And: {why}", { why })) : "");
}

// The device serves the cover itself; without one there is a note.
function drawCover(cover) {
  const picture = byId("cover-picture");
  if (!cover) {
    picture.hidden = true;
    picture.removeAttribute("src");
    return;
  }
  const address = `/api/cover?v=${encodeURIComponent(cover)}`;
  if (picture.getAttribute("src") !== address) {
    picture.hidden = true;
    picture.src = address;
  }
}

function drawPosition() {
  const known = shown && shown.title && shown.duration && shown.position !== null && shown.position !== undefined;
  byId("progress-row").hidden = !known;
  if (!known) return;
  // The device told the position at `position_at`; since then the music has gone on.
  const since = shown.playing ? (deviceTime() - Date.parse(shown.position_at)) / 1000 : 0;
  const position = Math.min(shown.duration, Math.max(0, shown.position + since));
  const seeks = SEEKING.includes(shown.player);
  byId("seek").hidden = !seeks;
  byId("progress").hidden = seeks;
  byId("progress").value = position / shown.duration;
  byId("seek").max = Math.max(1, Math.floor(shown.duration) - 1);
  if (held || isPending("position", Math.round(position))) return;
  byId("seek").value = position;
  sayPosition(position);
}

function sayPosition(position) {
  const text = t("{position} of {length}", { position: minutes(position), length: minutes(shown.duration) });
  say("progress-text", text);
  byId("seek").setAttribute("aria-valuetext", text);
}

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

byId("seek").addEventListener("input", () => {
  held = true;
  sayPosition(Number(byId("seek").value));
});
byId("seek").addEventListener("change", () => {
  held = false;
  send("position", byId("seek").value);
});
byId("cover-picture").addEventListener("load", () => { byId("cover-picture").hidden = false; });
byId("cover-picture").addEventListener("error", () => { byId("cover-picture").hidden = true; });
byId("like").addEventListener("click", () => {
  send(byId("like").getAttribute("aria-pressed") === "true" ? "unlike" : "like");
});
for (const button of document.querySelectorAll("[data-playback]")) {
  button.addEventListener("click", () => send("playback", button.dataset.playback));
}
setInterval(() => {
  if (shown && shown.playing && document.visibilityState === "visible") drawPosition();
}, TICK_MS);
