// Keeps the desk's list of conflicts up to date, and marks the sessions that have one: what bears data-session-id holds
// their word. The grid hears of them by the event "conflicts", and says by "agenda-changed" that something was changed.

const EVERY_MS = 5000;

const section = document.getElementById("conflicts");
let etag = "";
let asking = null;
let isStale = false;

refreshConflicts();
document.addEventListener("agenda-changed", refreshConflicts);
setInterval(() => document.visibilityState === "visible" && refreshConflicts(), EVERY_MS);

// Ask once more. What is asked for while an answer is on its way is asked for again after it.
function refreshConflicts() {
  isStale = true;
  asking ??= askUntilFresh().finally(() => (asking = null));
}

async function askUntilFresh() {
  while (isStale) {
    isStale = false;
    try {
      await ask();
    } catch {
      return; // the network is away; the next time will do
    }
  }
}

async function ask() {
  const headers = etag ? { "If-None-Match": etag } : {};
  const answer = await fetch(section.dataset.conflicts, { headers });
  if (answer.status !== 200) return;
  const { conflicts, html } = await answer.json();
  show(html);
  mark(conflicts);
  document.dispatchEvent(new CustomEvent("conflicts", { detail: conflicts }));
  etag = answer.headers.get("ETag");
}

// The words are the server's. What the page says already is not said again.
function show(html) {
  const [shown, fresh] = [section, parsed(html)].map((one) => one.querySelector("[data-conflicts-shown]"));
  if (fresh.outerHTML === shown.outerHTML) return;
  shown.replaceWith(fresh);
  section.querySelector("[data-conflicts-status]").textContent = fresh.querySelector("h2").textContent;
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

function mark(conflicts) {
  const severities = new Map();
  for (const { severity, session_ids: ids } of conflicts)
    for (const id of ids) if (severities.get(id) !== "error") severities.set(id, severity);
  for (const place of document.querySelectorAll("[data-session-id]")) {
    const severity = severities.get(place.dataset.sessionId);
    place.replaceChildren(...(severity ? [wordFor(severity)] : []));
  }
}

function wordFor(severity) {
  return section.querySelector(`[data-conflict-mark="${severity}"]`).content.firstElementChild.cloneNode(true);
}
