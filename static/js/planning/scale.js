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

  /** Where the clock shows so many minutes more than at the place: the first of two such places; what the clock skips
   * comes after. Forms know a time by what the clock shows, so this is how a hand moves it. */
  later(place, minutes) {
    const [near, wanted] = [place + minutes, this.#minutes(place) + minutes];
    return [-60, -30, 0, 30, 60].map((off) => near + off).find((other) => this.#minutes(other) === wanted) ?? near;
  }

  /** The place of the same clock time so many days later, or undefined when it is not among the days shown. */
  daysLater(place, days) {
    const to = this.dayOf(place) + days;
    return to < 0 || to >= this.days || place < 0 ? undefined : this.later(place, days * 1440);
  }

  /** How far a hand went, in minutes of the clock. From a day to another each column counts for 24 hours, whichever
   * hours it has: straight across, the clock stays. */
  along(from, to) {
    if (this.dayOf(from) === this.dayOf(to)) return this.#minutes(to) - this.#minutes(from);
    return (this.share(to) - this.share(from)) * this.days * 1440;
  }

  /** What a hand does to a time of `first` to `last` in so many minutes of the clock: "move" shifts both, "begin" and
   * "end" one, never to nothing. */
  changed({ first, last }, hold, by) {
    if (hold === "begin") return { first: Math.min(this.later(first, by), last - this.snap), last };
    const end = this.later(last, by);
    if (hold === "end") return { first, last: Math.max(end, first + this.snap) };
    const begin = this.later(first, by);
    return { first: begin, last: end > begin ? end : begin + last - first };
  }

  /** What a hand that is here does to an end that lies there. */
  towards(end, place) {
    return this.#minutes(this.snapped(place)) - this.#minutes(end);
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

  /** The same as a number. */
  #minutes(place) {
    return Date.parse(`${this.stamp(place)}Z`) / 60_000;
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

/** The stamps of usual hours on the day of that stamp; when they end not after they begin, on the day after. */
export function usualHours(stamp, [begins, ends]) {
  const day = stamp.slice(0, 10);
  const after = new Date(`${day}T12:00Z`);
  if (ends <= begins) after.setUTCDate(after.getUTCDate() + 1);
  return { begins: `${day}T${begins}`, ends: `${after.toISOString().slice(0, 10)}T${ends}` };
}
