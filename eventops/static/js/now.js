// Moves the line of the present down the day, and has "On now" and "Next" said anew when they change: the
// server is asked once for each change, and not in between. The page says in which minute it was made; a
// device whose clock shows another one is not believed.

const TICK_MS = 10_000;
const MADE_WITHIN_MS = 65_000;
const SPREAD_MS = 3000;
const AGAIN_MS = 15_000;

let section = document.querySelector(".now");
let ahead = lag();
let notBefore = 0;

setInterval(tick, TICK_MS);
document.addEventListener("visibilitychange", tick);
tick();

// How far the server's clock is ahead of the device's.
function lag() {
  const made = Date.parse(section.dataset.now);
  const off = Date.now() - made;
  return off >= 0 && off < MADE_WITHIN_MS ? 0 : -off;
}

function now() {
  return Date.now() + ahead;
}

function tick() {
  if (document.visibilityState === "hidden") return;
  moveLine();
  if (section && now() >= Date.parse(section.dataset.changes) && Date.now() >= notBefore) {
    notBefore = Date.now() + AGAIN_MS;
    // Spread over a few seconds, or everybody would ask in the same one.
    setTimeout(refresh, Math.random() * SPREAD_MS);
  }
}

function moveLine() {
  const line = document.querySelector(".now-line");
  const slots = [...document.querySelectorAll(".slot")];
  for (const slot of slots) {
    const live = slot.querySelector(".slot-live");
    if (live) live.hidden = !(Date.parse(slot.dataset.start) <= now() && now() < Date.parse(slot.dataset.end));
  }
  const next = slots.find((slot) => Date.parse(slot.dataset.start) > now());
  if (!line || line.nextElementSibling === next) return;
  if (next && next.closest(".day-part") === line.closest(".day-part")) next.before(line);
  else line.closest(".slots").append(line);
}

async function refresh() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".now");
  if (fresh) section.replaceWith(fresh);
  else section.remove();
  section = fresh;
  if (section) ahead = lag();
  moveLine();
}
