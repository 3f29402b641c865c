// What the camera does now, in one sentence, and whether it looks at the room.
const WATCHERS = ["camera", "vision"];

export function camera({ settings, health }) {
  if (!settings) return { looks: true, text: "…" };
  if (settings.camera !== "ON") return { looks: false, text: "The camera is off." };
  if (settings.resting === "ON") return { looks: false, text: "The camera is on, but rests until the quiet hours end." };
  if (health && health.problems.some((problem) => WATCHERS.includes(problem.part))) {
    return { looks: false, text: "The camera is on, but the room isn't looked at; the top of this page says why." };
  }
  return { looks: true, text: "The camera is on and looks at the room." };
}
