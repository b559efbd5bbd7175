// Keeps the desk's list of conflicts up to date, and marks the sessions that have one: whatever bears
// data-session-id gets a word and a shape. The grid hears of them by the event "conflicts", and says by
// "agenda-changed" that something was changed.

const EVERY_MS = 5000;

const section = document.getElementById("conflicts");
let etag = "";
let asking = null;
let isStale = false;

if (section) {
  refreshConflicts();
  document.addEventListener("agenda-changed", refreshConflicts);
  setInterval(() => document.visibilityState === "visible" && refreshConflicts(), EVERY_MS);
}

// Ask once more. What is asked for while an answer is on its way is asked for again after it.
function refreshConflicts() {
  isStale = true;
  asking ??= askUntilFresh().finally(() => (asking = null));
  return asking;
}

async function askUntilFresh() {
  while (isStale && section) {
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
  const found = await answer.json();
  if (etag) await showAnew();
  etag = answer.headers.get("ETag");
  mark(found);
}

// The words are the server's: the list is taken out of the page as it is now.
async function showAnew() {
  const answer = await fetch(section.dataset.page);
  if (!answer.ok) throw new Error("the page is not there");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = page.querySelector("[data-conflicts-shown]");
  if (!shown) throw new Error("the page has no list");
  section.querySelector("[data-conflicts-shown]").replaceWith(shown);
  section.querySelector("[data-conflicts-status]").textContent = shown.querySelector("h2").textContent;
}

function mark(found) {
  document.dispatchEvent(new CustomEvent("conflicts", { detail: found }));
  for (const old of document.querySelectorAll("[data-conflict-shown]")) old.remove();
  const severities = new Map();
  for (const { severity, session_ids: ids } of found)
    for (const id of ids) if (severities.get(id) !== "error") severities.set(id, severity);
  for (const element of document.querySelectorAll("[data-session-id]")) {
    const severity = severities.get(element.dataset.sessionId);
    element.toggleAttribute("data-has-conflict", severity !== undefined);
    if (severity) element.append(copyOf(severity));
  }
}

function copyOf(severity) {
  const word = section.querySelector(`[data-conflict-mark="${severity}"]`).content.firstElementChild.cloneNode(true);
  word.setAttribute("data-conflict-shown", severity);
  return word;
}
