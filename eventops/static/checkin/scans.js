// Makes scans, and remembers those without an answer, in this page's memory alone: the same code held up
// again soon is the same scan with the same id, so the server counts it once.

const SAME_SCAN_MS = 120_000;

export class Scans {
  #unanswered = new Map();

  // The scan of a code, its id made before any colour is shown.
  of(code) {
    this.#dropOld();
    const scan = this.#unanswered.get(code) ?? newScan(code);
    this.#unanswered.delete(code);
    this.#unanswered.set(code, scan);
    return scan;
  }

  answered(scan) {
    this.#unanswered.delete(scan.code);
  }

  lastUnanswered() {
    this.#dropOld();
    return [...this.#unanswered.keys()].at(-1);
  }

  #dropOld() {
    for (const [code, scan] of this.#unanswered) {
      if (Math.abs(Date.now() - Date.parse(scan.device_time)) > SAME_SCAN_MS) this.#unanswered.delete(code);
    }
  }
}

function newScan(code) {
  return { id: newId(), code, device_time: new Date().toISOString(), kind: "entry" };
}

// randomUUID exists in secure contexts only; typed codes work without one (RFC 9562, section 5.4).
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
