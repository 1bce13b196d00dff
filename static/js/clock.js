// A phone's clock may be minutes off, so ages are counted on the server's. How far it is off stands on the page,
// because every bundle has this module for itself.
const page = document.documentElement.dataset;

/** Milliseconds since the epoch, on the server's clock. */
export const now = () => Date.now() + Number(page.clockAhead ?? 0);

/** Corrects the clock by a time that the server has just said, in milliseconds. */
export function setClock(serverTime) {
  if (Number.isFinite(serverTime)) page.clockAhead = serverTime - Date.now();
}

/** Calls back every second, and at once. */
export function everySecond(callback) {
  callback();
  setInterval(callback, 1000);
}

/** The time of day as people write it, with seconds. */
export function timeOfDay(milliseconds, zone) {
  const options = { timeStyle: "medium", hourCycle: "h23", timeZone: zone || undefined };
  return new Intl.DateTimeFormat(document.documentElement.lang, options).format(milliseconds);
}
