// Taps made on this phone that the server has not answered yet, oldest first. No page and no network in here: they are
// handed in, so that a lost network can be played in a test.

/** What the server, or the way to it, said to a tap. `kept` outcomes leave it on the phone. */
export const Outcome = { TAKEN: "taken", UNREACHABLE: "unreachable", SIGNED_OUT: "signedOut" };

const RETRY_AFTER = [1000, 2000, 4000, 8000, 15_000];

export class Taps {
  #sending = false;
  #failures = 0;

  /** `storage`: like localStorage. `owner`: whose taps, because a phone may be handed on. `send(tap)` resolves to an
   * Outcome. `later(ms, callback)`; `changed()` after each change of what waits or why. */
  constructor({ storage, owner, send, later, changed }) {
    Object.assign(this, { storage, send, later, changed });
    this.prefix = `tap:${owner}:`;
    this.state = "idle";
  }

  /** Every tap that waits, oldest first. One item of storage each, so that two tabs never overwrite each other's. */
  get waiting() {
    const keys = Array.from({ length: this.storage.length }, (_, i) => this.storage.key(i));
    const taps = keys.filter((key) => key.startsWith(this.prefix)).map((key) => JSON.parse(this.storage.getItem(key)));
    return taps.sort((a, b) => a.order - b.order);
  }

  /** Keeps the tap `{key, action, fields, label, claimedAt}` and sends it when its turn comes. */
  add(tap) {
    const order = (this.waiting.at(-1)?.order ?? 0) + 1;
    this.storage.setItem(this.prefix + tap.key, JSON.stringify({ ...tap, order }));
    this.changed();
    return this.flush();
  }

  /** Sends what waits, one after the other, until something keeps it from being answered. */
  async flush() {
    if (this.#sending) return;
    this.#sending = true;
    for (let tap = this.waiting[0]; tap; tap = this.waiting[0]) {
      this.#become("sending");
      const outcome = await this.send(tap);
      if (outcome !== Outcome.TAKEN) {
        this.#hold(outcome);
        break;
      }
      this.#failures = 0;
      this.storage.removeItem(this.prefix + tap.key);
    }
    this.#sending = false;
    if (!this.waiting.length) this.#become("idle");
  }

  #hold(outcome) {
    this.#become(outcome);
    // Somebody has to sign in first; asking again and again would not help.
    if (outcome === Outcome.SIGNED_OUT) return;
    const wait = RETRY_AFTER[Math.min(this.#failures, RETRY_AFTER.length - 1)];
    this.#failures += 1;
    this.later(wait, () => this.flush());
  }

  #become(state) {
    this.state = state;
    this.changed();
  }
}
