// Today: a ribbon of moods over the hours since the first, and the newest entries in words.
import { byId, clock, feels, make, percent, renew, say, shape, song } from "./text.js";

const MOST = 40;
const HOUR = 3600000;
const ENDS = ["mood", "start", "stop"];

// From the full hour before the first mood to the one after now.
function hours(entries) {
  const mood = entries.find((entry) => entry.kind === "mood");
  const first = new Date(mood ? mood.at : Date.now());
  const begin = first.setMinutes(0, 0, 0);
  return [begin, begin + Math.max(1, Math.ceil((Date.now() - begin) / HOUR)) * HOUR];
}

// A mood lasts until the next one, or until the device stopped or was started: nobody knows what was in between.
function drawRibbon(entries) {
  const [begin, end] = hours(entries);
  const place = (at) => (1000 * (new Date(at).getTime() - begin)) / (end - begin);
  byId("ribbon-moods").replaceChildren(...entries.flatMap((entry, index) => {
    const next = index + 1 < entries.length ? entries[index + 1].at : undefined;
    if (entry.kind !== "mood" || entry.at === next) return [];
    const x = place(entry.at);
    const until = next ? place(next) : place(Date.now());
    return shape("rect", { x, y: 0, width: Math.max(2, until - x), height: 60, class: entry.mood });
  }));
  renew(byId("hours"), [begin, (begin + end) / 2, end].map((at) => make("span", clock(at))));
  say("ribbon-text", `The moods from ${clock(begin)} to ${clock(end)}, in words below`);
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
  drawRibbon(entries.filter((entry) => ENDS.includes(entry.kind)));
  const newest = entries.slice(-MOST).reverse();
  byId("today-none").hidden = newest.length > 0;
  byId("today-list").hidden = newest.length === 0;
  renew(byId("today-list"), newest.map((entry) => {
    const item = make("li", undefined, entry.kind);
    const time = make("time", clock(entry.at));
    time.dateTime = entry.at;
    item.append(time, " ", words(entry));
    return item;
  }));
}
