// Moves sessions by keyboard. While one is carried, the focus is on a bar of its own: the card is drawn anew at each
// step, and screen readers hand arrow keys on to an element of this role alone.

const MINUTE = 60000;
const STEP = 5 * MINUTE;
const bar = document.getElementById("carry");
const title = document.getElementById("carry-title");

// `acts`: pick(id), drop(id), putBack(id), redraw(session), focus(id).
export function makeCarrier({ data, agenda, clocks, calendar, say, acts }) {
  const { words } = data;
  let carried = null;
  const keys = {
    ArrowUp: (by) => by.shift ? resize(-STEP) : shift(-STEP),
    ArrowDown: (by) => by.shift ? resize(STEP) : shift(STEP),
    PageUp: () => shift(-12 * STEP),
    PageDown: () => shift(12 * STEP),
    ArrowLeft: () => toRoom(-1),
    ArrowRight: () => toRoom(1),
    t: () => toTray(), T: () => toTray(),
    Enter: () => drop(), " ": () => drop(),
    Escape: () => putBack(),
  };
  bar.addEventListener("keydown", (event) => {
    if (!carried || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Tab") return putBack();
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]({ shift: event.shiftKey });
  });
  bar.addEventListener("focusout", () => carried && putBack());
  return { pick, carried: () => carried };

  function pick(id) {
    if (carried || !acts.pick(id)) return;
    carried = id;
    const session = agenda.get(id);
    if (!session.is_scheduled) agenda.put(id, { ...ontoDay(session.at), is_scheduled: true });
    bar.setAttribute("aria-label", words.carrying.replace("{title}", session.title));
    title.textContent = session.title;
    title.lang = session.lang;
    bar.hidden = false;
    bar.focus({ preventScroll: true });
    say("picked_up", agenda.inWords(session));
    acts.redraw(session);
  }

  // Where a session from the tray comes in: at its own hours, as far as they are of this day.
  function ontoDay({ start, end, room_id }) {
    const isThisDay = start >= clocks.start && end <= clocks.end;
    const first = Math.min(clocks.start + 9 * 60 * MINUTE, ...agenda.scheduled().map((other) => other.at.start));
    const from = isThisDay ? start : Math.max(clocks.start, first);
    return { start: from, end: from + end - start, room_id };
  }

  function shift(by) {
    change(({ start, end, room_id }) => ({ start: start + by, end: end + by, room_id }));
  }

  function resize(by) {
    change(({ start, end, room_id }) => ({ start, end: end + by, room_id }));
  }

  function toRoom(by) {
    change(({ start, end, room_id }) => ({ start, end, room_id: calendar.column(room_id, by) }));
  }

  function change(make) {
    const session = agenda.get(carried);
    if (!session) return stop();
    const from = session.at;
    const to = make(from);
    const isPossible = to.end - to.start >= STEP && to.start >= clocks.start && to.start < clocks.end;
    const isSame = to.start === from.start && to.end === from.end && to.room_id === from.room_id;
    if (!isPossible || isSame) return say("no_more", {});
    agenda.put(carried, { ...to, is_scheduled: true });
    say("at", agenda.inWords(session));
    acts.redraw(session);
  }

  function toTray() {
    const session = agenda.get(carried);
    if (!session) return stop();
    agenda.put(carried, { ...session.stored, is_scheduled: false });
    say("in_tray", {});
    drop();
  }

  function drop() {
    const id = stop();
    acts.drop(id);
    acts.focus(id);
  }

  function putBack() {
    const id = stop();
    const session = acts.putBack(id);
    acts.focus(id);
    if (session) say(session.is_scheduled ? "put_back" : "put_back_in_tray", agenda.inWords(session));
  }

  function stop() {
    const id = carried;
    carried = null;
    bar.hidden = true;
    return id;
  }
}
