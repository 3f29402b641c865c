// Today: the moods as a coloured ribbon over the hours, and the newest entries as a list.
import { t } from "./language.js";
import { byId, clock, feels, make, percent, plain, renew, said, say, shape, song } from "./text.js";

const MAX_LISTED = 40;
const HOUR_MS = 3600000;
const ABOUT_SONG = { skip: () => t("skipped:"), like: () => t("♥ liked:"), unlike: () => t("like taken back:") };
const RIBBON_KINDS = ["mood", "start", "stop"];

// The span of the ribbon: from the full hour before the first mood to the full hour after now.
function hours(entries) {
  const mood = entries.find((entry) => entry.kind === "mood");
  const first = new Date(mood ? mood.at : Date.now());
  const begin = first.setMinutes(0, 0, 0);
  return [begin, begin + Math.max(1, Math.ceil((Date.now() - begin) / HOUR_MS)) * HOUR_MS];
}

// A mood lasts until the next one, or until a stop or start of the device: what was in between isn't known.
function drawRibbon(entries) {
  const [begin, end] = hours(entries);
  const position = (at) => (1000 * (new Date(at).getTime() - begin)) / (end - begin);
  byId("ribbon-moods").replaceChildren(...entries.flatMap((entry, index) => {
    const next = index + 1 < entries.length ? entries[index + 1].at : undefined;
    if (entry.kind !== "mood" || entry.at === next) return [];
    const x = position(entry.at);
    const until = next ? position(next) : position(Date.now());
    return shape("rect", { x, y: 0, width: Math.max(2, until - x), height: 60, class: entry.mood });
  }));
  renew(byId("hours"), [begin, (begin + end) / 2, end].map((at) => make("span", clock(at))));
  say("ribbon-text", t("The moods from {begin} to {end}, listed below", { begin: clock(begin), end: clock(end) }));
}

function describe(entry) {
  const line = make("span");
  if (entry.kind === "mood") {
    const sure = entry.confidence ? t("{share} sure", { share: percent(entry.confidence) }) : "";
    const more = entry.text ? t("set by hand") : sure;
    line.append(make("b", feels(entry.mood)), more ? `, ${more}` : "");
  } else if (entry.kind === "song") {
    line.append("♪ ", song(entry.title, entry.uri), entry.artist ? ` · ${entry.artist}` : "");
  } else if (entry.kind in ABOUT_SONG) {
    line.append(ABOUT_SONG[entry.kind](), " ", song(entry.title || t("this song"), entry.uri), entry.artist ? ` · ${entry.artist}` : "");
  } else if (entry.kind === "not_this") {
    line.append(t("not today: {music}", { music: plain(entry.title || t("this music")) }));
  } else {
    line.append(said(entry.text || entry.kind, entry));
  }
  return line;
}

export function drawDay(entries) {
  drawRibbon(entries.filter((entry) => RIBBON_KINDS.includes(entry.kind)));
  const newest = entries.slice(-MAX_LISTED).reverse();
  byId("today-none").hidden = newest.length > 0;
  byId("today-list").hidden = newest.length === 0;
  renew(byId("today-list"), newest.map((entry) => {
    const item = make("li", undefined, entry.kind);
    const time = make("time", clock(entry.at));
    time.dateTime = entry.at;
    item.append(time, " ", describe(entry));
    return item;
  }));
}
