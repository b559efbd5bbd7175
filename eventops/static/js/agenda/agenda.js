// What the page knows: each session as it is stored, where it is shown at the moment, and who is on it.

const ANY = "00000000-0000-0000-0000-000000000000";

// The address that a link of `data.links` gives a session.
export function addressOf(link, id) {
  return link.replace(ANY, id);
}

export class Agenda {
  constructor({ sessions, rooms, words }, clocks) {
    this.words = words;
    this.clocks = clocks;
    this.rooms = new Map(rooms.map((room) => [room.id, room.name]));
    this.sessions = new Map();
    this.people = [];
    sessions.forEach((session) => this.store(session));
  }

  // Takes over what the server says is stored. What is held stays where it is held.
  store(stored) {
    const known = this.sessions.get(stored.id);
    const session = { ...stored, isHeld: known?.isHeld ?? false, isSaving: known?.isSaving ?? false };
    session.conflicts = known?.conflicts ?? [];
    session.stored = { start: Date.parse(stored.start), end: Date.parse(stored.end), room_id: stored.room_id };
    session.stored.is_scheduled = stored.is_scheduled;
    session.base = known?.isHeld ? known.base : stored.revision;
    this.sessions.set(stored.id, session);
    if (known?.isHeld) this.put(stored.id, { ...known.at, is_scheduled: known.is_scheduled });
    else this.put(stored.id, session.stored);
    return session;
  }

  get(id) {
    return this.sessions.get(id);
  }

  remove(id) {
    this.sessions.delete(id);
  }

  // Shows the session at a place, stored or not.
  put(id, { start, end, room_id, is_scheduled }) {
    const session = this.sessions.get(id);
    session.at = { start, end, room_id };
    session.is_scheduled = is_scheduled;
    return session;
  }

  // Whether it could be picked up: not while it is being saved.
  hold(id) {
    const session = this.sessions.get(id);
    if (!session || session.isSaving) return false;
    session.isHeld = true;
    return true;
  }

  letGo(id) {
    const session = this.sessions.get(id);
    if (session) session.isHeld = false;
    return session;
  }

  scheduled() {
    return [...this.sessions.values()].filter((session) => session.is_scheduled);
  }

  inTray() {
    return [...this.sessions.values()].filter((session) => !session.is_scheduled);
  }

  peopleOn(id) {
    return this.people.filter((person) => person.session_id === id).map((person) => person.name);
  }

  roomName(id) {
    return this.rooms.get(id) ?? this.words.no_room;
  }

  // For phrases: title, clocks and room of where it is shown.
  inWords(session) {
    const { start, end, room_id } = session.at;
    return { title: session.title, clocks: this.clocks.span(start, end), room: this.roomName(room_id) };
  }
}
