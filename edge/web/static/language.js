// The page's texts in the visitor's language. The English text is the key; what a catalogue lacks stays English.
// Whoever imports this waits until the catalogue is there, so t() answers at once.
const KEPT = "language";
const CODE = /^[A-Za-z0-9-]{2,20}$/;
const WAIT_MS = 5000;

function kept() {
  try {
    return localStorage.getItem(KEPT) || "";
  } catch {
    return ""; // storage is switched off
  }
}

async function load() {
  const wanted = [kept(), ...navigator.languages, "en"].filter((code) => CODE.test(code)).slice(0, 10);
  try {
    const answer = await fetch(`/api/language/${wanted.join(",")}`, { signal: AbortSignal.timeout(WAIT_MS) });
    if (answer.ok) return await answer.json();
  } catch {
    // The page works in English.
  }
  return { language: "en", languages: { en: "English" }, texts: {} };
}

const { language, languages, texts } = await load();
const catalogue = new Map(Object.entries(texts));
// For dates and numbers: the browser's own variant of the language, such as en-GB.
export const locale = navigator.languages.find((code) => code.split("-")[0] === language) || language;

// Marks a text that another line passes to t().
export const key = (text) => text;

// The text in the visitor's language. values: what its placeholders in braces stand for.
export function t(text, values = {}) {
  return (catalogue.get(text) || text).replace(/\{(\w+)\}/g, (whole, name) => {
    return Object.hasOwn(values, name) ? shown(values[name]) : whole;
  });
}

// A sentence by the device: {code, values} if it comes as such; the English text otherwise.
export function tell(text, sentence) {
  return sentence && sentence.code ? t(sentence.code, sentence.values) : t(text);
}

// Why the device refused a request. body: its answer.
export const refusal = (body) => tell(body.error, body.sentence);

// A value may be a sentence itself.
function shown(value) {
  if (value !== null && typeof value === "object") return tell("", value);
  return typeof value === "number" && !Number.isInteger(value) ? value.toLocaleString(locale) : String(value);
}

// Elements with data-t contain an English text; data-t-NAME is the English text of the attribute NAME.
export function translate(root) {
  for (const element of root.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      if (name === "data-t") element.textContent = t(element.textContent.trim().replace(/\s+/g, " "));
      else if (name.startsWith("data-t-")) element.setAttribute(name.slice("data-t-".length), t(value));
    }
  }
}

// Fills a <select> with all languages.
function offer(chooser) {
  chooser.replaceChildren(...Object.entries(languages).map(([code, name]) => {
    const option = new Option(name, code, code === language, code === language);
    option.lang = code;
    return option;
  }));
  chooser.hidden = chooser.length < 2;
  chooser.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, chooser.value);
    } catch {
      return;
    }
    location.reload();
  });
}

document.documentElement.lang = language;
translate(document);
for (const chooser of document.querySelectorAll("select[data-languages]")) offer(chooser);
