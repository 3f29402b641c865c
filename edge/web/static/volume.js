// The volume's slider: while somebody holds it, it is theirs, and news wait.
import { byId, percent, say } from "./text.js";

const SETTLES = 300;
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

// Where it was moved, `change` follows; else it shows the news that have come meanwhile.
function letGo() {
  if (!held) return;
  settling = setTimeout(() => {
    held = false;
    byId("volume").dispatchEvent(new Event("released"));
  }, SETTLES);
}

byId("volume").addEventListener("pointerdown", hold);
byId("volume").addEventListener("input", () => {
  hold();
  say("volume-text", percent(byId("volume").value / 100));
});
for (const name of ["change", "blur"]) byId("volume").addEventListener(name, release);
for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, letGo);
