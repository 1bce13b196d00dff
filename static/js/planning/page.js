// What the calendar's page says of itself, and where things stand on it.
import { everySecond, now } from "../clock.js";
import { Scale } from "./scale.js";

const root = () => document.querySelector("#live[data-plan]");
export const grid = () => document.getElementById("plan-grid");
export const isByDrivers = () => root().dataset.by === "drivers";

/** Returns the page's own sentence of that name with its {placeholders} filled. */
export function say(name, values = {}) {
  const sentence = document.getElementById("plan-texts").getAttribute(`data-${name}`);
  return sentence.replace(/{(\w+)}/g, (_, key) => values[key]);
}

/** The scale of what is shown now. */
export function scale() {
  const { starts, origin, zone, snap } = root().dataset;
  return new Scale({ starts: starts.split(" ").map(Number), origin: Number(origin), zone, snap: Number(snap), language: document.documentElement.lang });
}

export const spanOf = ({ dataset }) => ({ first: Number(dataset.first), last: Number(dataset.last) });

/** Returns where the hours of a row stand on the screen, without its name: left, right, top, bottom. */
export function trackOf(row) {
  const { right, top, bottom } = row.getBoundingClientRect();
  return { left: row.querySelector(".plan__who").getBoundingClientRect().right, right, top, bottom };
}

export const nameOf = (row) => row.querySelector(".plan__who strong").textContent.trim();

// Server-made styles are forbidden by the content policy, so the times stand in the page and are placed here.
function place() {
  const shown = scale();
  for (const block of root().querySelectorAll("[data-first]")) {
    const { first, last } = spanOf(block);
    const x = shown.share(first);
    block.style.setProperty("--x", x);
    block.style.setProperty("--w", shown.share(last) - x);
  }
  for (const mark of root().querySelectorAll("[data-at]")) mark.style.setProperty("--x", shown.share(Number(mark.dataset.at)));
  placeNow();
}

function placeNow() {
  const line = root()?.querySelector("[data-plan-now]");
  if (!line) return;
  const shown = scale();
  const minute = (now() / 1000 - shown.origin) / 60;
  line.hidden = minute < 0 || minute > shown.length;
  line.style.setProperty("--x", shown.share(minute));
}

/** Places everything, now and whenever the page has changed. */
export function follow() {
  document.documentElement.classList.add("has-plan");
  place();
  everySecond(placeNow);
  document.addEventListener("live:shown", place);
}
