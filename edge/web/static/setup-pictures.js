// Small drawings of Spotify's pages: what to click is filled in. Their words are those of Spotify's pages, in English.
import { shape } from "./text.js";

const WIDTH = 240;
const MIDDLE_ADJUST = 4;

function word(text, x, y, kind = "") {
  const made = shape("text", { x, y, class: kind });
  made.textContent = text;
  return made;
}

const box = (x, y, width, height, kind) => shape("rect", { x, y, width, height, rx: 6, class: kind });

// A button with its word in the middle. strong: the one to click.
function knob(text, x, y, width, strong) {
  const group = shape("g", {});
  const label = word(text, x + width / 2, y + 14 + MIDDLE_ADJUST, strong ? "click-text" : "");
  label.setAttribute("text-anchor", "middle");
  group.append(box(x, y, width, 28, strong ? "click" : "line"), label);
  return group;
}

// A field with what is to be put into it.
function slot(label, text, y) {
  const group = shape("g", {});
  group.append(word(label, 16, y), box(16, y + 6, 208, 24, "line"), word(text, 24, y + 22, "filled"));
  return group;
}

function windowOf(height, told, parts) {
  const picture = shape("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "clicks", role: "img", "aria-label": told });
  picture.append(box(1, 1, WIDTH - 2, height - 2, "ground"), ...parts);
  return picture;
}

// told: what the drawing shows, for who can't see it.
export const createApp = (told) => windowOf(64, told, [word("Dashboard", 16, 38, "head"), knob("Create app", 124, 18, 100, true)]);

export const fillIn = (told) => windowOf(206, told, [
  slot("App name", "Moodroom", 22), slot("Redirect URIs", "http://127.0.0.1:8731/…", 76), knob("Add", 164, 112, 60, true),
  box(16, 152, 16, 16, "click"), word("✓", 19, 165, "click-text"), word("Web API", 40, 165), knob("Save", 164, 166, 60, true),
]);

export const clientId = (told) => windowOf(92, told, [
  word("Basic Information", 16, 24, "head"), slot("Client ID", "0123456789abcdef…", 46), box(14, 50, 212, 28, "ring"),
]);

export const userManagement = (told) => windowOf(146, told, [
  knob("User Management", 16, 12, 130, true), slot("Full name", "…", 62), slot("Email", "…@…", 106),
]);
