// The step "Before it looks": what the camera does and doesn't do, the notice, and who accepted it.
import { locale, t } from "./language.js";
import { field } from "./setup-parts.js";
import { make } from "./text.js";

function list(texts) {
  const made = make("ul");
  made.append(...texts.map((text) => make("li", text)));
  return made;
}

export async function show(place, wizard) {
  const { accepted } = wizard.overview;
  const agree = make("label", undefined, "agree");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: accepted !== null });
  agree.append(box, make("span", t("Everybody who is usually in this room knows that it looks, and nobody objects. It isn't a workplace or a school.")));
  const { line, control } = field(t("Your name"), "input", { type: "text", maxLength: 80, autocomplete: "name" });
  control.value = accepted ? accepted.name : "";
  const notice = make("a", t("Print a notice for the room"), "button");
  Object.assign(notice, { href: "/notice", target: "_blank" });
  const sheet = make("a", t("The data sheet it leads to"));
  Object.assign(sheet, { href: "/about-this-device", target: "_blank" });
  const links = make("p");
  links.append(notice, " ", sheet);
  place.append(
    make("p", t("A camera looks at this room, and a small model on the device reads the expressions of faces. From these it chooses music.")),
    make("h3", t("What it does")),
    list([
      t("It finds faces, and estimates for each how happy, sad, surprised, angry, afraid, disgusted or neutral it looks."),
      t("It keeps the room's mood and the songs that played, for you to look back at."),
      t("It tells your home the mood, if you connect it."),
    ]),
    make("h3", t("What it doesn't do")),
    list([
      t("It doesn't store or send pictures, and it has no microphone."),
      t("It doesn't recognise anybody, and doesn't know who is who."),
      t("It doesn't know feelings: an expression is what a face looks like, and it is often wrong about it."),
    ]),
    make("h3", t("Who may be in the room")),
    make("p", t("People whose expressions are read must be told, guests too (EU AI Act, Article 50). Reading emotions at workplaces and in schools is forbidden (Article 5). The camera's switch closes it at any time.")),
    links,
    agree,
    line,
  );
  if (accepted) place.append(make("p", t("{name} accepted this on {date}.", { name: accepted.name, date: new Date(accepted.at).toLocaleString(locale) }), "muted"));
  return {
    async finish() {
      const name = control.value.trim();
      if (!box.checked) throw new Error(t("Tick the box first, or skip this step."));
      if (!name) throw new Error(t("Write your name first: it is kept with the date."));
      if (!accepted || accepted.name !== name) wizard.overview.accepted = (await wizard.ask("accept", { name })).accepted;
    },
  };
}
