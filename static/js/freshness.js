// When must a live page fetch again, and may it say that it is up to date? No page, network or clock in here:
// they are handed in, so that every race can be played in a test.

export const ASK_AFTER = 13_000; // a beat is due every 10 s
export const SAY_AFTER = 15_000;
const SPACING = 300;
const BEHIND_RETRIES = [200, 400, 800, 1600, 3000];
const LONGEST_WAIT = 3000;

/** The page can no longer be followed, and why: "signed-out", "forbidden" or "missing". */
export class Ended extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** How long to wait before try number `tries`, in milliseconds: doubling, capped, and never all screens at once. */
export function backoff(tries, random = Math.random) {
  return Math.min(LONGEST_WAIT, 250 * 2 ** tries) * (0.5 + random() / 2);
}

export class Freshness {
  /** `shown`: the seq that the page shows. `load()` fetches, and resolves to `{seq, show}`; it throws Ended when
   * there is nothing more to follow. `later(ms, callback)`, `now()` in ms, `changed()` after each change of state. */
  constructor({ shown, load, later, now, changed }) {
    Object.assign(this, { shown, load, later, now, changed });
    this.heard = shown;
    this.news = now();
    this.connected = false;
    this.ended = null;
    this.failures = 0;
    this.loading = false;
    this.waiting = false;
    this.wanted = false;
    this.behind = 0;
    this.lastStart = -Infinity;
    this.connections = 0;
    this.disconnections = 0;
  }

  /** One word for the chip: waiting, live, polling, old or ended. */
  get state() {
    if (this.ended) return "ended";
    if (this.now() - this.news >= SAY_AFTER) return "old";
    if (!this.connected) return this.disconnections ? "polling" : "waiting";
    return "live";
  }

  opened() {
    this.connected = true;
    this.connections += 1;
    // What was said while we were away is not said again.
    if (this.connections > 1) this.refresh();
    this.changed();
  }

  closed() {
    this.connected = false;
    this.disconnections += 1;
    this.changed();
  }

  /** Takes a message of the socket that carries a seq. A hello or a beat says where the base stands now. */
  hear({ type, seq }) {
    this.news = this.now();
    this.heard = type === "step" ? Math.max(this.heard, seq) : seq;
    if (this.heard > this.shown) this.refresh();
    this.changed();
  }

  /** The page has changed by the person's own doing and shows `seq` now; `hasMoved`: of another stream. */
  showing(seq, { hasMoved = false } = {}) {
    this.shown = seq;
    if (hasMoved) this.heard = seq;
    this.news = this.now();
    this.behind = 0;
    if (this.heard > seq) this.refresh();
    this.changed();
  }

  end(reason) {
    this.ended = reason;
    this.changed();
  }

  /** To be called every second. Answers whether the connection has been silent for so long that it needs renewing. */
  tick() {
    const silent = this.now() - this.news >= ASK_AFTER && this.now() - this.lastStart >= ASK_AFTER;
    if (silent && !this.ended) this.refresh();
    this.changed();
    return silent;
  }

  /** Fetches: at once, but never two at a time, nor more often than every 300 ms. The one way to recover. */
  refresh() {
    if (this.loading) this.wanted = true;
    else this.#after(Math.max(0, this.lastStart + SPACING - this.now()));
  }

  #after(wait) {
    if (this.ended || this.waiting) return;
    if (wait === 0) {
      this.#start();
      return;
    }
    this.waiting = true;
    this.later(wait, () => {
      this.waiting = false;
      if (!this.loading && !this.ended) this.#start();
    });
  }

  async #start() {
    this.loading = true;
    this.wanted = false;
    this.lastStart = this.now();
    try {
      this.#loaded(await this.load());
    } catch (error) {
      this.#failed(error);
    }
  }

  #loaded({ seq, show }) {
    this.loading = false;
    this.failures = 0;
    this.news = this.now();
    const wait = BEHIND_RETRIES[this.behind];
    // Older than what the person has just made: not shown, unless the server insists.
    if (seq >= this.shown || wait === undefined) {
      show();
      this.shown = seq;
    }
    if (this.heard <= seq || wait === undefined) {
      this.behind = 0;
      if (this.wanted) this.refresh();
    } else {
      this.behind += 1;
      this.#after(wait);
    }
    this.changed();
  }

  #failed(error) {
    this.loading = false;
    if (error instanceof Ended) {
      this.end(error.reason);
      return;
    }
    this.failures += 1;
    this.#after(backoff(this.failures));
    this.changed();
  }
}
