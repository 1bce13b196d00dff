// Sharing one's position, and saying truthfully whether it went out: only what the server has taken counts as sent.
import { ageInWords } from "../ages.js";
import { everySecond } from "../clock.js";
import { text } from "../texts.js";
import { taps } from "./steps.js";

const AT_MOST_EVERY = 1000;
const AT_LEAST_EVERY = 15_000;
const ANSWER_WITHIN = 8000;
const SILENT_RETRY = 5000;

const element = () => document.querySelector("[data-sharing]");
let watch = null;
let fix = null;
let asked = { at: 0, fix: null, open: false };
let outcome = { state: "searching" };

/** Whether the driver wants to be seen: a switch that still waits to be sent counts already. */
function isOn() {
  const url = document.getElementById("sharing-switch")?.getAttribute("action");
  const pending = taps.waiting.findLast((tap) => tap.action === url);
  const line = element();
  return Boolean(line) && "sharingOn" in line.dataset && pending?.fields.sharing !== "off";
}

function follow() {
  if (isOn() && watch === null) start();
  if (!isOn() && watch !== null) stop();
  if (watch !== null) sendWhenDue();
  show();
}

function start() {
  outcome = { state: "searching" };
  watch = navigator.geolocation.watchPosition(found, lost, { enableHighAccuracy: true, maximumAge: 1000 });
}

function stop() {
  navigator.geolocation.clearWatch(watch);
  watch = fix = null;
}

function found(position) {
  fix = position;
  sendWhenDue();
}

function lost({ code, PERMISSION_DENIED }) {
  if (code === PERMISSION_DENIED) outcome = { state: "refused" };
  else if (!fix) outcome = { state: "unavailable" };
  show();
}

function sendWhenDue() {
  const since = Date.now() - asked.at;
  if (asked.open && since > ANSWER_WITHIN) settle({ state: "queued" });
  if (asked.open || since < AT_MOST_EVERY) return;
  // A car that stands still is not told about by itself.
  if (since > AT_LEAST_EVERY && fix === asked.fix) navigator.geolocation.getCurrentPosition(found, lost, { maximumAge: 5000 });
  const isRetry = outcome.state === "queued" && since > SILENT_RETRY;
  if (fix && (fix !== asked.fix || isRetry)) send(fix);
}

async function send(position) {
  const { latitude: lat, longitude: lon, accuracy, heading } = position.coords;
  const direction = Number.isFinite(heading) ? Math.round(heading) : null;
  const message = { type: "position", lat, lon, accuracy: Math.round(accuracy), heading: direction, at: position.timestamp / 1000 };
  asked = { at: Date.now(), fix: position, open: true };
  const bySocket = outcome.state !== "queued" && !document.dispatchEvent(new CustomEvent("live:send", { detail: message, cancelable: true }));
  if (!bySocket) await post(message);
}

async function post(message) {
  try {
    const response = await fetch(element().dataset.sharingUrl, {
      method: "POST",
      body: JSON.stringify(message),
      headers: { "Content-Type": "application/json", ...JSON.parse(document.body.getAttribute("hx-headers")) },
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    hear(await response.json());
  } catch {
    settle({ state: "queued" });
  }
}

/** Takes the server's answer, from the socket or over HTTP. */
function hear({ type, message }) {
  if (type === "position_taken") settle({ state: "sent", at: Date.now() });
  else if (type === "position_later") settle({ state: "later" });
  else if (type === "position_refused") settle({ state: "declined", message });
}

function settle(next) {
  asked.open = false;
  outcome = next;
  show();
}

function show() {
  const line = element();
  if (!line || !("sharingOn" in line.dataset)) return;
  const state = isOn() ? outcome.state : "off";
  line.dataset.state = state;
  const words = wordsOf(state);
  const target = line.querySelector("[data-sharing-words]");
  if (target.textContent !== words) target.textContent = words;
}

function wordsOf(state) {
  if (state === "declined") return outcome.message;
  if (state === "sent") return text("sharingSent", { age: ageInWords((Date.now() - outcome.at) / 1000) });
  return text({ searching: "sharingSearching", queued: "sharingQueued", later: "sharingLater", refused: "sharingRefused", unavailable: "sharingUnavailable", off: "sharingOff" }[state]);
}

document.addEventListener("live:message", ({ detail }) => hear(detail));
document.addEventListener("live:shown", follow);
everySecond(follow);
