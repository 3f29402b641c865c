// Today: a ribbon of moods over the hours since the first, and the newest entries in words.
import { byId, clock, feels, make, percent, shape, song } from "./text.js";

const MOST = 40;
const HOUR = 3600000;

// From the full hour before the first mood to the one after now.
function hours(moods) {
  const first = new Date(moods.length ? moods[0].at : Date.now());
  const begin = first.setMinutes(0, 0, 0);
  return [begin, begin + Math.max(1, Math.ceil((Date.now() - begin) / HOUR)) * HOUR];
}

function drawRibbon(moods) {
  const [begin, end] = hours(moods);
  const place = (at) => (1000 * (new Date(at).getTime() - begin)) / (end - begin);
  byId("ribbon-moods").replaceChildren(...moods.map((entry, index) => {
    const x = place(entry.at);
    const until = index + 1 < moods.length ? place(moods[index + 1].at) : place(Date.now());
    return shape("rect", { x, y: 0, width: Math.max(2, until - x), height: 60, class: entry.mood });
  }));
  byId("hours").replaceChildren(...[begin, (begin + end) / 2, end].map((at) => make("span", clock(at))));
  byId("ribbon-text").textContent = `The moods from ${clock(begin)} to ${clock(end)}, in words below`;
}

function words(entry) {
  const line = make("span");
  if (entry.kind === "mood") {
    line.append(make("b", feels(entry.mood)), entry.confidence ? `, ${percent(entry.confidence)} sure` : "");
  } else if (entry.kind === "song") {
    line.append("♪ ", song(entry.title, entry.uri), entry.artist ? ` · ${entry.artist}` : "");
  } else {
    line.append(entry.text || entry.kind);
  }
  return line;
}

export function drawDay(entries) {
  drawRibbon(entries.filter((entry) => entry.kind === "mood"));
  const newest = entries.slice(-MOST).reverse();
  byId("today-none").hidden = newest.length > 0;
  byId("today-list").hidden = newest.length === 0;
  byId("today-list").replaceChildren(...newest.map((entry) => {
    const item = make("li", undefined, entry.kind);
    const time = make("time", clock(entry.at));
    time.dateTime = entry.at;
    item.append(time, " ", words(entry));
    return item;
  }));
}
