// On a session's form: says who else is on the session, and what somebody stored since the form was opened.

import { beat } from "./beat.js";
import { element } from "./card.js";
import { fill } from "./clocks.js";

const box = document.getElementById("presence");
const { id, revision, number, beat: url, words } = JSON.parse(document.getElementById("presence-data").textContent);
const people = document.getElementById("presence-people");
const changed = document.getElementById("presence-changed");

beat({ url, csrf: box.dataset.csrf, since: number, on: () => id, hear, lost });

function hear(answer) {
  const here = answer.people.filter((person) => person.session_id === id);
  show(people, here.map(({ name }) => fill(words.on_this, { name })).join(" "));
  const stored = answer.sessions.find((session) => session.id === id);
  if (stored && stored.revision !== revision) warn(stored);
}

function lost() {
  show(people, "");
  changed.replaceChildren(element("p", "notice-title", words.signed_out));
}

// `by` is empty for the reader, in another window.
function warn({ by, is_removed: isRemoved, title, clocks, room, is_scheduled: isScheduled }) {
  const phrase = words[(by ? "" : "own_") + (isRemoved ? "removed" : "changed")];
  const said = [element("p", "notice-title", fill(phrase, { name: by }))];
  if (!isRemoved) said.push(element("p", "", [title, isScheduled ? clocks : words.tray, room].filter(Boolean).join(", ")));
  changed.replaceChildren(...said);
}

// A live region that is written anew is read anew.
function show(region, text) {
  if (region.textContent !== text) region.textContent = text;
}
