// Each tap gets its name and time at the moment of the press, and stays on the phone until the server has decided.
import { announce, tell } from "../announcer.js";
import { timeOfDay } from "../clock.js";
import { icon, make, ourHeaders, text } from "../texts.js";
import { Outcome, Taps } from "./taps.js";

const ANSWER_WITHIN = 10_000;
// A finger that bounces must not take two steps.
const BOUNCE = 600;

export const taps = new Taps({
  storage: localStorage,
  owner: document.body.dataset.user,
  send,
  later: (wait, callback) => setTimeout(callback, wait),
  changed: show,
});
let lastTap = -Infinity;

function tap(event) {
  const form = event.target;
  if (!form.matches("[data-tap]") || event.defaultPrevented) return;
  event.preventDefault();
  if (event.submitter?.ariaDisabled === "true") return;
  lastTap = performance.now();
  setTimeout(show, BOUNCE);
  form.closest("details")?.removeAttribute("open");
  const claimedAt = new Date().toISOString();
  const fields = { ...Object.fromEntries(new FormData(form)), tap: uuid(), claimed_at: claimedAt };
  delete fields.csrfmiddlewaretoken;
  const { tap: label, tapLast: isLast } = form.dataset;
  taps.add({ key: fields.tap, action: form.getAttribute("action"), fields, label, claimedAt, isLast: isLast === "" });
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Off https, as on a test phone in the local network, only the raw random numbers are offered.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

async function send({ action, fields, label }) {
  try {
    const response = await fetch(action, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { ...ourHeaders(), "x-csrftoken": csrfToken() },
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    if (response.status === 401 || response.type === "opaqueredirect") return Outcome.SIGNED_OUT;
    if (response.status >= 500 || response.status === 429) return Outcome.UNREACHABLE;
    const html = await response.text();
    const isFragment = /\sid="live"/.test(html);
    // Forbidden without a word on the step: the session, not the step, was judged.
    if (response.status === 403 && !isFragment) return Outcome.SIGNED_OUT;
    if (isFragment) document.dispatchEvent(new CustomEvent("live:fragment", { detail: html }));
    else tell("error", `${label}: ${text("taps-refused")}`);
    return Outcome.DECIDED;
  } catch {
    return Outcome.UNREACHABLE;
  }
}

/** The cookie's token: the page's own is outdated once somebody has signed in again beside it. */
const csrfToken = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ?? "";

/** Says what waits, and offers the step after those that wait: the drive goes on without a network. */
function show() {
  const waiting = taps.waiting;
  showQueue(waiting);
  showSteps(waiting);
  for (const button of document.querySelectorAll("form[data-tap] button")) showBusy(button, waiting);
}

function showQueue(waiting) {
  const queue = document.querySelector("[data-tap-queue]");
  const isHidden = !taps.isStuck || !waiting.length;
  const isNews = queue.hidden && !isHidden;
  queue.hidden = isHidden;
  if (isHidden) return;
  const isSignedOut = taps.state === Outcome.SIGNED_OUT;
  const sentence = text(isSignedOut ? "taps-signed-out" : "taps-waiting", { n: waiting.length });
  const { zone } = document.getElementById("live").dataset;
  const items = waiting.map(({ label, claimedAt }) => make("li", {}, `${timeOfDay(Date.parse(claimedAt), zone)} · ${label}`));
  const body = make("div", {}, make("p", {}, sentence, ...(isSignedOut ? [" ", signInLink()] : [])), make("ul", {}, ...items));
  queue.replaceChildren(icon("offline"), body);
  if (isNews) announce(sentence);
}

function signInLink() {
  const here = encodeURIComponent(location.pathname);
  return make("a", { href: `${text("sign-in-url")}?next=${here}`, textContent: text("sign-in") });
}

function showSteps(waiting) {
  const steps = [...document.querySelectorAll("[data-steps] form")];
  const made = new Set(taps.isStuck ? waiting.map(({ action }) => action) : []);
  // After a no-show or a refusal nobody knows what comes next until the server has said it.
  const isOver = taps.isStuck && waiting.some(({ isLast }) => isLast);
  const next = isOver ? null : steps.find((form) => !made.has(form.getAttribute("action")));
  for (const form of steps) form.hidden = form !== next;
  for (const aside of document.querySelectorAll("[data-tap-last]")) aside.hidden = taps.isStuck && waiting.length > 0;
}

function showBusy(button, waiting) {
  const isBusy = waiting.some(({ action }) => action === button.form.getAttribute("action"));
  button.ariaBusy = isBusy ? "true" : null;
  // Not `disabled`, which would throw the focus away.
  button.ariaDisabled = isBusy || performance.now() - lastTap < BOUNCE ? "true" : null;
}

document.addEventListener("submit", tap);
document.addEventListener("live:shown", show);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && taps.flush());
addEventListener("online", () => taps.flush());
addEventListener("storage", show);
show();
taps.flush();
