// The hand: a mouse, a pen, or a finger that rests for a moment first, so that it can scroll.
import { change, commit, adding, inHand, release, send, take, draw } from "./hold.js";
import { grid, isByDrivers, scale, spanOf, trackOf } from "./page.js";
import { usualHours } from "./scale.js";

const SLACK = 4; // pixels that a click may wander
const REST = 400; // milliseconds for which a finger rests before it takes hold
const EDGE = 40; // pixels from the edge of the view at which it scrolls

let press = null; // where a pointer went down, before it is known whether it will drag
let wasDragged = false;

const edgeOf = (pointer) => (pointer === "touch" ? 14 : 7);

function down(event) {
  wasDragged = false; // not every drag is followed by a click
  if (event.button || !event.isPrimary || inHand()) return;
  const block = event.target.closest(".plan__block");
  const chip = event.target.closest("[data-chip]");
  const row = event.target.closest(".plan__row");
  const isFree = row && !block && !event.target.closest(".plan__who, .plan__add");
  if (!(block?.dataset.move || chip || (isFree && adding()))) return;
  press = { block, chip, row, x: event.clientX, y: event.clientY, id: event.pointerId, type: event.pointerType };
  if (event.pointerType === "touch") press.rest = setTimeout(() => begin(press.x, press.y), REST);
}

function move(event) {
  if (press?.id !== event.pointerId) return;
  if (press.isOn) return drag(event.clientX, event.clientY);
  if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < SLACK) return;
  if (press.type === "touch") cancel();
  else begin(event.clientX, event.clientY);
}

function begin(x, y) {
  press.isOn = wasDragged = true;
  grid().setPointerCapture?.(press.id);
  const { block, chip, row } = press;
  if (chip) return takeChip(x, y);
  const at = placeAt(row, press.x);
  if (block) {
    const { left, right } = block.getBoundingClientRect();
    const edge = Math.min(edgeOf(press.type), (right - left) / 4);
    const span = spanOf(block);
    // What goes on beyond the days shown has no end where it is cut.
    const canBegin = span.first >= 0;
    const canEnd = span.last <= scale().length && !("open" in block.dataset);
    const hold = canBegin && press.x - left < edge ? "begin" : canEnd && right - press.x < edge ? "end" : "move";
    Object.assign(press, { hold, at, span });
    take({ block, row, ...press.span });
  } else {
    press.from = Math.floor(at / scale().snap) * scale().snap;
    take({ add: adding(), row, first: press.from, last: press.from + scale().snap });
  }
  drag(x, y);
}

function drag(x, y) {
  scrollNear(x, y);
  if (press.chip) return dragChip(x, y);
  const held = inHand();
  if (!held) return;
  const shown = scale();
  const { snap, length } = shown;
  if (held.add) {
    const to = Math.min(Math.max(shown.snapped(placeAt(press.row, x)), 0), length);
    return change(to > press.from ? { first: press.from, last: to } : { first: to, last: press.from + snap });
  }
  // An end goes where the hand is; a block that is moved keeps the minutes that it begins at.
  const at = placeAt(press.row, x);
  const end = { begin: press.span.first, end: press.span.last }[press.hold];
  const by = end === undefined ? shown.snapped(shown.along(press.at, at)) : shown.towards(end, at);
  const target = press.hold === "move" && press.block.dataset.kind !== "absence" && rowAt(x, y);
  change({ ...shown.changed(press.span, press.hold, by), ...(target && { row: target.id }) });
}

// --- a driver from the side list ---

function takeChip(x, y) {
  const row = rowAt(x, y);
  press.flying = press.chip.cloneNode(true);
  press.flying.removeAttribute("id");
  press.flying.classList.add("is-flying");
  document.body.append(press.flying);
  if (row) dragChip(x, y);
}

/** Shows on the row below the pointer the time that the driver would get there. */
function dragChip(x, y) {
  Object.assign(press.flying.style, { left: `${x + 8}px`, top: `${y + 8}px` });
  press.over = rowAt(x, y);
  const time = press.over && timeOfChip(x);
  if (!time) return release();
  const what = { ...time, row: press.over };
  if (inHand()) change({ ...time, row: press.over.id });
  else take({ add: adding(), ...what });
}

/** Returns when the driver's shift of that day is, or would usually be; in the rows of drivers only the latter. */
function timeOfChip(x) {
  const shown = scale();
  const day = shown.dayOf(placeAt(press.over, x));
  const shift = isByDrivers() ? null : shiftsOf(press.chip).find(({ first }) => shown.dayOf(first) === day);
  if (shift) return shift;
  const [from, to] = press.chip.dataset.clocks.split(" ").map((clock) => clock.split(":").map(Number));
  const minutes = ([hours, rest]) => 60 * hours + rest;
  const first = shown.later(shown.starts[day], minutes(from));
  return { first, last: shown.later(first, ((minutes(to) - minutes(from) + 1439) % 1440) + 1) };
}

const shiftsOf = ({ dataset }) =>
  (dataset.shifts ?? "").split(" ").filter(Boolean).map((shift) => {
    const [pk, first, last] = shift.split(":").map(Number);
    return { pk, first, last };
  });

function dropChip(x) {
  const { chip, over } = press;
  if (!over || !inHand()) return release();
  const shown = scale();
  const time = timeOfChip(x);
  const { addShift, moveShift } = grid().dataset;
  const vehicle = isByDrivers() ? {} : { vehicle: over.dataset.row };
  if (time.pk) {
    const values = { begins: shown.stamp(time.first), ends: shown.stamp(time.last), ...vehicle };
    return send(moveShift.replace("/0/", `/${time.pk}/`), new URLSearchParams(values));
  }
  const hours = usualHours(shown.stamp(time.first), chip.dataset.clocks.split(" "));
  send(`${addShift}?${new URLSearchParams({ driver: chip.dataset.chip, ...hours, ...vehicle })}`);
}

// --- letting go ---

function up(event) {
  if (press?.id !== event.pointerId) return;
  const { isOn, chip } = press;
  clearTimeout(press.rest);
  if (isOn && chip) dropChip(event.clientX);
  else if (isOn && inHand()) commit();
  forget();
}

/** Leaves everything where it was. */
export function cancel() {
  if (press?.isOn) release();
  forget();
}

function forget() {
  clearTimeout(press?.rest);
  press?.flying?.remove();
  press = null;
}

function scrollNear(x, y) {
  const view = document.getElementById("plan-scroll");
  const { top, bottom, left, right } = view.getBoundingClientRect();
  const towards = (at, start, end) => (at < start + EDGE ? -1 : at > end - EDGE ? 1 : 0);
  if (y > top && x < right) view.scrollBy(x > left + 240 ? 12 * towards(x, left, right) : 0, 12 * towards(y, top + 60, bottom));
  draw();
}

const rowAt = (x, y) => document.elementsFromPoint(x, y).map((element) => element.closest(".plan__row")).find(Boolean);

function placeAt(row, x) {
  const { left, right } = trackOf(document.getElementById(row.id) ?? row);
  return scale().placeAt((x - left) / (right - left));
}

const stopWhileOn = (event) => press?.isOn && event.preventDefault();

/** Follows the hand from now on. */
export function handle() {
  document.addEventListener("pointerdown", down);
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", up);
  document.addEventListener("pointercancel", cancel);
  document.addEventListener("contextmenu", stopWhileOn);
  document.addEventListener("dragstart", (event) => event.target.closest?.(".plan") && event.preventDefault());
  document.addEventListener("touchmove", stopWhileOn, { passive: false });
  document.addEventListener("keydown", (event) => event.key === "Escape" && press && cancel());
  // What was dragged was not clicked.
  document.addEventListener(
    "click",
    (event) => {
      if (!wasDragged) return;
      wasDragged = false;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
}
