// Pieces of the steps' pages.
import { t } from "./language.js";
import { make } from "./text.js";

let numbered = 0;

// Runs a call with the button disabled, and shows its result or error in `place`.
export async function during(button, place, call) {
  const focused = document.activeElement === button;
  button.disabled = true;
  place.textContent = t("Please wait …");
  try {
    place.textContent = await call() || "";
  } catch (error) {
    place.textContent = error.message;
  }
  button.disabled = false;
  if (focused && document.activeElement === document.body) button.focus();
}

export function button(text, call, kind = "") {
  const made = make("button", text, kind);
  made.type = "button";
  made.addEventListener("click", () => call(made));
  return made;
}

// A place for what a button says.
export function status() {
  const made = make("p", undefined, "muted");
  made.setAttribute("role", "status");
  return made;
}

// A label and its control in one paragraph. properties: those of the control, such as {value, type, autocomplete}.
export function field(text, tag = "input", properties = {}) {
  numbered += 1;
  const control = Object.assign(document.createElement(tag), { id: `field-${numbered}` }, properties);
  const label = make("label", text);
  label.htmlFor = control.id;
  const line = make("p");
  line.append(label, " ", control);
  return { line, control };
}

// One of several: choices are [value, text]; returns {line, value()}.
export function choices(legend, list, current, onChange = () => {}) {
  numbered += 1;
  const line = make("fieldset");
  const row = make("div", undefined, "choices");
  for (const [value, text] of list) {
    const label = make("label");
    const input = Object.assign(document.createElement("input"), {
      type: "radio", name: `choice-${numbered}`, value: String(value), checked: value === current,
    });
    input.addEventListener("change", () => onChange(value));
    label.append(input, make("span", text));
    row.append(label);
  }
  line.append(make("legend", legend), row);
  const chosen = () => list.find(([value]) => String(value) === (row.querySelector("input:checked") || {}).value);
  return { line, value: () => (chosen() ? chosen()[0] : undefined) };
}
