import { everySecond, now } from "./clock.js";
import { text } from "./texts.js";

const STALE_AFTER = 30;
const GONE_AFTER = 600;

/** Returns "12 s ago", "4 min ago" or "3 h ago" for an age in seconds. */
export function ageInWords(seconds) {
  if (seconds < 60) return text("ago-seconds", { n: Math.max(0, Math.floor(seconds)) });
  if (seconds < 3600) return text("ago-minutes", { n: Math.floor(seconds / 60) });
  return text("ago-hours", { n: Math.floor(seconds / 3600) });
}

/** Returns the class of a position that old: what nobody has confirmed for a while must not look true. */
export function ageClass(seconds) {
  if (seconds > GONE_AFTER) return "is-gone";
  return seconds > STALE_AFTER ? "is-stale" : "";
}

function showAges() {
  for (const element of document.querySelectorAll("time[data-age]")) {
    const seconds = (now() - Date.parse(element.dateTime)) / 1000;
    const words = ageInWords(seconds);
    if (element.textContent !== words) element.textContent = words;
    element.classList.remove("is-stale", "is-gone");
    if (ageClass(seconds)) element.classList.add(ageClass(seconds));
  }
}

everySecond(showAges);
document.addEventListener("live:shown", showAges);
