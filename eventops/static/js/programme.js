// Filters that answer at once, and favourites, which stay in this browser and are told to nobody. Without
// script the form asks the server, and there are no stars.

const page = document.querySelector("[data-favourites]");
const key = `eventops favourites ${page.dataset.favourites}`;
const status = page.querySelector("[role=status]");
const form = page.querySelector("form.filters");
const favourites = new Set(read());
const stars = new Map();
const only = chooser();

for (const entry of page.matches("[data-session]") ? [page] : page.querySelectorAll("[data-session]")) addStar(entry);
if (form) filterAtOnce();
if (only?.checked) show();
addEventListener("storage", (event) => event.key === key && reread());

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

function keep() {
  try {
    localStorage.setItem(key, JSON.stringify([...favourites]));
  } catch {
    // A browser that keeps nothing: they are there until the page is left.
  }
}

// Another tab changed them.
function reread() {
  favourites.clear();
  for (const id of read()) favourites.add(id);
  for (const [id, star] of stars) star.ariaPressed = String(favourites.has(id));
  if (only?.checked) show();
}

function addStar(entry) {
  const id = entry.dataset.session;
  const title = entry.querySelector("h1, h3, h4").textContent.trim();
  const star = document.getElementById("star").content.firstElementChild.cloneNode(true);
  star.ariaLabel = `${star.textContent}: ${title}`;
  star.ariaPressed = String(favourites.has(id));
  star.addEventListener("click", () => turn(id, title));
  (entry.querySelector(".session-do") ?? entry).append(star);
  stars.set(id, star);
}

function turn(id, title) {
  const is = !favourites.delete(id);
  if (is) favourites.add(id);
  stars.get(id).ariaPressed = String(is);
  keep();
  if (only?.checked) show();
  status.textContent = (is ? page.dataset.added : page.dataset.removed).replace("{title}", title);
}

// "Only my favourites": of a long event they are on several days, so that all of them are shown.
function chooser() {
  const label = document.getElementById("only-favourites")?.content.firstElementChild.cloneNode(true);
  if (!label || !page.querySelector("[data-session]")) return null;
  page.querySelector(".favourites").append(label);
  const box = label.querySelector("input");
  box.checked = location.hash === "#favourites";
  box.addEventListener("change", () => {
    if (box.checked && page.dataset.allDays) location.assign(`${page.dataset.allDays}#favourites`);
    else show();
  });
  return box;
}

function filterAtOnce() {
  // What was filtered by the server lacks the rest: that has to be asked for.
  const isWhole = !("filtered" in form.dataset);
  form.querySelector(".filters-go").hidden = true;
  form.addEventListener("change", () => (isWhole ? choose() : form.requestSubmit()));
  if (isWhole && chosen().length) show();
}

function choose() {
  const query = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  history.replaceState(null, "", location.pathname + (query.size ? `?${query}` : ""));
  show();
}

function chosen() {
  return form ? [...form.querySelectorAll("select")].filter((select) => select.value) : [];
}

function show() {
  const asked = chosen();
  const entries = [...page.querySelectorAll(".entry")];
  for (const entry of entries) {
    const fits = asked.every((select) => entry.dataset[select.name] === select.value);
    entry.hidden = !fits || (only?.checked && !favourites.has(entry.dataset.session));
  }
  for (const part of page.querySelectorAll(".slot, .day-part")) part.hidden = !part.querySelector(".entry:not([hidden])");
  const shown = entries.filter((entry) => !entry.hidden).length;
  status.textContent = page.dataset.count.replace("{shown}", shown).replace("{all}", entries.length);
}
