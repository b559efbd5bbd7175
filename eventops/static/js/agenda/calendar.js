// Draws the day by @event-calendar/build. Its dates are stand-ins on a day on which no zone changes its clocks, counted
// from the real day's midnight: so the grid has as many hours as the day, and each place on it is one instant.

import { cardClasses, cardParts, element } from "./card.js";

const STAND_IN = Date.UTC(2024, 0, 10);
const HALF_HOUR = 30 * 60000;
const NOWHERE = "none";

// `acts`: pick(id), drop(id, place, event), draw(place), click(id) and drawn().
export function drawCalendar(target, { data, agenda, clocks, acts }) {
  const { words, may_edit: mayEdit } = data;
  let isCancelled = false;
  const hours = (clocks.end - clocks.start) / 3600000;
  const calendar = EventCalendar.create(target, {
    view: "resourceTimeGridDay",
    date: standIn(clocks.start).slice(0, 10),
    headerToolbar: { start: "", center: "", end: "" },
    height: "75vh",
    allDaySlot: false,
    columnWidth: "minmax(8.5rem, 1fr)",
    slotDuration: "00:15", slotLabelInterval: "00:30", slotHeight: 24, snapDuration: "00:05", slotEventOverlap: false,
    slotMinTime: "00:00", slotMaxTime: `${hours}:00`, scrollTime: firstHour(),
    slotLabelFormat: () => "",
    longPressDelay: 400,
    editable: mayEdit, eventStartEditable: mayEdit, eventDurationEditable: mayEdit,
    selectable: mayEdit,
    resources: [...data.rooms.map(asResource), { id: NOWHERE, title: words.no_room }],
    events: agenda.scheduled().map(asEvent),
    eventContent: content,
    eventDragStart: ({ event }) => acts.pick(event.id),
    eventResizeStart: ({ event }) => acts.pick(event.id),
    eventDrop: ({ event, jsEvent }) => acts.drop(event.id, placeOf(event), jsEvent),
    eventResize: ({ event }) => acts.drop(event.id, placeOf(event)),
    select: ({ start, end, resource }) => isCancelled || acts.draw({ start: instant(start), end: instant(end), room_id: roomId(resource) }),
    eventAllUpdated: settle,
  });
  const main = target.querySelector(".ec-main");
  tidy();
  return { show, remove, at, column, cancel, main, columns: data.rooms.length + 1 };

  // Puts the session where it is now; away where that is not on this day.
  function show(session) {
    const isHere = session.is_scheduled && session.at.start < clocks.end && session.at.end > clocks.start;
    if (!isHere) calendar.removeEventById(session.id);
    else if (!calendar.updateEvent(asEvent(session))) calendar.addEvent(asEvent(session));
  }

  function remove(id) {
    calendar.removeEventById(id);
  }

  // The place under a point of the screen, or null.
  function at(x, y) {
    const found = calendar.dateFromPoint(x, y);
    return found && { start: instant(found.date), room_id: roomId(found.resource) };
  }

  // The calendar forgets a pointer that the browser takes away, and leaves what it was drawing: it is told of an end.
  function cancel() {
    isCancelled = true;
    window.dispatchEvent(new PointerEvent("pointerup", { isPrimary: true }));
    isCancelled = false;
    calendar.unselect();
  }

  // The room so many columns to the right of another; the outermost where there are no more.
  function column(id, by) {
    const ids = [...data.rooms.map((room) => room.id), ""];
    return ids[Math.max(0, Math.min(ids.length - 1, ids.indexOf(id) + by))];
  }

  function asResource({ id, name, capacity }) {
    return { id, title: name, extendedProps: { capacity } };
  }

  function asEvent(session) {
    const { start, end, room_id } = session.at;
    return {
      id: session.id,
      title: session.title,
      start: standIn(start), end: standIn(end),
      resourceIds: [room_id || NOWHERE],
      editable: mayEdit && !session.isSaving,
      extendedProps: { session },
      classNames: [...cardClasses(session), session.isHeld && "is-held", session.isSaving && "is-saving"].filter(Boolean),
    };
  }

  function content({ event }) {
    const { session } = event.extendedProps;
    const when = clocks.span(instant(event.start), instant(event.end));
    if (!session) return { domNodes: [element("span", "card-title", words.new), element("span", "card-when", when)] };
    const isMoving = event.display === "preview" || session.isHeld;
    const place = agenda.roomName(placeOf(event).room_id);
    const card = element(mayEdit ? "button" : "div", "card");
    if (mayEdit) card.type = "button";
    card.dataset.session = session.id;
    card.append(...cardParts(session, words, { when, place, people: agenda.peopleOn(session.id), shown: isMoving }));
    return { domNodes: [card] };
  }

  function placeOf(event) {
    const [room] = event.resourceIds;
    return { start: instant(event.start), end: instant(event.end), room_id: room === NOWHERE ? "" : room };
  }

  function standIn(at) {
    return new Date(STAND_IN + at - clocks.start).toISOString().slice(0, 19);
  }

  // Of a date as the calendar hands it out: on the browser's own clock.
  function instant(date) {
    const read = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes());
    return clocks.start + read - STAND_IN;
  }

  function firstHour() {
    const starts = agenda.scheduled().map((session) => session.at.start);
    const first = Math.max(0, Math.min(clocks.end, ...starts) - clocks.start - 1.5 * HALF_HOUR);
    return new Date(starts.length ? first : 8 * 3600000).toISOString().slice(11, 19);
  }

  // What the calendar leaves to us: the axis, its head, and roles, of which it has those of a table without cells.
  function tidy() {
    target.querySelectorAll("[role]").forEach((one) => ["role", "aria-colindex"].forEach((name) => one.removeAttribute(name)));
    main.tabIndex = 0;
    main.setAttribute("role", "region");
    main.setAttribute("aria-label", words.grid);
    main.style.setProperty("--axis", clocks.faces.map(width).join(" "));
    const head = element("div", "axis-head");
    head.append(...clocks.faces.map((face) => element("span", "axis-zone", face.words)));
    main.querySelector(".ec-header .ec-sidebar").append(head);
    main.querySelectorAll(".ec-col-head").forEach((head, index) => {
      const { capacity } = data.rooms[index] ?? {};
      if (capacity) head.append(element("span", "room-holds", words.holds.replace("{count}", capacity)));
    });
  }

  // As wide as the longest of its zone's words, none of which is broken.
  function width({ words }) {
    return `max(4.6rem, ${Math.max(...words.split(" ").map((word) => word.length)) * 0.5}rem)`;
  }

  // The calendar writes its labels, which are empty, a moment after it is made.
  function label() {
    main.querySelectorAll(".ec-body .ec-sidebar .ec-slot time").forEach((label, index) => {
      const at = clocks.start + index * HALF_HOUR;
      label.classList.toggle("is-hour", index % 2 === 0);
      label.dateTime = new Date(at).toISOString();
      label.replaceChildren(...clocks.onAxis(at).map((text) => element("span", "axis-clock", text)));
    });
  }

  function settle() {
    if (!main.querySelector(".axis-clock")) label();
    target.querySelectorAll(".ec-event").forEach((one) => one.classList.toggle("is-short", one.offsetHeight < 40));
    acts.drawn();
  }

  function roomId(resource) {
    return !resource || resource.id === NOWHERE ? "" : resource.id;
  }
}

