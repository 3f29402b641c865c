// Yesterday and the days before it: one ribbon each. They are fetched once somebody opens them.
import { locale, t } from "./language.js";
import { get } from "./link.js";
import { byId, feels, make, percent, renew, say, shape } from "./text.js";

const WIDTH = 1000;
const NOT_A_MOOD = ["absent", "unknown"];
const length = ({ at, until }) => Date.parse(until) - Date.parse(at);

// The moods of most of the day in words, for whoever doesn't see the colours.
function summary(moods) {
  const known = moods.filter((span) => !NOT_A_MOOD.includes(span.mood));
  const total = known.reduce((sum, span) => sum + length(span), 0);
  if (!total) return t("No mood was seen.");
  const times = new Map();
  for (const span of known) times.set(span.mood, (times.get(span.mood) || 0) + length(span));
  const most = [...times].sort((a, b) => b[1] - a[1]).slice(0, 3);
  return most.map(([mood, time]) => t("{mood} {share}", { mood: feels(mood), share: percent(time / total) })).join(" · ");
}

function day({ begin, end, moods }, index) {
  const from = Date.parse(begin);
  const scale = WIDTH / (Date.parse(end) - from);
  const item = make("li");
  const name = index === 0 ? t("Yesterday") : new Date(from + 43200000).toLocaleDateString(locale, { weekday: "long" });
  const ribbon = shape("svg", { viewBox: `0 0 ${WIDTH} 60`, preserveAspectRatio: "none", class: "ribbon", "aria-hidden": "true" });
  ribbon.append(shape("rect", { class: "ground", x: 0, y: 0, width: WIDTH, height: 60 }));
  for (const span of moods) {
    const x = (Date.parse(span.at) - from) * scale;
    ribbon.append(shape("rect", { x, y: 0, width: Math.max(2, length(span) * scale), height: 60, class: span.mood }));
  }
  item.append(make("b", name), " ", make("span", summary(moods), "muted"), ribbon);
  return item;
}

async function draw() {
  if (!byId("week").open) return;
  try {
    const { days } = await get("/api/week");
    renew(byId("week-days"), days.map(day));
    say("week-none", days.length ? "" : t("No history is kept."));
  } catch (error) {
    say("week-none", error.message);
  }
}

byId("week").addEventListener("toggle", draw);
