// Words and helpers that all parts of the page share.
export const EXPRESSIONS = ["happy", "surprise", "neutral", "sad", "fear", "angry", "disgust"];
const FEELS = { surprise: "surprised", fear: "afraid", disgust: "disgusted", absent: "empty", unknown: "not clear" };
const SPOTIFY_URI = /^spotify:(track|album|artist|playlist|episode|show):([A-Za-z0-9]+)$/;

export const byId = (id) => document.getElementById(id);
export const feels = (mood) => FEELS[mood] || mood;
export const percent = (share) => `${Math.round(share * 100)} %`;
export const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

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
  if (!match) return make("span", title);
  const link = make("a", title);
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
  place.textContent = text;
  place.hidden = false;
  fading = setTimeout(() => { place.hidden = true; }, NOTICE_MS);
}
