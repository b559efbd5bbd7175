// Tells the server every other second that this page is open, and which session its reader is on; hears in return who
// else is there and what has changed. A page that nobody looks at beats slowly.

const SHOWN_MS = 2000;
const HIDDEN_MS = 20000;

// `on()` gives the session's id or null; `hear(answer)` is called with each answer, `lost()` once, when signed out.
export function beat({ url, csrf, since, on, hear, lost }) {
  let timer;
  let wasOn = null;
  let busy = false;
  document.addEventListener("visibilitychange", () => document.hidden || now());
  schedule();
  return { now };

  function schedule() {
    clearTimeout(timer);
    timer = setTimeout(now, document.hidden ? HIDDEN_MS : SHOWN_MS);
  }

  async function now() {
    if (busy) return;
    busy = true;
    const goesOn = await ask().catch(() => true);
    busy = false;
    if (goesOn) schedule();
    else lost();
  }

  async function ask() {
    const is = { since, on: on() ?? null, was_on: wasOn };
    const answer = await post(url, csrf, is);
    if (signedOut(answer)) return false;
    if (answer.status === 200) {
      const said = await answer.json();
      since = said.number;
      wasOn = is.on;
      hear(said);
    }
    return true;
  }
}

export function post(url, csrf, body) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body), redirect: "manual" });
}

// The server leads whoever is not signed in to another page, and takes no token of somebody who was.
export function signedOut(answer) {
  return answer.type === "opaqueredirect" || answer.status === 403;
}
