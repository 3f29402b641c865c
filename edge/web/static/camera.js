// The camera's state in one sentence, whether the room is being looked at, and the light that shows it.
import { t } from "./language.js";
import { byId, say } from "./text.js";

const CAMERA_PARTS = ["camera", "vision"];
const REPLAYS = {
  demo: () => t("No camera looks at the room: the demo clip is shown."),
  film: () => t("No camera looks at the room: a film is shown."),
};

export function camera({ device, settings, health }) {
  if (!settings) return { looks: true, text: "…" };
  if (settings.camera !== "ON") {
    return { looks: false, text: settings.looking === "ON" ? t("The camera is being closed.") : t("The camera is off.") };
  }
  if (settings.resting === "ON") return { looks: false, text: t("The camera is on, but paused until the quiet hours end.") };
  if (health && health.problems.some((problem) => CAMERA_PARTS.includes(problem.part))) {
    return { looks: false, text: t("The camera is on, but can't see the room; the top of this page says why.") };
  }
  if (device && device.source in REPLAYS) return { looks: true, text: REPLAYS[device.source]() };
  if (settings.looking === "OFF") return { looks: false, text: t("The camera is on, but delivers no pictures yet.") };
  return { looks: true, text: t("The camera is on and looks at the room.") };
}

// Lit while the sensor runs, whatever the switch says. settings: undefined while the device can't be reached.
export function drawLight(settings) {
  const known = settings !== undefined && settings !== null && "looking" in settings;
  const on = known && settings.looking === "ON";
  byId("looking").classList.toggle("on", on);
  say("looking-text", known ? (on ? t("Looking") : t("Not looking")) : "…");
}
