// The room: its mood and how sure it is, who is in view, and what needs attention.
import { camera } from "./camera.js";
import { isCorrected } from "./correct.js";
import { t } from "./language.js";
import { byId, clock, feels, make, percent, renew, said, say } from "./text.js";

const PRESENCE_FROM = {
  sensor: () => t("presence is the home sensor's"),
  override: () => t("presence is set by hand"),
};

export function drawMood(mood, state) {
  say("mood", mood ? feels(mood.mood) : "…");
  byId("mood-dot").className = `dot ${mood ? mood.mood : ""}`;
  const isOverride = mood && mood.source === "override";
  const isSure = mood && !isOverride && mood.mood !== "unknown";
  say("confidence-text", isOverride ? (isCorrected(state) ? t("corrected by hand") : t("set by hand")) : isSure ? t("{share} sure", { share: percent(mood.confidence) }) : "");
  const whose = mood && mood.presence_source in PRESENCE_FROM ? PRESENCE_FROM[mood.presence_source]() : "";
  say("people", mood ? [since(mood, inView(mood, state)), whose].filter(Boolean).join(" · ") : "");
}

function since(mood, who) {
  const time = clock(mood.since);
  return who ? t("{who} · since {time}", { who, time }) : t("Since {time}", { time });
}

// Empty while the camera doesn't look, and for an override with nobody in view, which doesn't show whether it looks.
function inView({ mood, people, source }, state) {
  if (mood === "unknown" && people === 0 && state.presence && camera(state).looks) return t("No face in view");
  const notLooking = mood === "unknown" || !camera(state).looks || (source === "override" && people === 0);
  if (notLooking) return "";
  if (people === 0) return t("Nobody in view");
  return people === 1 ? t("One person in view") : t("{count} people in view", { count: people });
}

export function drawProblems(health) {
  const problems = health ? health.problems : [];
  const shown = [...problems, ...(health ? health.notices || [] : [])];
  byId("problems").hidden = shown.length === 0;
  byId("problems").classList.toggle("mild", problems.length === 0);
  say("problems-title", problems.length ? t("Something needs attention") : t("Worth knowing"));
  renew(byId("problems-list"), shown.map((problem) => {
    const item = make("li");
    const text = said(problem.message, problem);
    // Some sentences begin with the part that they are about.
    const named = (problem.code || "").startsWith(`${problem.part}: `) ? /^[^:：]+[:：]\s*/.exec(text) : null;
    const part = named ? named[0] : "";
    if (part) item.append(make("b", part));
    item.append(text.slice(part.length));
    return item;
  }));
}
