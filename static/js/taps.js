// A driver's tap is never lost and never counts twice: it gets its UUID when it is made, is kept on the phone,
// and is sent again, in order, until the server has answered.
import { announce, tell } from "./announcer.js";
import { backoff } from "./freshness.js";
import { ourHeaders, text } from "./texts.js";

const KEY = `taps:${document.body.dataset.user}`;
const SEND_TIMEOUT = 15_000;
const ANSWERED = [200, 409, 422];

let isSending = false;
let failures = 0;
let signedOut = false;

const kept = () => JSON.parse(localStorage.getItem(KEY) ?? "[]");

function keep(taps) {
  localStorage.setItem(KEY, JSON.stringify(taps));
  show();
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Off https, as on a test phone in the local network, only the raw random numbers are offered.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function take(event) {
  const form = event.target;
  if (!form.matches("[data-tap]") || event.defaultPrevented) return;
  event.preventDefault();
  const address = form.getAttribute("action");
  if (kept().some((tap) => tap.address === address)) return;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  body.set("tap", uuid());
  body.set("claimed_at", new Date().toISOString());
  body.delete("csrfmiddlewaretoken");
  keep([...kept(), { address, body: body.toString() }]);
  send();
}

/** Sends what is kept, oldest first. In one tab only: two would send the same tap side by side. */
async function send() {
  if (isSending || kept().length === 0) return;
  isSending = true;
  if (navigator.locks) await navigator.locks.request(KEY, sendAll);
  else await sendAll();
  isSending = false;
  show();
  if (kept().length && !signedOut) setTimeout(send, backoff(failures));
}

async function sendAll() {
  while (kept().length) {
    const [tap] = kept();
    try {
      const response = await fetch(tap.address, {
        method: "POST",
        body: tap.body,
        headers: { ...ourHeaders(), "Content-Type": "application/x-www-form-urlencoded" },
        signal: AbortSignal.timeout(SEND_TIMEOUT),
      });
      if (!(await settle(response))) return;
      keep(kept().slice(1));
      failures = 0;
    } catch {
      failures += 1;
      return;
    }
  }
}

/** Shows the answer. Returns whether it was one: a tap is dropped only when the server has decided about it. */
async function settle(response) {
  signedOut = [401, 403].includes(response.status) || response.headers.has("HX-Redirect") || isSignIn(response);
  if (signedOut || response.status >= 500 || response.status === 429) {
    failures += 1;
    return false;
  }
  const html = await response.text();
  if (ANSWERED.includes(response.status)) document.dispatchEvent(new CustomEvent("live:fragment", { detail: html }));
  else tell("error", text("taps-refused"));
  return true;
}

const isSignIn = (response) => response.redirected && new URL(response.url).pathname === text("sign-in-url");

/** Says what waits, and does not let the same step be taken twice meanwhile. */
function show() {
  const waiting = kept();
  for (const form of document.querySelectorAll("form[data-tap]")) {
    const isWaiting = waiting.some(({ address }) => address === form.getAttribute("action"));
    for (const button of form.querySelectorAll("button:not([type=button])")) {
      button.disabled = isWaiting;
      button.ariaBusy = isWaiting ? "true" : null;
    }
  }
  const isStuck = waiting.length > 0 && (failures > 0 || !navigator.onLine);
  const sentence = text(signedOut ? "taps-signed-out" : "taps-waiting", { n: waiting.length });
  for (const note of document.querySelectorAll("[data-tap-queue]")) {
    if (isStuck && note.textContent !== sentence) announce(sentence);
    note.hidden = !isStuck;
    note.textContent = isStuck ? sentence : "";
  }
}

document.addEventListener("submit", take);
document.addEventListener("live:shown", show);
addEventListener("online", send);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
show();
send();
