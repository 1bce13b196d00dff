// Each tap gets its name and time at the moment of the press, and is kept on the phone until the server has answered.
import { announce, tell } from "../announcer.js";
import { timeOfDay } from "../clock.js";
import { icon, make, text } from "../texts.js";
import { Outcome, Taps } from "./taps.js";

const ANSWER_WITHIN = 10_000;
// A finger that bounces must not take two steps.
const BOUNCE = 700;

let lastTap = -Infinity;

export const taps = new Taps({
  storage: localStorage,
  owner: document.body.dataset.user,
  send,
  later: (wait, callback) => setTimeout(callback, wait),
  changed: show,
});

function tap(event) {
  const form = event.target;
  if (!form.matches("[data-tap]") || event.defaultPrevented) return;
  event.preventDefault();
  if (event.timeStamp - lastTap < BOUNCE) return;
  lastTap = event.timeStamp;
  // Without a secure context there is no randomUUID; the server's own key of this step does as well.
  const key = crypto.randomUUID?.() ?? form.elements.tap.value;
  const claimedAt = new Date().toISOString();
  const fields = { ...Object.fromEntries(new FormData(form)), tap: key, claimed_at: claimedAt };
  delete fields.csrfmiddlewaretoken;
  const { action } = form.attributes;
  taps.add({ key, action: action.value, fields, label: form.dataset.tap, claimedAt, last: "tapLast" in form.dataset });
  form.closest("details")?.removeAttribute("open");
}

async function send({ action, fields, label }) {
  try {
    const response = await fetch(action, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() },
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    if (response.status === 401 || response.type === "opaqueredirect") return Outcome.SIGNED_OUT;
    if (response.status >= 500 || response.status === 429) return Outcome.UNREACHABLE;
    showAnswer(await response.text(), label);
    return Outcome.TAKEN;
  } catch {
    return Outcome.UNREACHABLE;
  }
}

/** The cookie's, because it changes when somebody signs in again while this page stays open. */
function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

function showAnswer(html, label) {
  const isFragment = /\sid="live"/.test(html);
  if (isFragment) document.dispatchEvent(new CustomEvent("live:fragment", { detail: html }));
  else tell("error", `${text("tapsRefused")} ${label}`);
}

/** Shows what waits, and offers the step after the ones that wait: the road goes on without a network. */
function show() {
  const waiting = taps.waiting;
  showQueue(waiting);
  showSteps(waiting);
}

function showQueue(waiting) {
  const queue = document.querySelector("[data-tap-queue]");
  const isStuck = waiting.length > 0 && taps.state !== "sending" && taps.state !== "idle";
  if (isStuck && queue.hidden) announce(sentence(waiting));
  queue.hidden = !isStuck;
  if (!isStuck) return;
  const items = waiting.map(({ label, claimedAt }) => make("li", {}, `${timeOfDay(Date.parse(claimedAt))} · ${label}`));
  queue.replaceChildren(icon("offline"), make("div", {}, make("p", {}, ...said(waiting)), make("ul", { class: "tap-queue__list" }, ...items)));
}

const sentence = ({ length }) => text(taps.state === Outcome.SIGNED_OUT ? "tapsSignedOut" : "tapsWaiting", { n: length });

function said(waiting) {
  if (taps.state !== Outcome.SIGNED_OUT) return [sentence(waiting)];
  const here = encodeURIComponent(location.pathname);
  return [sentence(waiting), " ", make("a", { href: `${text("signInUrl")}?next=${here}`, textContent: text("signIn") })];
}

function showSteps(waiting) {
  const actions = new Set(waiting.map((tap) => tap.action));
  const isSending = taps.state === "sending";
  const hasEnded = waiting.some((tap) => tap.last);
  for (const row of document.querySelectorAll("[data-steps]")) {
    const forms = [...row.querySelectorAll("form[data-tap]")];
    const next = isSending ? forms[0] : forms.find((form) => !actions.has(form.getAttribute("action")));
    for (const form of forms) form.hidden = form !== next || (hasEnded && !isSending);
  }
  for (const form of document.querySelectorAll("form[data-tap]")) setBusy(form, isSending && actions.has(form.getAttribute("action")));
}

function setBusy(form, busy) {
  for (const button of form.querySelectorAll("button")) {
    button.ariaBusy = busy ? "true" : null;
    button.disabled = busy || button.matches("[data-from]:not(.is-due)");
  }
}

document.addEventListener("submit", tap);
document.addEventListener("live:shown", show);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && taps.flush());
addEventListener("online", () => taps.flush());
addEventListener("pageshow", () => taps.flush());
