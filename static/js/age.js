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
