// What the clock alone changes is no step that anybody tells: a shift ends, something is late.
import { everySecond, now } from "./clock.js";

const MINUTE = 60_000;
const SPREAD = 5000; // not every screen in the same second

/** Has the live part fetched anew after each full minute, while somebody looks. */
export function lookEveryMinute() {
  let shown = Math.floor(now() / MINUTE);
  everySecond(() => {
    const minute = Math.floor(now() / MINUTE);
    if (minute === shown || document.hidden) return;
    shown = minute;
    setTimeout(() => document.dispatchEvent(new CustomEvent("live:refresh")), Math.random() * SPREAD);
  });
}
