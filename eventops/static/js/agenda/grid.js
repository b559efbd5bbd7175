// The agenda's grid: brings together what is stored, the calendar that shows it, mouse, keyboard, and other editors.

import { Agenda, addressOf } from "./agenda.js";
import { beat } from "./beat.js";
import { drawCalendar } from "./calendar.js";
import { Clocks, fill } from "./clocks.js";
import { makeCarrier } from "./keyboard.js";
import { makeSaver } from "./save.js";
import { makeTray } from "./tray.js";

const WIDE = matchMedia("(min-width: 700px)");
const source = document.getElementById("grid-data");
const data = JSON.parse(source.textContent);
const csrf = source.dataset.csrf;
const clocks = new Clocks(data.axis);
const agenda = new Agenda(data, clocks);
const board = document.getElementById("board");
let calendar, tray, carrier;
let focused = null;
let wantsFocus = null;

const save = makeSaver({ data, csrf, agenda, say, redraw, gone, stepped });

document.addEventListener("conflicts", (event) => mark(event.detail));
document.body.classList.add("has-script");
board.hidden = false;
build();
WIDE.addEventListener("change", build);
beat({ url: data.links.beat, csrf, since: data.number, on: () => held() ?? focused, hear, lost: () => say("signed_out", {}) });

// The calendar measures its columns when it is made, so it is made when there is room for it.
function build() {
  if (calendar || !WIDE.matches) return;
  calendar = drawCalendar(document.getElementById("calendar"), { data, agenda, clocks, acts: { pick: (id) => agenda.hold(id), drop, draw, drawn } });
  tray = makeTray({ data, agenda, calendar, acts: { pick, place, drop: save } });
  carrier = makeCarrier({ data, agenda, clocks, calendar, say, acts: { pick, drop: save, putBack, redraw, focus } });
  tray.draw();
  if (data.may_edit) listen();
}

function listen() {
  board.addEventListener("click", (event) => {
    const card = event.target.closest("button[data-session]");
    if (!card) return;
    if (event.detail === 0) carrier.pick(card.dataset.session);
    else edit(card.dataset.session);
  });
  board.addEventListener("keydown", (event) => {
    const card = event.target.closest("button[data-session]");
    if (card && event.key.toLowerCase() === "e" && !event.ctrlKey && !event.metaKey && !event.altKey) edit(card.dataset.session);
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.closest("input, textarea, dialog")) return;
    event.preventDefault();
    const button = document.getElementById(event.shiftKey ? "redo" : "undo");
    if (!button.disabled) button.form.requestSubmit(button);
  });
  window.addEventListener("pointercancel", cancel, { capture: true });
  window.addEventListener("blur", cancel);
  board.addEventListener("focusin", (event) => { focused = event.target.closest("[data-session]")?.dataset.session ?? null; });
  // A card that is drawn anew loses the focus without its reader leaving it.
  board.addEventListener("focusout", ({ target }) => setTimeout(() => {
    if (target.dataset.session && target.isConnected && !board.contains(document.activeElement)) focused = null;
  }));
}

function pick(id) {
  if (!agenda.hold(id)) return false;
  redraw(agenda.get(id));
  return true;
}

// The calendar has moved a session: to `place`, or, where the pointer was over it, into the tray.
function drop(id, place, pointer) {
  const session = agenda.get(id);
  if (!session?.isHeld) return session && redraw(session);
  const isInTray = pointer && tray.holds(pointer);
  agenda.put(id, isInTray ? { ...session.stored, is_scheduled: false } : { ...place, is_scheduled: true });
  save(id);
}

// Shows a session from the tray where the pointer is; with null, in the tray.
function place(id, at) {
  const session = agenda.get(id);
  const { start, end } = session.stored;
  agenda.put(id, at ? { ...at, end: at.start + end - start, is_scheduled: true } : session.stored);
  calendar.show(session);
}

function putBack(id) {
  const session = agenda.letGo(id);
  if (!session) return null;
  agenda.put(id, session.stored);
  session.base = session.revision;
  redraw(session);
  return session;
}

// The pointer was taken away, as it is for scrolling: what it held goes back, before anybody takes it for dropped.
function cancel() {
  const id = held();
  if (id && id !== carrier.carried()) putBack(id);
  calendar.cancel();
}

function focus(id) {
  wantsFocus = id;
  drawn();
}

// Called when everything is drawn: gives the focus back, and keeps what is carried in view.
function drawn() {
  const id = wantsFocus ?? (board.contains(document.activeElement) || document.activeElement === document.body ? focused : null);
  const isLost = document.activeElement === document.body;
  if (carrier?.carried()) return board.querySelector(".is-held")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (!id || !(wantsFocus || isLost)) return;
  const part = agenda.get(id)?.is_scheduled ? ".ec-event:not(.ec-ghost)" : "#tray-list";
  const card = board.querySelector(`${part} [data-session="${id}"]`);
  if (card) {
    wantsFocus = null;
    card.focus({ preventScroll: true });
  }
}

function redraw(session) {
  if (!calendar) return;
  calendar.show(session);
  tray.draw();
  drawn();
}

function gone(id) {
  calendar?.remove(id);
  tray?.draw();
}

function edit(id) {
  location.assign(addressOf(data.links.edit, id));
}

function draw({ start, end, room_id }) {
  const asked = { start: clocks.homeWall(start), end: clocks.homeWall(end), room_id, zone: clocks.homeZone };
  location.assign(`${data.links.new}&${new URLSearchParams(asked)}`);
}

function held() {
  return [...agenda.sessions.values()].find((session) => session.isHeld)?.id;
}

function hear({ sessions, people, is_more: isMore, ...answer }) {
  const before = agenda.people;
  agenda.people = people;
  sessions.forEach(change);
  const touched = new Set([...before, ...people].map((person) => person.session_id).filter(Boolean));
  if (JSON.stringify(before) !== JSON.stringify(people)) touched.forEach((id) => agenda.get(id) && redraw(agenda.get(id)));
  if (sessions.length) refreshList();
  if (sessions.length || isMore) document.dispatchEvent(new Event("agenda-changed"));
  if (isMore) document.getElementById("reload").hidden = false;
  if ("undo" in answer) stepped(answer);
}

// Somebody, perhaps ourselves in another window, has changed a session.
function change({ by, is_removed: isRemoved, ...stored }) {
  const known = agenda.get(stored.id);
  if (isRemoved) {
    if (known && by) tell("news_removed", { name: by, title: known.title });
    agenda.remove(stored.id);
    return gone(stored.id);
  }
  if (known?.isSaving) return (known.newer = stored);
  if (known?.revision >= stored.revision) return;
  const session = agenda.store(stored);
  redraw(session);
  if (by) tell(stored.is_scheduled ? "news" : "news_tray", { name: by, ...stored, room: stored.room || data.words.no_room });
}

// Which conflicts there are now: errors and advice, each with what it says and the sessions that have it.
function mark(found) {
  for (const session of agenda.sessions.values()) {
    const conflicts = found.filter((conflict) => conflict.session_ids.includes(session.id));
    if (JSON.stringify(conflicts) === JSON.stringify(session.conflicts)) continue;
    session.conflicts = conflicts;
    redraw(session);
  }
}

// The list, and what is said of publishing, are the server's to write.
async function refreshList() {
  const answer = await fetch(data.links.page, { redirect: "manual" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["list", "published"]) {
    const [old, fresh] = [document, page].map((one) => one.getElementById(id));
    if (fresh && !old.contains(document.activeElement)) old.replaceWith(document.adoptNode(fresh));
  }
}

function stepped(answer) {
  for (const name of ["undo", "redo"]) {
    const button = document.getElementById(name);
    button.textContent = answer[name] || data.words[name];
    button.disabled = !answer[name];
    button.form.elements.edit.value = answer[`${name}_edit`] ?? "";
  }
}

function say(phrase, values) {
  document.getElementById("said").textContent = fill(data.words[phrase], values);
}

function tell(phrase, values) {
  document.getElementById("news").textContent = fill(data.words[phrase], values);
}
