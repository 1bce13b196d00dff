// The calendar by keyboard: one stop of the Tab key, arrows within it, and every drag once more with Alt.
import { announce } from "../announcer.js";
import { change, commit, inHand, release, take, tellHeld } from "./hold.js";
import { grid, say, scale, spanOf } from "./page.js";

const STOPS = ".plan__block[href], .plan__add, .plan__who a";
const rows = () => [...grid().querySelectorAll(".plan__row")];
const stopsOf = (row) => [...row.querySelectorAll(STOPS)];
let current = "";
let isHere = false; // whether the focus is in the calendar, or was when a change of the page took it away

/** Makes this the one place in the calendar that the Tab key reaches. */
function settle(stop = document.getElementById(current) ?? grid().querySelector(`.is-today :is(${STOPS})`) ?? grid().querySelector(`.plan__cell :is(${STOPS})`)) {
  for (const other of grid().querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
  if (!stop) return;
  stop.tabIndex = 0;
  current = stop.id;
}

function inRow(stop, step) {
  const stops = stopsOf(stop.closest(".plan__row"));
  return stops[stops.indexOf(stop) + step];
}

/** Returns what stands on the same day of the next row that has anything. */
function inNextRow(stop, step) {
  const [all, cells] = [rows(), (row) => [...row.querySelectorAll(".plan__cell")]];
  const here = stop.closest(".plan__row");
  const index = cells(here).indexOf(stop.closest(".plan__cell"));
  for (let n = all.indexOf(here) + step; all[n]; n += step) {
    const found = cells(all[n])[index]?.querySelector(STOPS) ?? stopsOf(all[n])[0];
    if (found) return found;
  }
}

function walk(event, stop) {
  const row = stop.closest(".plan__row");
  const to = {
    ArrowRight: () => inRow(stop, 1),
    ArrowLeft: () => inRow(stop, -1),
    ArrowDown: () => inNextRow(stop, 1),
    ArrowUp: () => inNextRow(stop, -1),
    Home: () => stopsOf(event.ctrlKey ? rows()[0] : row)[0],
    End: () => stopsOf(event.ctrlKey ? rows().at(-1) : row).at(-1),
  }[event.key];
  if (!to) return;
  event.preventDefault();
  const next = to();
  next?.focus();
  next?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Which end of a block the keys hold; nothing when they hold none. */
function holdOf({ altKey, ctrlKey, shiftKey }) {
  if (altKey && !ctrlKey) return shiftKey ? "end" : "move";
  return ctrlKey && shiftKey && !altKey ? "begin" : "";
}

/** Changes the time or the row of what the block stands for; Enter then does it. */
function nudge(event, block) {
  const hold = holdOf(event);
  const steps = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const rowSteps = hold === "move" && { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const days = hold === "move" && { PageDown: 1, PageUp: -1 }[event.key];
  if (!hold || !(steps || rowSteps || days) || !block.dataset.move) return false;
  event.preventDefault();
  if (inHand()?.isSending || (hold === "end" && "open" in block.dataset)) return true;
  if (inHand()?.block !== block) take({ block, row: block.closest(".plan__row"), ...spanOf(block) });
  if (steps) change(scale().changed(inHand(), hold, steps * scale().snap));
  else if (days) changeDay(days);
  else if (block.dataset.kind !== "absence") changeRow(rowSteps);
  tellHeld("moving");
  return true;
}

function changeDay(days) {
  if (scale().daysLater(inHand().first, days) !== undefined) change(scale().changed(inHand(), "move", days * 1440));
}

function changeRow(step) {
  const all = rows();
  const row = all[all.findIndex(({ id }) => id === inHand().row) + step];
  if (!row) return;
  row.scrollIntoView({ block: "nearest" });
  change({ row: row.id });
}

/** Does, or leaves, what the keys have changed so far. Returns whether there was anything. */
function decide(event) {
  if (!inHand()?.block || inHand().isSending || !["Enter", "Escape"].includes(event.key)) return false;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.key === "Enter") {
    commit();
  } else {
    release();
    announce(say("put-back"));
  }
  return true;
}

function press(event) {
  const stop = event.target.closest?.(STOPS);
  if (!stop || decide(event) || nudge(event, stop)) return;
  if (!event.altKey && !event.metaKey && !event.shiftKey) walk(event, stop);
}

/** Listens to the keyboard from now on. */
export function listen() {
  settle();
  document.addEventListener("live:shown", () => {
    settle();
    if (isHere && document.activeElement.matches("body, [data-focus-fallback]")) document.getElementById(current)?.focus();
  });
  document.addEventListener("keydown", press, true);
  document.addEventListener("focusin", ({ target }) => {
    const isStop = target.matches?.(STOPS) ?? false;
    if (isStop || !target.matches?.("[data-focus-fallback]")) isHere = isStop;
    if (isStop) settle(target);
    if (inHand()?.block && inHand().block !== target && !inHand().isSending) release();
  });
}
