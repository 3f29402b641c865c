// Words and helpers that all parts of the page share.
import { locale, t, tell } from "./language.js";

export const EXPRESSIONS = ["happy", "surprise", "neutral", "sad", "fear", "angry", "disgust"];
const FEELS = {
  happy: () => t("happy"), surprise: () => t("surprised"), neutral: () => t("neutral"), sad: () => t("sad"),
  fear: () => t("afraid"), angry: () => t("angry"), disgust: () => t("disgusted"), absent: () => t("empty"),
  unknown: () => t("not clear"),
};
const SPOTIFY_URI = /^spotify:(track|album|artist|playlist|episode|show):([A-Za-z0-9]+)$/;
// Addresses of music in a sentence; a guest sees what they stand for instead.
const ADDRESS = /\b(?:spotify|mpd|library):[^\s,;]*[^\s,;.:]|\bhttps?:\/\/[^\s,;]*[^\s,;.:]/g;
export const KINDS = {
  track: () => t("a song"), album: () => t("an album"), artist: () => t("an artist"), playlist: () => t("a playlist"),
  collection: () => t("the liked songs"), episode: () => t("an episode"), show: () => t("a show"),
};

export const byId = (id) => document.getElementById(id);
export const feels = (mood) => (mood in FEELS ? FEELS[mood]() : mood);
export const percent = (share) => t("{number} %", { number: Math.round(share * 100) });
export const clock = (at) => new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });

// A device's sentence with names in place of addresses.
export const plain = (text) => text.replace(ADDRESS, named);

// A sentence by the device in the visitor's language. sentence: what it is made from, if the device says that.
export const said = (text, sentence) => plain(tell(text, sentence));

function named(address) {
  const [service, kind] = address.split(":");
  if (service === "spotify") return (KINDS[kind] || KINDS.track)();
  if (service === "library") return t("songs of your own");
  if (service.startsWith("http") || address.includes("://")) return t("a radio station");
  const parts = address.split("/").filter(Boolean);
  return parts.length > 1 ? decoded(parts[parts.length - 1]) : t("this music");
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function make(tag, text, kind) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

export function shape(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// Sets a text only if it changed: a screen reader would lose its position in it.
export function say(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

// Replaces the children of `place`; equal ones stay, with the focus that may be in them.
export function renew(place, children) {
  let at = place.firstChild;
  for (const child of children) {
    let same = at;
    while (same !== null && !same.isEqualNode(child)) same = same.nextSibling;
    if (same === null) {
      place.insertBefore(child, at);
      continue;
    }
    while (at !== same) at = removed(at);
    at = same.nextSibling;
  }
  while (at !== null) at = removed(at);
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

// A song's title, as a link if it is on Spotify.
export function song(title, uri) {
  const match = SPOTIFY_URI.exec(uri || "");
  const link = make(match ? "a" : "span", plain(title));
  link.dir = "auto"; // a title from right to left doesn't turn what is around it
  if (!match) return link;
  link.href = `https://open.spotify.com/${match[1]}/${match[2]}`;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

const NOTICE_MS = 8000;
let fading;

export function notice(text) {
  const place = byId("notice");
  clearTimeout(fading);
  place.textContent = plain(text);
  place.hidden = false;
  fading = setTimeout(() => { place.hidden = true; }, NOTICE_MS);
}
