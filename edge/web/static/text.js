// Words and small helpers that all parts of the page share.
export const EXPRESSIONS = ["happy", "surprise", "neutral", "sad", "fear", "angry", "disgust"];
const FEELS = { surprise: "surprised", fear: "afraid", disgust: "disgusted", absent: "empty", unknown: "not clear" };
const KINDS = /^spotify:(track|album|artist|playlist|episode|show):([A-Za-z0-9]+)$/;

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

// Text that stays the same isn't touched: a screen reader that stands in it would lose its place.
export function say(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

// New children for a place; those that are the same as before stay as they are, with the focus that may be in them.
export function renew(place, children) {
  let at = place.firstChild;
  for (const child of children) {
    let same = at;
    while (same !== null && !same.isEqualNode(child)) same = same.nextSibling;
    if (same === null) {
      place.insertBefore(child, at);
      continue;
    }
    while (at !== same) at = without(at);
    at = same.nextSibling;
  }
  while (at !== null) at = without(at);
}

function without(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

// A song's title, as a link where Spotify has it.
export function song(title, uri) {
  const found = KINDS.exec(uri || "");
  if (!found) return make("span", title);
  const link = make("a", title);
  link.href = `https://open.spotify.com/${found[1]}/${found[2]}`;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

let fading;

export function notice(text) {
  const place = byId("notice");
  clearTimeout(fading);
  place.textContent = text;
  place.hidden = false;
  fading = setTimeout(() => { place.hidden = true; }, 8000);
}
