// The mood as a point between unpleasant and pleasant, calm and excited, with the way that it came.
import { byId, shape } from "./text.js";

const at = (point) => [point.valence, -point.arousal];

export function drawPlane(mood, trail) {
  const known = mood && mood.mood !== "absent" && mood.mood !== "unknown";
  const seen = trail.filter((point) => point.mood !== "absent" && point.mood !== "unknown").slice(-16);
  byId("trail").setAttribute("points", seen.map((point) => at(point).join(",")).join(" "));
  byId("trail-points").replaceChildren(...seen.map((point, index) => {
    const [cx, cy] = at(point);
    return shape("circle", { cx, cy, r: 0.03, opacity: 0.25 + (0.6 * (index + 1)) / seen.length, class: point.mood });
  }));
  const dot = byId("point");
  dot.setAttribute("visibility", known ? "visible" : "hidden");
  if (!known) {
    byId("plane-text").textContent = "No mood to show now";
    return;
  }
  const [cx, cy] = at(mood);
  dot.setAttribute("cx", cx);
  dot.setAttribute("cy", cy);
  dot.setAttribute("class", mood.mood);
  const pleasant = mood.valence < 0 ? "unpleasant" : "pleasant";
  const excited = mood.arousal < 0 ? "calm" : "excited";
  byId("plane-text").textContent =
    `${pleasant} by ${Math.abs(mood.valence).toFixed(1)}, ${excited} by ${Math.abs(mood.arousal).toFixed(1)} of 1`;
}
