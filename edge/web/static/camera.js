// The camera's state in one sentence, and whether the room is being looked at.
const CAMERA_PARTS = ["camera", "vision"];

const REPLAYS = { demo: "the demo clip", film: "a film" };

export function camera({ device, settings, health }) {
  if (!settings) return { looks: true, text: "…" };
  const shown = REPLAYS[device && device.source];
  if (settings.camera !== "ON") return { looks: false, text: "The camera is off." };
  if (settings.resting === "ON") return { looks: false, text: "The camera is on, but paused until the quiet hours end." };
  if (health && health.problems.some((problem) => CAMERA_PARTS.includes(problem.part))) {
    return { looks: false, text: "The camera is on, but can't see the room; the top of this page says why." };
  }
  if (shown) return { looks: true, text: `No camera looks at the room: ${shown} is shown.` };
  return { looks: true, text: "The camera is on and looks at the room." };
}
