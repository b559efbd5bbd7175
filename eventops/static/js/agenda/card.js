// A session as it stands in the grid and in the tray: title, kind and marks in words, and shapes by its classes.

import { fill } from "./clocks.js";

// The parts of a card. `when` is said but not shown: the axis shows it. With `shown`, it is shown too.
export function cardParts(session, words, { when, place, people = [], shown = false }) {
  const title = element("span", "card-title", session.title);
  title.lang = session.lang;
  return [
    title,
    element("span", shown ? "card-when" : "visually-hidden", ` ${[when, place].filter(Boolean).join(", ")} `),
    ...people.map((name) => element("span", "card-person", fill(words.is_on, { name }))),
    ...conflictMarks(session, words),
    ...marks(session, words).map((text) => element("span", "card-mark", text)),
  ];
}

export function cardClasses(session) {
  return [
    `kind-${session.kind}`,
    session.is_closed && "is-closed",
    session.placeholder && "is-placeholder",
    session.conflicts.length && "has-conflict",
  ].filter(Boolean);
}

export function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

// A word for each severity; what it is about is said, and shown where the pointer rests.
function conflictMarks({ conflicts }, words) {
  return ["error", "advice"].flatMap((severity) => {
    const texts = conflicts.filter((one) => one.severity === severity).map((one) => one.text);
    if (!texts.length) return [];
    const mark = element("span", `card-conflict is-${severity}`, words[severity]);
    mark.title = texts.join("\n");
    mark.append(element("span", "visually-hidden", `: ${texts.join(" ")} `));
    return [mark];
  });
}

function marks(session, words) {
  const placeholder = { time: words.time_placeholder, all: words.placeholder }[session.placeholder];
  return [session.kind_word, session.is_closed && words.closed, placeholder].filter(Boolean);
}
