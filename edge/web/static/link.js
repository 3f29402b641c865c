// The connection to the device: requests, and the stream of changes.
import { refusal, t } from "./language.js";

const RETRY_MS = [500, 1000, 2000, 4000];
const SILENCE_MS = 25000; // the device sends at least one event every 10 seconds

let session = null;
// How far this clock is ahead of the device's, milliseconds.
let ahead = 0;

// The device's time, milliseconds since 1970.
export const deviceTime = () => Date.now() - ahead;

const unreachable = () => new Error(t("The device can't be reached."));

// Browsers have words of their own for a failed connection.
async function reach(path, request) {
  try {
    return await fetch(path, request);
  } catch {
    throw unreachable();
  }
}

// A proxy answers with a page of its own while the device is away.
export async function read(answer) {
  try {
    return await answer.json();
  } catch {
    throw unreachable();
  }
}

export async function open() {
  const asked = Date.now();
  const answer = await reach("/api/session");
  if (answer.status === 401) {
    location.replace("/login");
    throw new Error(t("The password is needed."));
  }
  const date = Date.parse(answer.headers.get("date"));
  // The answer was made about halfway between; its date is in whole seconds.
  if (!Number.isNaN(date)) ahead = (asked + Date.now()) / 2 - date - 500;
  session = await read(answer);
  return session;
}

export async function get(path) {
  const answer = await reach(path);
  const body = await read(answer);
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
  if (!answer.ok) throw Object.assign(new Error(refusal(await read(answer))), { status: answer.status });
  return answer;
}

function send(path, body) {
  return reach(path, {
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
