// The way to the device: requests, and the stream of what changes.
const RETRY = [500, 1000, 2000, 4000];
const SILENT = 25000; // the device gives a sign of life every 10 seconds

let session = null;

export async function open() {
  const answer = await fetch("/api/session");
  if (answer.status === 401) {
    location.replace("/login");
    throw new Error("The password is needed.");
  }
  session = await answer.json();
  return session;
}

export async function get(path) {
  const answer = await fetch(path);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error);
  return body;
}

export async function post(path, body = {}) {
  let answer = await send(path, body);
  if (answer.status === 401 || answer.status === 403) {
    // The device was started anew, and with it its tokens.
    await open();
    answer = await send(path, body);
  }
  if (!answer.ok) throw new Error((await answer.json()).error);
  return answer;
}

function send(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": session ? session.csrf : "" },
    body: JSON.stringify(body),
  });
}

// Calls heard(parts) with what changed, and linked(true or false) when the device comes and goes; for ever.
export function listen(heard, linked) {
  let tries = 0;
  let source = null;
  let silence = null;

  function lost() {
    if (source === null) return;
    source.close();
    source = null;
    clearTimeout(silence);
    linked(false);
    setTimeout(connect, RETRY[Math.min(tries, RETRY.length - 1)]);
    tries += 1;
  }

  function alive() {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENT);
  }

  async function connect() {
    try {
      await open();
    } catch {
      linked(false);
      setTimeout(connect, RETRY[Math.min(tries, RETRY.length - 1)]);
      tries += 1;
      return;
    }
    source = new EventSource("/api/events");
    alive();
    source.onerror = lost;
    source.onmessage = (event) => {
      tries = 0;
      alive();
      linked(true);
      heard(JSON.parse(event.data));
    };
  }

  connect();
  // A phone that slept finds out at once.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && source !== null && source.readyState === EventSource.CLOSED) lost();
  });
}
