// Positions found on this phone that the server has not decided about yet, oldest first. No page and no network in here:
// they are handed in, so that a tunnel can be played in a test.
import { namesIn, Outcome, restAfter } from "./taps.js";

/** How many the server takes at once; how old they may be for it, in milliseconds: more than that is not kept. */
export const BATCH = 500;
export const OLDEST = 3_600_000;
const MOST = OLDEST / 1000;

export class Positions {
  #isSending = false;
  #failures = 0;
  #restsUntil = 0;

  /** `storage`: like localStorage. `owner`: whose positions, because a phone may be handed on. `send(points)` resolves
   * to an Outcome and does not throw. `now()`: milliseconds since the epoch on the server's clock. */
  constructor({ storage, owner, send, now }) {
    Object.assign(this, { storage, send, now });
    this.prefix = `position:${owner}:`;
  }

  /** How many wait. */
  get count() {
    return this.#keys().length;
  }

  /** Keeps a position, with `at` in seconds since the epoch on the server's clock, until it is sent. */
  add(point) {
    this.#drop(this.#keys().slice(0, -MOST + 1));
    const key = this.prefix + String(Math.round(point.at * 1000)).padStart(13, "0");
    try {
      this.storage.setItem(key, JSON.stringify(point));
    } catch {
      // The phone has no room: rather the newest than the oldest.
      this.#drop(this.#keys().slice(0, BATCH));
    }
  }

  /** Sends what waits, a batch after the other, until the server cannot be reached; then rests, longer each time. */
  async flush() {
    this.#dropOld();
    const keys = this.#keys().slice(0, BATCH);
    if (keys.length === 0 || this.#isSending || this.now() < this.#restsUntil) return;
    this.#isSending = true;
    const outcome = await this.send(keys.map((key) => JSON.parse(this.storage.getItem(key))));
    this.#isSending = false;
    if (outcome === Outcome.DECIDED) {
      this.#failures = 0;
      this.#drop(keys);
      await this.flush();
    } else {
      this.#restsUntil = this.now() + restAfter(this.#failures);
      this.#failures += 1;
    }
  }

  /** The network is back: no need to rest. */
  wake() {
    this.#restsUntil = this.#failures = 0;
    return this.flush();
  }

  /** Forgets what waits: the driver does not want to be seen, or may not. */
  clear() {
    this.#drop(this.#keys());
  }

  // One item of storage each, named by its time, so that two tabs never overwrite each other's.
  #keys(prefix = this.prefix) {
    return namesIn(this.storage, prefix).sort();
  }

  /** Anybody's: nobody may come back to send theirs. */
  #dropOld() {
    const end = this.now() - OLDEST;
    this.#drop(this.#keys("position:").filter((key) => Number(key.split(":")[2]) <= end));
  }

  #drop(keys) {
    for (const key of keys) this.storage.removeItem(key);
  }
}
