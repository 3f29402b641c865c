// Commands to the device, and those that it hasn't confirmed yet.
import { t } from "./language.js";
import { post } from "./link.js";
import { notice } from "./text.js";

const PENDING_MS = 3000;
// An older state mustn't move a control that was just moved.
const pending = new Map();
let redraw = () => {};

// refresh: called when what is shown may differ from what the device has confirmed.
export function onUnconfirmed(refresh) {
  redraw = refresh;
}

export function isPending(name, value) {
  const command = pending.get(name);
  if (command === undefined || command.value === String(value) || Date.now() > command.until) pending.delete(name);
  return pending.has(name);
}

export async function send(name, value = "PRESS") {
  pending.set(name, { value: String(value), until: Date.now() + PENDING_MS });
  setTimeout(redraw, PENDING_MS + 50);
  try {
    await post("/api/command", { name, value: String(value) });
  } catch (error) {
    pending.delete(name);
    notice(error.message);
    redraw();
  }
}
