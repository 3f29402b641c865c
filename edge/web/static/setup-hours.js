// Quiet hours: spans of time in which nothing is started and the volume is limited.
import { t } from "./language.js";
import { button, field } from "./setup-parts.js";
import { make } from "./text.js";

const NEW = { begins: "22:00", ends: "7:00", max_volume: 25 };
const VOLUME_DEFAULT = 30;
// A time as browsers write it: 07:00.
const full = (time) => String(time).slice(0, 5).replace(/:$/, "").padStart(5, "0");

// spans: as music.quiet_hours. Returns {element, value()}; what wasn't touched stays as it is written.
export function quietHours(spans) {
  const element = make("div");
  const list = make("div");
  const rows = [];

  function add(span) {
    const part = make("fieldset", undefined, "hours");
    const begins = field(t("From"), "input", { type: "time", required: true, value: full(span.begins) });
    const ends = field(t("Until"), "input", { type: "time", required: true, value: full(span.ends) });
    const shown = span.max_volume === undefined ? VOLUME_DEFAULT : span.max_volume;
    const volume = field(t("Loudest volume"), "input", { type: "number", min: 0, max: 100, value: shown === null ? "" : String(shown) });
    const entry = {
      part,
      value() {
        const limit = volume.control.value === "" ? null : Number(volume.control.value);
        const made = { ...span };
        if (begins.control.value !== full(span.begins)) made.begins = begins.control.value;
        if (ends.control.value !== full(span.ends)) made.ends = ends.control.value;
        if (limit !== shown) made.max_volume = limit;
        if (!made.begins || !made.ends) throw new Error(t("Quiet hours need a beginning and an end."));
        return made;
      },
    };
    const remove = button(t("Remove these hours"), () => {
      rows.splice(rows.indexOf(entry), 1);
      part.remove();
      more.focus();
    });
    const times = make("div", undefined, "row");
    times.append(begins.line, ends.line, volume.line);
    part.append(make("legend", t("Quiet hours")), times, remove);
    rows.push(entry);
    list.append(part);
  }

  const more = button(t("Add quiet hours"), () => add({ ...NEW }));
  for (const span of spans) add(span);
  element.append(make("p", t("In quiet hours nothing is started, and the music isn't louder than this.")), list, more);
  return { element, value: () => rows.map((entry) => entry.value()) };
}
