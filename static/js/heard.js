// What has been heard on the socket, for as long as the page's own figures may be older. No page or clock in here.
export class Heard {
  #latest = new Map();

  /** Takes a frame in: `{at, drivers: [[id, …], …]}`. */
  take({ at, drivers }) {
    for (const driver of drivers) this.#latest.set(driver[0], { driver, at });
  }

  /** What was heard since the page was made (both in seconds since 1970), in that very second included. What was heard
   * before is in the page, unless the driver has switched it off: then it must not come back. */
  since(madeAt) {
    return [...this.#latest.values()].filter(({ at }) => at >= madeAt).map(({ driver }) => driver);
  }
}
