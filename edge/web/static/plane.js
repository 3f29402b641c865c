// The mood as a point in the plane of valence (left to right) and arousal (upwards), with a trail of earlier points.
import { t } from "./language.js";
import { byId, shape } from "./text.js";

const SENTENCES = {
  pleasant: {
    excited: (values) => t("pleasant by {valence}, excited by {arousal} of 1", values),
    calm: (values) => t("pleasant by {valence}, calm by {arousal} of 1", values),
  },
  unpleasant: {
    excited: (values) => t("unpleasant by {valence}, excited by {arousal} of 1", values),
    calm: (values) => t("unpleasant by {valence}, calm by {arousal} of 1", values),
  },
};

const position = (point) => [point.valence, -point.arousal];

export function drawPlane(mood, trail) {
  const known = mood && mood.mood !== "absent" && mood.mood !== "unknown";
  const points = trail.filter((point) => point.mood !== "absent" && point.mood !== "unknown").slice(-16);
  byId("trail").setAttribute("points", points.map((point) => position(point).join(",")).join(" "));
  byId("trail-points").replaceChildren(...points.map((point, index) => {
    const [cx, cy] = position(point);
    return shape("circle", { cx, cy, r: 0.03, opacity: 0.25 + (0.6 * (index + 1)) / points.length, class: point.mood });
  }));
  const dot = byId("point");
  dot.setAttribute("visibility", known ? "visible" : "hidden");
  if (!known) {
    byId("plane-text").textContent = t("No mood at present");
    return;
  }
  const [cx, cy] = position(mood);
  dot.setAttribute("cx", cx);
  dot.setAttribute("cy", cy);
  dot.setAttribute("class", mood.mood);
  byId("plane-text").textContent = SENTENCES[mood.valence < 0 ? "unpleasant" : "pleasant"][mood.arousal < 0 ? "calm" : "excited"]({
    valence: Math.abs(mood.valence).toFixed(1), arousal: Math.abs(mood.arousal).toFixed(1),
  });
}
