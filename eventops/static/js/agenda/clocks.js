// Puts instants into words with every clock of the event, by the patterns and offsets that the server gives:
// see eventops/times/faces.py. Instants are milliseconds since 1970.

const MINUTE = 60000;

export class Clocks {
  constructor({ start, end, home_zone, faces, patterns }) {
    this.start = Date.parse(start);
    this.end = Date.parse(end);
    this.homeZone = home_zone;
    this.patterns = patterns;
    this.faces = faces.map((face) => ({
      ...face,
      offsets: face.offsets.map(([from, minutes]) => [Date.parse(from), minutes]),
    }));
  }

  // What each face shows at an instant, without its zone's word: for the axis, whose head says that.
  onAxis(instant) {
    return this.faces.map((face) => this.clock(wall(instant, face)));
  }

  // "12:20–13:20 Finnish time (11:20–12:20 Danish and Norwegian time)"
  span(start, end) {
    const today = day(wall(start, this.faces[0]));
    const [own, ...others] = this.faces.map((face) => this.phrase(wall(start, face), wall(end, face), face.words, today));
    return others.length ? `${own} (${others.join("; ")})` : own;
  }

  // YYYY-MM-DDTHH:MM on the clocks of the home zone.
  homeWall(instant) {
    return wall(instant, this.faces.find((face) => face.zones.includes(this.homeZone))).toISOString().slice(0, 16);
  }

  phrase(start, end, zone, today) {
    const parts = {
      start: this.clock(start), end: this.clock(end), zone,
      start_day: this.dayName(start), end_day: this.dayName(end),
    };
    return fill(this.patterns[pattern(day(start), day(end), today)], parts);
  }

  clock(at) {
    const { padded, separator } = this.patterns;
    const hour = String(at.getUTCHours()).padStart(padded ? 2 : 1, "0");
    return hour + separator + String(at.getUTCMinutes()).padStart(2, "0");
  }

  dayName(at) {
    return this.patterns.days[day(at)] ?? day(at);
  }
}

// Puts values where a text has their names in braces.
export function fill(text, values) {
  return text.replace(/{(\w+)}/g, (_, name) => values[name] ?? "");
}

// "45 minutes", "1 hour 30 minutes" in the page's language.
export function duration(milliseconds) {
  const minutes = Math.round(milliseconds / MINUTE);
  const parts = [[Math.floor(minutes / 60), "hour"], [minutes % 60, "minute"]];
  return parts.filter(([count]) => count).map(([count, unit]) => amount(count, unit)).join(" ");
}

function amount(count, unit) {
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

function pattern(startDay, endDay, today) {
  if (endDay === startDay) return startDay === today ? "span" : "span_on_day";
  return startDay === today ? "span_into_day" : "span_of_days";
}

// What the face shows, to be read off as if it were UTC.
function wall(instant, { offsets }) {
  const [, minutes] = offsets.findLast(([from]) => from <= instant) ?? offsets[0];
  return new Date(instant + minutes * MINUTE);
}

function day(at) {
  return at.toISOString().slice(0, 10);
}
