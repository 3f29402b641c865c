// Finding music: a search, own playlists, and a pasted link. One panel, which is moved to the mood that it is for.
import { refusal, t } from "./language.js";
import { get } from "./link.js";
import { button, during, field, status } from "./setup-parts.js";
import { KINDS, make, plain } from "./text.js";

const kindOf = (kind) => (kind === "folder" ? t("a folder") : KINDS[kind] ? KINDS[kind]() : "");

function picture(cover) {
  const place = make("span", undefined, "small-cover");
  if (cover) {
    const image = Object.assign(document.createElement("img"), { src: `/api/setup/cover?n=${cover}`, alt: "", loading: "lazy" });
    image.addEventListener("error", () => image.remove());
    place.append(image);
  }
  return place;
}

// A line of a list: cover, name and more, and what can be done with it.
export function row(cover, name, more, ...buttons) {
  const item = make("li", undefined, "music");
  const words = make("span", undefined, "words");
  words.append(make("b", name));
  if (more) words.append(make("span", more, "muted"));
  item.append(picture(cover), words, ...buttons);
  return item;
}

// choose(found): somebody wants {play, name, kind, by, cover}. Returns {element, clear()}.
export function finder(wizard, choose) {
  const said = status();
  const list = make("ul", undefined, "plain");
  const clear = () => {
    list.replaceChildren();
    said.textContent = "";
  };

  function shown(found) {
    const name = found.name || plain(found.play);
    const more = [kindOf(found.kind), found.by].filter(Boolean).join(" · ");
    const add = button(t("Add"), () => {
      choose(found);
      said.textContent = t("{music} is added.", { music: name });
    });
    add.setAttribute("aria-label", t("Add {music}", { music: name }));
    return row(found.cover, name, more, add);
  }

  async function show(path) {
    list.replaceChildren();
    const { found, problems } = await get(`/api/setup/${path}`);
    list.replaceChildren(...found.map(shown));
    if (problems.length > 0) throw new Error(problems.map(refusal).join(" "));
    return found.length === 0 ? t("Nothing was found.") : "";
  }

  const form = make("form");
  const words = field(t("Artist, album, playlist or song"), "input", { type: "text", maxLength: 100, autocomplete: "off", enterKeyHint: "search" });
  const search = Object.assign(make("button", t("Search")), { type: "submit" });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = words.control.value.trim();
    if (wanted) during(search, said, () => show(`search?q=${encodeURIComponent(wanted)}`));
  });
  const buttons = make("div", undefined, "row");
  buttons.append(search, button(t("My playlists"), (pressed) => during(pressed, said, () => show("playlists"))));
  form.append(words.line, buttons);
  const link = field(t("Or paste a link"), "input", { type: "text", maxLength: 2000, autocomplete: "off", spellcheck: false });
  const paste = button(t("Add the link"), (pressed) => during(pressed, said, async () => {
    const address = link.control.value.trim();
    if (!address) return t("Paste the address first.");
    const { found } = await wizard.ask("link", { address });
    link.control.value = "";
    choose(found);
    return t("{music} is added.", { music: found.name || plain(found.play) });
  }));
  const element = make("div", undefined, "find");
  element.append(form, said, list, link.line, paste);
  return { element, clear };
}
