// The control tower's own hands: everything here is also done by plain links, forms and the Tab key.
import htmx from "htmx.org/dist/htmx.esm.js";
import { everySecond, now } from "./clock.js";
import { lookEveryMinute } from "./minutes.js";

const LEAD = 0.2; // how far into the timeline's view "now" stands

const tower = () => document.querySelector("#live[data-tower]");
const requests = () => [...document.querySelectorAll("[data-request]")];

/** Shows what a link chooses without leaving the page. */
function go(event) {
  const link = event.target.closest("a[data-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const left = new URLSearchParams(location.search).get("ride");
  htmx.ajax("GET", link.href, { target: "#live", swap: "morph:outerHTML", push: "true" }).then(() => follow(left));
}

/** Takes the hand to the chosen ride, and back to where it came from when that is closed. */
function follow(left) {
  const here = document.getElementById("detail") ?? requests().find((link) => link.search.endsWith(`=${left}`));
  here?.focus();
}

function moveAmongRequests(event) {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = requests();
  const focused = rows.findIndex((row) => row.closest("li").contains(document.activeElement));
  const here = focused < 0 ? rows.findIndex((row) => row.ariaCurrent) : focused;
  rows[Math.min(Math.max(here + step, 0), rows.length - 1)]?.focus();
}

// --- after a request is handled, the hand is on the next one ---

let handled = null;

function remember({ detail }) {
  const code = detail.elt.dataset?.handles;
  if (!code) return;
  const codes = requests().map((link) => link.closest("li").dataset.requestCode);
  handled = { code, next: codes.slice(codes.indexOf(code) + 1).concat(codes.slice(0, Math.max(codes.indexOf(code), 0))) };
}

function moveOn() {
  if (!handled || document.querySelector("[data-error-summary]")) return;
  const waiting = (code) => document.querySelector(`#request-${CSS.escape(code)} [data-request]`);
  if (waiting(handled.code)) waiting(handled.code).focus();
  else (handled.next.map(waiting).find(Boolean) ?? document.getElementById("to-handle")).focus();
  handled = null;
}

// --- the timeline ---

function showNow() {
  const view = document.querySelector("[data-timeline-scroll]");
  const line = view?.querySelector("[data-now-line]");
  if (!line || line.hidden) return;
  const who = view.querySelector(".timeline__who")?.offsetWidth ?? 0;
  view.scrollLeft = line.offsetLeft - LEAD * (view.clientWidth - who);
}

function zoom(step) {
  const choices = [...document.querySelectorAll("#zoom input")];
  const next = choices[choices.findIndex((choice) => choice.checked) + step];
  if (!next) return;
  next.checked = true;
  showNow();
}

// --- small things ---

function press(event) {
  if (event.target.matches("input, select, textarea") || !tower()) return;
  moveAmongRequests(event);
  if (event.key === "+") zoom(-1);
  if (event.key === "-") zoom(1);
}

function click(event) {
  go(event);
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  const sentence = event.target.closest("[data-fills]");
  if (sentence) say(sentence);
}

/** Fills a form with a ready-made sentence and the reason that it gives. */
function say({ dataset, textContent }) {
  const control = document.getElementById(dataset.fills);
  control.value = textContent;
  control.form.elements.reason.value = dataset.reason;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.focus();
}

/** A step that opens asks at once for what it needs; another that was open makes room. */
function focusStep({ target }) {
  if (!target.matches?.("details[data-step]") || !target.open || target.querySelector("[data-error-summary]")) return;
  for (const other of document.querySelectorAll("details[data-step][open]")) if (other !== target) other.open = false;
  target.querySelector("input:not([type=hidden]), textarea")?.focus();
}

function tick() {
  for (const clock of document.querySelectorAll("time[data-clock]")) {
    const zone = { timeZone: clock.dataset.clock, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const words = new Intl.DateTimeFormat(document.documentElement.lang, zone).format(now());
    if (clock.textContent !== words) clock.textContent = words;
  }
}

if (tower()) {
  document.addEventListener("keydown", press);
  document.addEventListener("click", click);
  document.addEventListener("toggle", focusStep, true);
  document.addEventListener("change", ({ target }) => target.name === "zoom" && showNow());
  document.addEventListener("htmx:beforeRequest", remember);
  document.addEventListener("live:shown", moveOn);
  everySecond(tick);
  lookEveryMinute();
  requestAnimationFrame(showNow);
}
