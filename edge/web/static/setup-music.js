// The step Music: what each mood plays, in one or several profiles; whether music matches or lifts; quiet hours.
import { t } from "./language.js";
import { draftOf } from "./setup-draft.js";
import { finder, row } from "./setup-find.js";
import { quietHours } from "./setup-hours.js";
import { button, choices, field } from "./setup-parts.js";
import { onlyPlayable, playable } from "./setup-playable.js";
import { EXPRESSIONS, feels, make, plain } from "./text.js";

const MOODS = [...EXPRESSIONS, "default"];
const NOTHING = "nothing";
const NAME_MAX_CHARS = 64;
// Control characters, and marks that turn the direction of what follows.
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const copy = (value) => JSON.parse(JSON.stringify(value));
// Profiles by name; a name may be any word, also one that objects have a meaning for, such as __proto__.
const bare = (profiles) => Object.assign(Object.create(null), profiles);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const title = (mood) => (mood === "default" ? t("Other moods") : feels(mood));

// A mood's choices in the shortest form that the file knows.
function written(list) {
  const short = list.map((one) => (Object.keys(one).length === 1 && typeof one.play === "string" ? one.play : one));
  return short.length === 1 ? short[0] : short;
}

// What must be written so that `before` becomes `after`, both as music.profiles.
export function changes(before, after) {
  const found = {};
  before = bare(before);
  for (const [name, profile] of Object.entries(after)) {
    if (!before[name]) {
      found[`music.profiles.${name}`] = Object.fromEntries(
        MOODS.filter((mood) => (profile[mood] || []).length > 0).map((mood) => [mood, written(profile[mood])]),
      );
      continue;
    }
    for (const mood of MOODS) {
      const now = profile[mood] || [];
      if (!same(before[name][mood] || [], now)) found[`music.profiles.${name}.${mood}`] = now.length > 0 ? written(now) : null;
    }
  }
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) found[`music.profiles.${name}`] = null;
  return found;
}

function nameOf(choice) {
  if (choice.play === NOTHING) return t("The music stays as it is");
  if (Array.isArray(choice.play)) return t("{music} ({count} songs)", { music: choice.name || plain(choice.play[0]), count: choice.play.length });
  return choice.name || plain(choice.play);
}

export async function show(place, wizard) {
  const written = { profiles: wizard.value("music.profiles"), used: wizard.value("music.profile"), strategy: wizard.value("music.strategy"), hours: wizard.value("music.quiet_hours") };
  const before = written.profiles;
  const player = wizard.value("music.player");
  const unwritten = draftOf("music", written);
  const kept = unwritten.kept();
  const begun = { ...written, ...kept };
  let draft = bare(copy(begun.profiles));
  const covers = new Map(); // by address, of what was chosen here
  let { used } = begun;
  let edited = used in draft ? used : Object.keys(draft)[0];
  let adding = null; // the mood for which music is looked for
  const list = make("div");
  const unfit = make("div");
  unfit.append(make("p", t("Your speaker can't play some of the music that is chosen here, such as what comes with the device.")), button(t("Remove it from all moods"), () => {
    draft = bare(onlyPlayable(draft, player));
    draw();
    list.querySelector("button").focus();
  }));
  const search = finder(wizard, ({ play, name, cover }) => {
    if (cover) covers.set(play, cover);
    const kept = (draft[edited][adding] || []).filter((one) => one.play !== NOTHING && one.play !== play);
    draft[edited][adding] = [...kept, name ? { play, name } : { play }];
    draw();
  });

  function moodPart(mood) {
    const part = make("section", undefined, "mood");
    const heading = make("h3", title(mood));
    heading.id = `mood-${mood}`;
    const chosen = draft[edited][mood] || [];
    const rows = make("ul", undefined, "plain");
    rows.append(...chosen.map((choice, index) => {
      const remove = button("×", () => {
        draft[edited][mood] = chosen.filter((_, at) => at !== index);
        draw(mood);
      });
      remove.setAttribute("aria-label", t("Remove {music}", { music: nameOf(choice) }));
      return row(covers.get(choice.play), nameOf(choice), playable(choice, player) ? "" : t("Your speaker can't play this."), remove);
    }));
    if (chosen.length === 0) rows.append(make("li", mood === "default" ? t("Nothing is chosen.") : t("As for other moods."), "muted"));
    const open = adding === mood;
    const add = button(open ? t("Close") : t("Add music"), () => {
      adding = open ? null : mood;
      search.clear();
      draw();
      if (open) focus(mood);
      else search.element.querySelector("input").focus();
    });
    add.id = `add-${mood}`;
    add.setAttribute("aria-expanded", String(open));
    add.setAttribute("aria-describedby", heading.id);
    const buttons = make("div", undefined, "row");
    buttons.append(add);
    if (!same(chosen, [{ play: NOTHING }])) {
      const leave = button(t("Leave the music as it is"), () => {
        draft[edited][mood] = [{ play: NOTHING }];
        draw(mood);
      });
      leave.setAttribute("aria-describedby", heading.id);
      buttons.append(leave);
    }
    part.append(heading, rows, buttons);
    if (open) part.append(search.element);
    return part;
  }

  const focus = (mood) => list.querySelector(`#add-${mood}`).focus();

  // Draws the moods again. pressed: the mood of a button that is gone by then.
  function draw(pressed) {
    const within = search.element.contains(document.activeElement) ? document.activeElement : null;
    list.replaceChildren(...MOODS.map(moodPart));
    unfit.hidden = same(draft, onlyPlayable(draft, player));
    if (pressed) focus(pressed);
    else if (within) within.focus();
    keep();
  }

  const profiles = profilesPart({
    names: () => Object.keys(draft),
    edited: () => edited,
    used: () => used,
    edit(name) {
      edited = name;
      adding = null;
      draw();
    },
    use(name) {
      used = name;
      keep();
    },
    add(name) {
      draft[name] = copy(draft[edited]);
      edited = name;
      draw();
    },
    remove() {
      delete draft[edited];
      const [first] = Object.keys(draft);
      if (!(used in draft)) used = first;
      edited = first;
      draw();
    },
  });
  const { strategy } = written;
  const ways = choices(t("What the music does with a mood"), [
    ["match", t("Match it")], ["lift", t("Lift it")], ...(strategy === "fixed" ? [["fixed", t("Always play Other moods")]] : []),
  ], begun.strategy, () => keep());
  const hours = quietHours(begun.hours);

  // What is chosen isn't lost with the page.
  function keep() {
    const now = { profiles: draft, used, strategy: ways.value() };
    try {
      now.hours = hours.value();
    } catch {
      // They are being typed.
    }
    unwritten.keep(now);
  }
  for (const event of ["change", "click"]) hours.element.addEventListener(event, keep);
  draw();
  if (Object.keys(kept).length > 0) {
    const again = make("div");
    again.append(make("p", t("What you had chosen before, and isn't written yet, is here again.")), button(t("Forget it"), () => {
      unwritten.forget();
      location.reload();
    }));
    place.append(again);
  }
  place.append(
    make("p", t("Choose what plays for each mood of the room. With several choices one is drawn each time.")),
    profiles, unfit, list, ways.line, make("p", t("To lift a mood, the music begins where the listeners are, and leads step by step to a pleasant one."), "muted"),
    make("h3", t("Quiet hours")), hours.element,
  );
  return {
    async finish() {
      const keys = changes(before, draft);
      const spans = hours.value();
      if (used !== wizard.value("music.profile")) keys["music.profile"] = used;
      if (ways.value() !== strategy) keys["music.strategy"] = ways.value();
      if (!same(spans, wizard.value("music.quiet_hours"))) keys["music.quiet_hours"] = spans;
      if (Object.keys(keys).length > 0) await wizard.save(keys);
      unwritten.forget();
    },
  };
}

// Which profile is shown, which one is used, and more of them.
function profilesPart(state) {
  const part = make("details");
  const shown = field(t("Profile that is shown here"), "select");
  const used = field(t("Profile that is used"), "select");
  const name = field(t("Name of a new profile"), "input", { type: "text", maxLength: NAME_MAX_CHARS, autocomplete: "off" });
  const said = make("p", undefined, "muted");
  said.setAttribute("role", "status");
  const remove = button(t("Remove this profile"), () => {
    said.textContent = t("{name} is removed with Next.", { name: state.edited() });
    state.remove();
    draw();
  });
  function draw() {
    const options = (current) => state.names().map((one) => new Option(one, one, one === current, one === current));
    shown.control.replaceChildren(...options(state.edited()));
    used.control.replaceChildren(...options(state.used()));
    remove.disabled = state.names().length < 2;
  }
  shown.control.addEventListener("change", () => state.edit(shown.control.value));
  used.control.addEventListener("change", () => state.use(used.control.value));
  const add = button(t("Add a profile like this one"), () => {
    const wanted = name.control.value.trim();
    if (!wanted || wanted === "None" || wanted.includes(".") || UNSEEN.test(wanted) || state.names().includes(wanted)) {
      said.textContent = t("A profile needs a name of its own, without a dot.");
      return;
    }
    name.control.value = "";
    said.textContent = "";
    state.add(wanted);
    draw();
  });
  const buttons = make("div", undefined, "row");
  buttons.append(add, remove);
  draw();
  part.open = state.names().length > 1;
  part.append(
    make("summary", t("Profiles, such as everyday and party")), shown.line, used.line, name.line, buttons, said,
  );
  return part;
}
