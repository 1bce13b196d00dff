// Sharing one's position, and saying truthfully what came of it: only what the server has taken counts as sent.
import { ageInWords } from "../age.js";
import { everySecond, now } from "../clock.js";
import { ourHeaders, text } from "../texts.js";
import { taps } from "./steps.js";

const MOVED = 5; // metres
const METRES_PER_DEGREE = 111_320;
const AT_REST = 15_000;
const ANSWER_WITHIN = 8000;
const STALE_AFTER = 30; // seconds

let watch = null;
let fix = null;
let asked = null; // what was sent last: {coords, timestamp, at}
let isOpen = false; // whether its answer is still to come
let lookedAt = 0;
let outcome = { state: "" };

const line = () => document.querySelector("[data-sharing]");

/** Whether the driver wants to be seen, and still may. A switch that waits to be sent counts already. */
function isOn() {
  const { sharingOn, sharingUntil } = line()?.dataset ?? {};
  const turned = taps.waiting.findLast(({ fields }) => "sharing" in fields)?.fields.sharing;
  return sharingOn === "" && turned !== "off" && now() < Date.parse(sharingUntil);
}

function follow() {
  if (isOn() && watch === null) start();
  if (!isOn() && watch !== null) stop();
  show();
}

function start() {
  outcome = { state: "searching" };
  watch = navigator.geolocation.watchPosition(found, lost, { enableHighAccuracy: true, maximumAge: 1000, timeout: 20_000 });
}

function stop() {
  navigator.geolocation.clearWatch(watch);
  watch = fix = asked = null;
  settle({ state: "off" });
}

function found(position) {
  if (watch !== null) fix = position;
}

function lost(error) {
  if (error.code === error.PERMISSION_DENIED) settle({ state: "refused" });
  else if (!fix) settle({ state: "unavailable" });
}

/** At most once a second while the car moves; at rest every 15 s, with a fresh fix. */
function sendWhenDue() {
  if (watch === null) return;
  if (isOpen && Date.now() - asked.at > ANSWER_WITHIN) settle({ state: "queued" });
  if (isOpen || !fix) return;
  const isNew = fix.timestamp !== asked?.timestamp;
  const hasRested = !asked || Date.now() - asked.at >= AT_REST;
  if (isNew && (hasRested || distance(fix.coords, asked.coords) >= MOVED)) send(fix);
  else if (hasRested) look();
}

/** A car that stands still is not told about by itself. */
function look() {
  if (Date.now() - lookedAt < AT_REST) return;
  lookedAt = Date.now();
  navigator.geolocation.getCurrentPosition(found, lost, { maximumAge: 0, timeout: 10_000 });
}

function distance(a, b) {
  const east = (a.longitude - b.longitude) * Math.cos((a.latitude * Math.PI) / 180);
  return Math.hypot(a.latitude - b.latitude, east) * METRES_PER_DEGREE;
}

function send({ coords, timestamp }) {
  asked = { coords, timestamp, at: Date.now() };
  isOpen = true;
  const message = {
    type: "position",
    lat: coords.latitude,
    lon: coords.longitude,
    accuracy: Math.round(coords.accuracy),
    heading: Number.isFinite(coords.heading) ? Math.round(coords.heading) : null,
    // By the server's clock: the phone's may be minutes off.
    at: (timestamp + now() - Date.now()) / 1000,
  };
  // A socket that did not answer may be half dead: the next position takes the other way.
  const isOnSocket = outcome.state !== "queued" && !document.dispatchEvent(new CustomEvent("live:send", { detail: message, cancelable: true }));
  if (!isOnSocket) post(message);
}

async function post(message) {
  try {
    const response = await fetch(line().dataset.sharingUrl, {
      method: "POST",
      body: JSON.stringify(message),
      headers: { ...ourHeaders(), "Content-Type": "application/json" },
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
  if (!isOpen) return;
  if (type === "position_taken") settle({ state: "sent", at: Date.now() });
  else if (type === "position_later") settle({ state: "later" });
  else if (type === "position_refused") settle({ state: "declined", message });
}

function settle(next) {
  isOpen = false;
  outcome = next;
  show();
}

function show() {
  const element = line();
  if (!element || (watch === null && outcome.state !== "off")) return;
  const seconds = outcome.at ? (Date.now() - outcome.at) / 1000 : 0;
  element.dataset.state = seconds > STALE_AFTER ? "old" : outcome.state;
  const words = outcome.message ?? text(`sharing-${outcome.state}`, { age: ageInWords(seconds) });
  if (element.textContent !== words) element.textContent = words;
}

document.addEventListener("live:answer", ({ detail }) => hear(detail));
document.addEventListener("live:shown", follow);
everySecond(() => {
  follow();
  sendWhenDue();
});
