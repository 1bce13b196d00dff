// Taps made on this phone that the server has not decided about yet, oldest first. No page and no network in here: they
// are handed in, so that a lost network can be played in a test.

/** What came of sending a tap. Only a decided one leaves the phone. */
export const Outcome = { DECIDED: "decided", UNREACHABLE: "unreachable", SIGNED_OUT: "signedOut" };

const RETRY_AFTER = [1000, 2000, 4000, 8000, 15_000];

/** How many milliseconds to rest after so many failures in a row. */
export const restAfter = (failures) => RETRY_AFTER[Math.min(failures, RETRY_AFTER.length - 1)];

/** The names of what is stored under this prefix. */
export function namesIn(storage, prefix) {
  const names = Array.from({ length: storage.length }, (_, i) => storage.key(i));
  return names.filter((name) => name.startsWith(prefix));
}

export class Taps {
  #isSending = false;
  #failures = 0;
  #willRetry = false;

  /** `storage`: like localStorage. `owner`: whose taps, because a phone may be handed on. `send(tap)` resolves to an
   * Outcome and does not throw. `later(ms, callback)`; `changed()` after each change of what waits, or why. */
  constructor({ storage, owner, send, later, changed }) {
    Object.assign(this, { storage, send, later, changed });
    this.prefix = `tap:${owner}:`;
    this.state = "idle";
  }

  /** Every tap that waits, oldest first. One item of storage each, so that two tabs never overwrite each other's. */
  get waiting() {
    const taps = namesIn(this.storage, this.prefix).map((key) => JSON.parse(this.storage.getItem(key)));
    return taps.sort((a, b) => a.order - b.order);
  }

  get isStuck() {
    return this.state === Outcome.UNREACHABLE || this.state === Outcome.SIGNED_OUT;
  }

  /** Keeps the tap, an object with a `key`, and sends it when its turn comes. */
  add(tap) {
    const order = (this.waiting.at(-1)?.order ?? 0) + 1;
    this.storage.setItem(this.prefix + tap.key, JSON.stringify({ ...tap, order }));
    this.changed();
    return this.flush();
  }

  /** Sends what waits, one after the other, until something keeps one from being decided. */
  async flush() {
    if (this.#isSending) return;
    this.#isSending = true;
    let outcome = Outcome.DECIDED;
    for (let [tap] = this.waiting; tap && outcome === Outcome.DECIDED; [tap] = this.waiting) {
      if (!this.isStuck) this.#become("sending");
      outcome = await this.send(tap);
      if (outcome === Outcome.DECIDED) this.#settle(tap);
    }
    this.#isSending = false;
    if (outcome === Outcome.DECIDED) this.#become("idle");
    else this.#hold(outcome);
  }

  #settle(tap) {
    this.#failures = 0;
    this.storage.removeItem(this.prefix + tap.key);
    this.#become("sending");
  }

  #hold(outcome) {
    this.#become(outcome);
    // Somebody has to sign in first; asking again and again would not help.
    if (outcome === Outcome.SIGNED_OUT || this.#willRetry) return;
    this.#willRetry = true;
    this.later(restAfter(this.#failures), () => this.#retry());
    this.#failures += 1;
  }

  #retry() {
    this.#willRetry = false;
    return this.flush();
  }

  #become(state) {
    this.state = state;
    this.changed();
  }
}
