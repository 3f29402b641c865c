// The set-up, step by step, and later the settings: one step at a time, from the table in setup-steps.js.
import { t } from "./language.js";
import { post } from "./link.js";
import { drawBroken } from "./setup-broken.js";
import { during } from "./setup-parts.js";
import { STEPS } from "./setup-steps.js";
import { wizard } from "./setup-wizard.js";
import { byId, make, renew } from "./text.js";

const DISK_UNWRITABLE = 507;
let shown = null; // {step, page}: the step that is open, and a promise of what its show() returns
// Whether a part of the page couldn't be loaded: the browser doesn't ask for it again until the page is loaded anew.
let broken = false;

const stateOf = (name) => (wizard.overview.steps.find((step) => step.name === name) || {}).state;
const named = () => STEPS.find((step) => `#${step.name}` === location.hash);
const nextOpen = () => STEPS.find((step) => stateOf(step.name) === "open");

function drawSteps() {
  const words = { done: () => t("done"), skipped: () => t("skipped"), open: () => t("open") };
  renew(byId("steps"), STEPS.map((step) => {
    const state = stateOf(step.name);
    const item = make("li", undefined, state);
    const link = make("a", step.title());
    link.href = `#${step.name}`;
    if (shown && shown.step === step) link.setAttribute("aria-current", "step");
    link.append(make("span", `, ${words[state]()}`, "unseen"));
    item.append(link);
    return item;
  }));
  const complete = !nextOpen();
  byId("title").textContent = complete ? t("Settings") : t("Set up");
  const at = shown ? STEPS.indexOf(shown.step) + 1 : 0;
  byId("where").textContent = at && !complete ? t("Step {at} of {count}", { at, count: STEPS.length }) : "";
}

function close() {
  if (shown) shown.page.then((page) => { if (page && page.leave) page.leave(); }, () => {});
  shown = null;
}

async function load(step) {
  if (broken) {
    await wizard.load();
    location.reload();
  }
  try {
    return await step.load();
  } catch {
    broken = true;
    throw new Error(t("The device can't be reached."));
  }
}

async function show(step) {
  close();
  byId("step").hidden = !step;
  byId("step-text").textContent = "";
  if (!step) {
    drawSteps();
    return;
  }
  // Each step draws into a place of its own: it may be left while it still asks the device.
  const place = make("div");
  byId("place").replaceChildren(place);
  byId("step-title").textContent = step.title();
  const last = step.name === "done";
  byId("skip").hidden = last;
  byId("back").hidden = STEPS[0] === step;
  byId("next").textContent = last ? t("To the music") : t("Next");
  wizard.drawn();
  const opened = { step, page: load(step).then(({ show: draw }) => draw(place, wizard)) };
  shown = opened;
  drawSteps();
  byId("step-title").focus();
  try {
    await opened.page;
  } catch (error) {
    if (shown === opened) byId("step-text").textContent = error.message;
  }
}

async function go(step) {
  if (step) {
    if (location.hash === `#${step.name}`) await show(step);
    else location.hash = step.name;
  } else {
    history.pushState(null, "", location.pathname);
    await show(null);
  }
}

async function leave(state) {
  const left = shown;
  const { step } = left;
  let wanted = "";
  if (state === "done") {
    let page;
    try {
      page = await left.page;
    } catch {
      await show(step); // it couldn't be drawn before
      return byId("step-text").textContent;
    }
    // A step may refuse, with a sentence, or name the step that must follow.
    if (page && page.finish) wanted = await page.finish();
  }
  try {
    await wizard.mark(step.name, state);
  } catch (error) {
    if (error.status !== DISK_UNWRITABLE) throw error;
    byId("nothing").textContent = error.message; // nobody has to stay at a step for that
  }
  if (step.name === "done") {
    location.assign("/");
    return;
  }
  if (shown !== left) {
    drawSteps();
    return;
  }
  const index = STEPS.indexOf(step);
  const following = STEPS.find((other) => other.name === wanted) || STEPS.slice(index + 1).find((other) => stateOf(other.name) === "open") || nextOpen();
  await go(following || null);
}

function verdict({ part, good, warning }) {
  if (!good) return t("{part}: ✗ doesn't work.", { part });
  return warning ? t("{part}: ! could be better.", { part }) : t("{part}: ✓ works.", { part });
}

async function check() {
  byId("checks-list").replaceChildren();
  const { findings } = await (await post("/api/checks")).json();
  byId("checks-list").replaceChildren(...findings.map((finding) => {
    const item = make("li");
    item.append(make("b", verdict(finding)), " ", finding.text);
    return item;
  }));
  return findings.every((finding) => finding.good) ? t("Everything works.") : t("Some parts don't work.");
}

// Draws the step again with the settings as they are now.
async function redraw(text) {
  if (!shown) return;
  await show(shown.step);
  byId("step-text").textContent = text;
}

async function start() {
  wizard.onStale = redraw;
  wizard.onOverview = (overview) => {
    const was = byId("broken").hidden;
    drawBroken(overview);
    if (!was && byId("broken").hidden) redraw("");
  };
  try {
    await wizard.load();
  } catch {
    byId("nothing").textContent = t("The device can't be reached.");
    return;
  }
  byId("checks-part").hidden = !wizard.session.can.checks;
  byId("steps").hidden = false;
  window.addEventListener("hashchange", () => show(named() || nextOpen() || null));
  await show(named() || nextOpen() || null);
}

byId("next").addEventListener("click", () => during(byId("next"), byId("step-text"), () => leave("done")));
byId("skip").addEventListener("click", () => during(byId("skip"), byId("step-text"), () => leave("skipped")));
byId("back").addEventListener("click", () => go(STEPS[STEPS.indexOf(shown.step) - 1]));
byId("checks").addEventListener("click", () => during(byId("checks"), byId("checks-text"), check));
start();
