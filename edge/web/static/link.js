// The connection to the device: requests, and the stream of changes.
import { refusal, t } from "./language.js";

const RETRY_MS = [500, 1000, 2000, 4000];
const SILENCE_MS = 25000; // the device sends at least one event every 10 seconds

let session = null;
// How far this clock is ahead of the device's, milliseconds.
let ahead = 0;

// The device's time, milliseconds since 1970.
export const deviceTime = () => Date.now() - ahead;

export async function open() {
  const asked = Date.now();
  const answer = await fetch("/api/session");
  if (answer.status === 401) {
    location.replace("/login");
    throw new Error(t("The password is needed."));
  }
  const date = Date.parse(answer.headers.get("date"));
  // The answer was made about halfway between; its date is in whole seconds.
  if (!Number.isNaN(date)) ahead = (asked + Date.now()) / 2 - date - 500;
  session = await answer.json();
  return session;
}

export async function get(path) {
  const answer = await fetch(path);
  const body = await answer.json();
  if (!answer.ok) throw new Error(refusal(body));
  return body;
}

export async function post(path, body = {}) {
  let answer = await send(path, body);
  if (answer.status === 401 || answer.status === 403) {
    // The device was restarted and has new tokens.
    await open();
    answer = await send(path, body);
  }
  if (!answer.ok) throw Object.assign(new Error(refusal(await answer.json())), { status: answer.status });
  return answer;
}

function send(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": session ? session.csrf : "" },
    body: JSON.stringify(body),
  });
}

// Calls onParts(parts) with each change, and onLink(true or false) when the connection is made or lost; reconnects.
export function listen(onParts, onLink) {
  let tries = 0;
  let source = null;
  let silence = null;

  function lost() {
    if (source === null) return;
    source.close();
    source = null;
    clearTimeout(silence);
    onLink(false);
    setTimeout(connect, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
    tries += 1;
  }

  function resetSilence() {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENCE_MS);
  }

  async function connect() {
    try {
      await open();
    } catch {
      onLink(false);
      setTimeout(connect, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
      tries += 1;
      return;
    }
    source = new EventSource("/api/events");
    resetSilence();
    source.onerror = lost;
    source.onmessage = (event) => {
      tries = 0;
      resetSilence();
      onLink(true);
      onParts(JSON.parse(event.data));
    };
  }

  connect();
  // A phone that wakes up notices a lost connection at once.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && source !== null && source.readyState === EventSource.CLOSED) lost();
  });
}
