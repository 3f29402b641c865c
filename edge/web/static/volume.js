// The volume slider: while a person holds it, changes from the device aren't shown.
import { send } from "./commands.js";
import { byId, percent, say } from "./text.js";

const SETTLE_MS = 300;
let held = false;
let settling;

export function release() {
  clearTimeout(settling);
  held = false;
}

function hold() {
  clearTimeout(settling);
  held = true;
}

export function drawVolume(volume) {
  if (held) return;
  byId("volume").value = volume;
  say("volume-text", percent(volume / 100));
}

// If it was moved, a `change` event follows; if not, the current volume is shown again.
function letGo() {
  if (!held) return;
  settling = setTimeout(() => {
    held = false;
    byId("volume").dispatchEvent(new Event("released"));
  }, SETTLE_MS);
}

byId("volume").addEventListener("pointerdown", hold);
byId("volume").addEventListener("input", () => {
  hold();
  say("volume-text", percent(byId("volume").value / 100));
});
byId("volume").addEventListener("change", () => send("volume", byId("volume").value));
for (const name of ["change", "blur"]) byId("volume").addEventListener(name, release);
for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, letGo);
