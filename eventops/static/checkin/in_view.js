// Which codes before the camera have been taken already. A code that stays in view is taken once; after two
// seconds out of view it may be held up again.

const AWAY_MS = 2000;

export class InView {
  #lastSeen = new Map();

  // Notes what a frame showed, at a time in milliseconds, and gives a code not yet taken, or undefined.
  fresh(codes, now) {
    for (const [code, at] of this.#lastSeen) if (now - at > AWAY_MS) this.#lastSeen.delete(code);
    for (const code of codes) if (this.#lastSeen.has(code)) this.#lastSeen.set(code, now);
    return codes.find((code) => !this.#lastSeen.has(code));
  }

  took(code, now) {
    this.#lastSeen.set(code, now);
  }

  // Lets a code be taken again though it never left the view.
  forget(code) {
    this.#lastSeen.delete(code);
  }
}
