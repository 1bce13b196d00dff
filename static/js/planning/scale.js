/** The days of the calendar as a line from 0 to 1. Places are minutes that really pass from its beginning: each day
 * takes as much room as any other, though some have an hour more or less. No page is needed for any of this. */
export class Scale {
  /** `starts`: where each day begins and, after them, where the last one ends. `origin`: the beginning, in seconds
   * since the epoch. `zone`: on whose clock. `snap`: minutes to which a hand is held. `language`: of days. */
  constructor({ starts, origin, zone, snap, language = "en" }) {
    this.starts = starts;
    this.origin = origin;
    this.snap = snap;
    const numbers = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
    this.format = new Intl.DateTimeFormat("en-GB", { ...numbers, hourCycle: "h23", timeZone: zone });
    this.ofDays = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", timeZone: zone });
  }

  get days() {
    return this.starts.length - 1;
  }

  get length() {
    return this.starts[this.days];
  }

  /** Which day holds the place, from 0 on. */
  dayOf(place) {
    const next = this.starts.findIndex((start) => start > place);
    return next < 0 ? this.days - 1 : Math.max(next - 1, 0);
  }

  /** Where the place stands on the line. */
  share(place) {
    const inside = Math.min(Math.max(place, 0), this.length);
    const day = this.dayOf(inside);
    const [start, end] = [this.starts[day], this.starts[day + 1]];
    return (day + (inside - start) / (end - start)) / this.days;
  }

  /** The place at that share of the line. */
  placeAt(share) {
    const at = Math.min(Math.max(share, 0), 1) * this.days;
    const day = Math.min(Math.floor(at), this.days - 1);
    const [start, end] = [this.starts[day], this.starts[day + 1]];
    return start + (at - day) * (end - start);
  }

  /** The place of the same clock time so many days later, or undefined when it is not among the days shown. */
  daysLater(place, days) {
    const [from, to] = [this.dayOf(place), this.dayOf(place) + days];
    if (to < 0 || to >= this.days || place < 0) return undefined;
    const near = this.starts[to] + place - this.starts[from];
    return [near, near - 60, near + 60].find((other) => this.clock(other) === this.clock(place)) ?? near;
  }

  /** The nearest place to which a hand is held. */
  snapped(place) {
    return Math.round(place / this.snap) * this.snap;
  }

  #parts(place, format = this.format) {
    const moment = new Date((this.origin + place * 60) * 1000);
    return Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
  }

  /** The place on the clock, as forms take it: 2026-11-30T08:00. */
  stamp(place) {
    const { year, month, day, hour, minute } = this.#parts(place);
    return `${year}-${month}-${day}T${hour}:${minute}`;
  }

  /** What the clock shows there: 08:00. */
  clock(place) {
    return this.stamp(place).slice(11);
  }

  /** Which day it is there: Mon 30. */
  day(place) {
    const { weekday, day } = this.#parts(place, this.ofDays);
    return `${weekday} ${day}`;
  }

  /** A time in words, the shorter the better: 08:00–16:00, or with its days when it lasts for more than one. */
  words({ first, last }, { isOpen = false } = {}) {
    if (isOpen) return `${this.day(first)} ${this.clock(first)}–…`;
    if (last - first <= 1500) return `${this.clock(first)}–${this.clock(last)}`;
    return `${this.day(first)} ${this.clock(first)} – ${this.day(last)} ${this.clock(last)}`;
  }
}

/** What a hand does to a time of `first` to `last`: "move" shifts both, "begin" and "end" one, never to nothing. */
export function changed({ first, last }, hold, by, snap) {
  if (hold === "move") return { first: first + by, last: last + by };
  if (hold === "begin") return { first: Math.min(first + by, last - snap), last };
  return { first, last: Math.max(last + by, first + snap) };
}

/** The stamps of usual hours on the day of that stamp; when they end not after they begin, on the day after. */
export function usualHours(stamp, [begins, ends]) {
  const day = stamp.slice(0, 10);
  const after = new Date(`${day}T12:00Z`);
  if (ends <= begins) after.setUTCDate(after.getUTCDate() + 1);
  return { begins: `${day}T${begins}`, ends: `${after.toISOString().slice(0, 10)}T${ends}` };
}
