// Counts down to an instant by the server's clock: data-now is the server's time when it wrote the
// page, and performance.now() says how long ago that came. The device's own clock may be wrong.

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const STALE_MS = 2000;

const clock = document.querySelector("[data-countdown]");
if (clock) countDown(clock, document.getElementById(clock.dataset.status));

function countDown(clock, status) {
  const total = Date.parse(clock.dataset.countdown) - Date.parse(clock.dataset.now);
  // At or past the instant already: the server has just said what holds, so asking again would loop.
  if (!(total > 0)) return;
  const [page] = performance.getEntriesByType("navigation");
  const arrived = page ? page.responseStart : 0;
  const drift = Date.now() - performance.now();
  const timer = setInterval(tick, 1000);
  let announced;
  tick();
  document.addEventListener("visibilitychange", wake);

  function tick() {
    const seconds = Math.ceil((total - performance.now() + arrived) / 1000);
    if (seconds <= 0) return finish();
    clock.textContent = inWords(seconds, UNITS);
    announce(Math.ceil(seconds / 60));
  }

  // Once a minute, and not on arrival, so that a screen reader is not talked over.
  function announce(minutes) {
    if (announced !== undefined && announced !== minutes) status.textContent = inWords(minutes * 60, UNITS.slice(0, -1));
    announced = minutes;
  }

  function finish() {
    clearInterval(timer);
    // Spread over a few seconds, or everybody who waits would ask in the same one.
    setTimeout(() => location.reload(), Math.random() * 3000);
  }

  // performance.now() may stand still while a phone sleeps.
  function wake() {
    const slept = Math.abs(Date.now() - performance.now() - drift) > STALE_MS;
    if (document.visibilityState === "visible" && slept) location.reload();
  }
}

// The two largest units that count: "1 hour 5 minutes", "24 minutes 0 seconds".
function inWords(seconds, units) {
  const parts = [];
  let rest = seconds;
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count || parts.length) parts.push([count, unit]);
  }
  return parts.slice(0, 2).map(amount).join(" ");
}

function amount([count, unit]) {
  const style = { style: "unit", unit, unitDisplay: "long" };
  return new Intl.NumberFormat(document.documentElement.lang, style).format(count).replace(" ", "\u00a0");
}
