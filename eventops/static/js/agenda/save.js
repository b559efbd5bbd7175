// Stores where a session was put, one after the other; when somebody else was quicker, lets the reader choose.

import { addressOf } from "./agenda.js";
import { post, signedOut } from "./beat.js";
import { element } from "./card.js";

const dialog = document.getElementById("stale");
let queue = Promise.resolve();

// `say(name, values)` says a phrase of data.words; `redraw(session)` shows it; `stepped(answer)` renames undo and redo.
export function makeSaver({ data, csrf, agenda, say, redraw, gone, stepped }) {
  return (id) => {
    const session = agenda.letGo(id);
    if (!session) return;
    if (isAsStored(session)) {
      session.base = session.revision;
      return redraw(session);
    }
    session.isSaving = true;
    redraw(session);
    queue = queue.then(() => send(session, session.base)).catch(() => settle(session, "failed"));
  };

  async function send(session, revision) {
    const { start, end, room_id } = session.at;
    const wanted = {
      start: new Date(start).toISOString(), end: new Date(end).toISOString(),
      room_id: room_id || null, is_scheduled: session.is_scheduled, revision,
    };
    const answer = await post(addressOf(data.links.move, session.id), csrf, wanted);
    if (answer.status === 200) return saved(await answer.json());
    if (answer.status === 412) return choose(session, await answer.json());
    if (answer.status === 404) return lost(session);
    settle(session, signedOut(answer) ? "signed_out" : answer.status === 422 ? "refused" : "failed");
  }

  function saved(answer) {
    const session = take(answer.session);
    if (session) say(session.is_scheduled ? "saved" : "saved_in_tray", agenda.inWords(session));
    if ("undo" in answer) stepped(answer);
    document.dispatchEvent(new Event("agenda-changed"));
  }

  // What is stored is shown: the answer, or what somebody else has made of it since, who may have removed it.
  function take(stored) {
    const known = agenda.get(stored.id);
    if (!known) return null;
    known.isSaving = false;
    const session = agenda.store(known.newer?.revision > stored.revision ? known.newer : stored);
    redraw(session);
    return session;
  }

  function lost(session) {
    agenda.remove(session.id);
    gone(session.id);
    say("gone", {});
  }

  // Nothing was stored: back to where it was, unless it was removed meanwhile.
  function settle(session, phrase) {
    session.isSaving = false;
    session.base = session.revision;
    if (agenda.get(session.id) === session) {
      agenda.put(session.id, session.stored);
      redraw(session.newer ? agenda.store(session.newer) : session);
    }
    say(phrase, {});
  }

  // `by` is empty for the reader, in another window.
  async function choose(session, { title, by, changed_by, stored, wanted }) {
    document.getElementById("stale-title").textContent = title;
    document.getElementById("stale-stored").replaceChildren(...version(stored, changed_by));
    document.getElementById("stale-wanted").replaceChildren(...version({ ...wanted, title: session.title }));
    say(by ? "stale" : "own_stale", { name: by, title: session.title });
    if ((await answered()) === "mine") return send(session, stored.revision);
    const kept = take(stored);
    if (kept) say("stored_kept", { title: kept.title });
  }

  function version({ title, clocks, room, is_scheduled }, changedBy = "") {
    const place = is_scheduled ? [clocks, room || data.words.no_room] : [data.words.tray];
    return [title, ...place, changedBy].filter(Boolean).map((text) => element("p", "", text));
  }
}

function isAsStored({ at, is_scheduled, stored }) {
  const isSame = ["start", "end", "room_id"].every((part) => at[part] === stored[part]);
  return is_scheduled === stored.is_scheduled && (isSame || !is_scheduled);
}

// "mine", or "stored" for Escape too.
function answered() {
  dialog.showModal();
  document.getElementById("keep-stored").focus();
  return new Promise((resolve) => {
    document.getElementById("keep-stored").onclick = () => dialog.close("stored");
    document.getElementById("put-mine").onclick = () => dialog.close("mine");
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    dialog.returnValue = "stored";
  });
}
