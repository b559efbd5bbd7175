// The tray: sessions that are not scheduled, dragged from it onto the grid and from the grid into it.

import { cardClasses, cardParts, element } from "./card.js";
import { duration } from "./clocks.js";

const FAR = 5;
const tray = document.getElementById("tray");
const list = document.getElementById("tray-list");
const empty = document.getElementById("tray-empty");

// `acts`: pick(id), place(id, place) and drop(id).
export function makeTray({ data, agenda, calendar, acts }) {
  const { words, may_edit: mayEdit } = data;
  if (mayEdit) list.addEventListener("pointerdown", begin);
  return { draw, holds };

  function draw() {
    const sessions = agenda.inTray();
    list.replaceChildren(...sessions.map(item));
    empty.hidden = !mayEdit && sessions.length > 0;
    tray.hidden = !mayEdit && !sessions.length;
  }

  function item(session) {
    const card = element(mayEdit ? "button" : "div", ["card", ...cardClasses(session)].join(" "));
    if (mayEdit) card.type = "button";
    card.dataset.session = session.id;
    card.append(...cardParts(session, words, { people: agenda.peopleOn(session.id) }));
    card.append(element("span", "card-mark", duration(session.at.end - session.at.start)));
    const one = element("li", "");
    one.append(card);
    return one;
  }

  function holds({ clientX: x, clientY: y }) {
    const { left, right, top, bottom } = tray.getBoundingClientRect();
    return x >= left && x <= right && y >= top && y <= bottom;
  }

  function begin(down) {
    const card = down.target.closest("[data-session]");
    if (!card || !down.isPrimary || down.button) return;
    const id = card.dataset.session;
    const drag = { isOn: false, place: null };
    const over = new AbortController();
    const options = { signal: over.signal };
    window.addEventListener("pointermove", (move) => follow(id, drag, down, move), options);
    window.addEventListener("pointerup", () => { over.abort(); end(id, drag); }, options);
    window.addEventListener("selectstart", (event) => event.preventDefault(), options);
  }

  function follow(id, drag, down, move) {
    if (!drag.isOn) {
      const isFar = Math.hypot(move.clientX - down.clientX, move.clientY - down.clientY) >= FAR;
      if (!isFar || !acts.pick(id)) return;
      drag.isOn = true;
    }
    drag.place = holds(move) ? null : calendar.at(move.clientX, move.clientY);
    acts.place(id, drag.place);
  }

  function end(id, drag) {
    if (drag.isOn) acts.drop(id);
  }
}
