// What is in the hand: a block that moves or stretches, or the time of something new. Nothing on the page changes
// before the server has said so: a ghost shows what would be, over the page, where no live change takes it away.
import { announce } from "../announcer.js";
import { make } from "../texts.js";
import { openForm, showRefused } from "./dialog.js";
import { grid, isByDrivers, nameOf, say, scale, trackOf } from "./page.js";
import { ask } from "./send.js";

let held = null;
let ghost = null;

/** Takes hold: `{first, last, row}`, and of what: `{block, hold}` ("move", "begin" or "end") or `{add}`. */
export function take(what) {
  release();
  held = { was: { first: what.first, last: what.last, row: what.row.id }, ...what, row: what.row.id };
  ghost = make("div", { class: `plan-ghost is-${what.block?.dataset.kind ?? "new"}` });
  document.body.append(ghost);
  document.body.classList.add("is-holding");
  draw();
}

export const inHand = () => held;
const rowOf = (id) => document.getElementById(id);
const isSending = () => held?.isSending ?? false;

/** Changes what is held, and shows it. */
export function change(how) {
  if (!held || isSending()) return;
  Object.assign(held, how);
  draw();
}

/** Returns the time that would be, in words: 08:00–16:00. */
const words = () => scale().words(held, { isOpen: "open" in (held.block?.dataset ?? {}) });

/** Draws the ghost where the time in the hand lies now; what lies outside of the view is cut. */
export function draw() {
  const row = held && rowOf(held.row);
  if (!row) return release();
  const [shown, track] = [scale(), trackOf(row)];
  const view = document.getElementById("plan-scroll").getBoundingClientRect();
  const x = (place) => Math.min(track.left + (track.right - track.left) * shown.share(place), view.right);
  const left = Math.max(x(held.first), track.left);
  const isHidden = track.bottom < view.top || track.top > view.bottom;
  ghost.hidden = isHidden;
  Object.assign(ghost.style, { left: `${left}px`, top: `${track.top + 3}px` });
  Object.assign(ghost.style, { width: `${Math.max(x(held.last) - left, 3)}px`, height: `${track.bottom - track.top - 6}px` });
  ghost.replaceChildren(make("span", { textContent: words() }));
  document.getElementById(held.block?.id)?.classList.add("is-held");
}

/** Lets go without doing anything. */
export function release() {
  document.getElementById(held?.block?.id)?.classList.remove("is-held");
  document.body.classList.remove("is-holding");
  ghost?.remove();
  [held, ghost] = [null, null];
}

/** Says what is in the hand, for who moves it with keys and may not see on which day it lies. */
export function tellHeld(name) {
  const [times, day] = [words(), scale().day(held.first)];
  announce(say(name, { times: times.startsWith(day) ? times : `${day}, ${times}`, row: nameOf(rowOf(held.row)) }));
}

/** Does it: asks the server, or opens the form of something new. */
export async function commit() {
  const { first, last, row, was, block, add } = held;
  const target = rowOf(row);
  if (!target || (block && first === was.first && last === was.last && row === was.row)) return release();
  const shown = scale();
  const time = { begins: shown.stamp(first), ends: block && "open" in block.dataset ? "" : shown.stamp(last) };
  const values = new URLSearchParams({ ...time, [isByDrivers() ? "driver" : "vehicle"]: target.dataset.row });
  await send(add ? `${add}?${values}` : block.dataset.move, add ? undefined : values);
}

/** Sends it, or asks for the form when there is nothing to send. What is in the hand stays in sight until then. */
export async function send(address, values) {
  if (held) held.isSending = true;
  ghost?.classList.add("is-pending");
  if (!values) {
    const { part } = await openForm(address);
    if (!part) release();
    return;
  }
  announce(say("saving"));
  const answer = await ask(address, values);
  if (answer.saved) document.addEventListener("live:shown", release, { once: true });
  else release();
  if (answer.part) showRefused(answer);
}

/** Keeps the ghost where it belongs while the page moves under it. */
export function watch() {
  document.addEventListener("plan:closed", release);
  document.addEventListener("live:shown", () => held && draw());
  addEventListener("resize", () => held && draw());
  addEventListener("scroll", () => held && draw(), { capture: true, passive: true });
}

/** Where something new of this calendar's rows is added; nothing when it cannot be. */
export const adding = () => grid().dataset[isByDrivers() ? "addShift" : "addOutage"];
