// The driver's position: sent while on shift and while sharing is on, and only said to be sent once it was taken.
import { ageInWords } from "./age.js";
import { everySecond, now } from "./clock.js";
import { ourHeaders, text } from "./texts.js";

const MOVED = 5; // metres
const AT_REST = 15_000;
const METRES_PER_DEGREE = 111_320;

let watch = null;
let fix = null;
let sent = null;
let takenAt = null;
let state = "searching";
let reason = "";

const place = () => document.querySelector("[data-sharing]");

function follow() {
  const isOn = place()?.hasAttribute("data-sharing-on") ?? false;
  if (isOn && watch === null) start();
  if (!isOn && watch !== null) stop();
}

function start() {
  state = "searching";
  if (!navigator.geolocation) {
    state = "unavailable";
    return;
  }
  watch = navigator.geolocation.watchPosition(found, failed, { enableHighAccuracy: true, maximumAge: 1000, timeout: 20_000 });
}

function stop() {
  navigator.geolocation.clearWatch(watch);
  watch = fix = sent = takenAt = null;
}

function found(position) {
  fix = position;
}

function failed(error) {
  state = error.code === error.PERMISSION_DENIED ? "refused" : "unavailable";
  reason = "";
}

/** At most once a second when the car moves; at rest every 15 s, on a fresh fix. */
function sendWhenDue() {
  if (watch === null || !fix) return;
  const isNew = fix.timestamp !== sent?.timestamp;
  const rested = Date.now() - (sent?.at ?? 0) >= AT_REST;
  if (isNew && (!sent || rested || distance(fix.coords, sent.coords) >= MOVED)) send();
  else if (rested && document.visibilityState === "visible") navigator.geolocation.getCurrentPosition(found, failed, { maximumAge: 0, timeout: 10_000 });
}

function distance(a, b) {
  const east = (a.longitude - b.longitude) * Math.cos((a.latitude * Math.PI) / 180);
  return Math.hypot(a.latitude - b.latitude, east) * METRES_PER_DEGREE;
}

function send() {
  const { coords, timestamp } = fix;
  sent = { coords, timestamp, at: Date.now() };
  const message = {
    type: "position",
    lat: coords.latitude,
    lon: coords.longitude,
    accuracy: Math.round(coords.accuracy),
    heading: Number.isFinite(coords.heading) ? Math.round(coords.heading) : null,
    at: (timestamp + now() - Date.now()) / 1000,
  };
  const isOnSocket = !document.dispatchEvent(new CustomEvent("live:send", { detail: message, cancelable: true }));
  if (!isOnSocket) post(message);
}

async function post(message) {
  try {
    const response = await fetch(place().dataset.sharingUrl, {
      method: "POST",
      body: JSON.stringify(message),
      headers: { ...ourHeaders(), "Content-Type": "application/json" },
    });
    if (response.status >= 500) throw new Error(response.statusText);
    answered(await response.json());
  } catch {
    state = "queued";
  }
}

function answered({ type, message = "" }) {
  reason = "";
  if (type === "position_taken") {
    state = "sent";
    takenAt = Date.now();
  } else if (type === "position_later") state = "queued";
  else if (type === "position_refused") {
    state = "refused";
    reason = message;
  }
}

function show() {
  follow();
  const element = place();
  if (!element || watch === null) return;
  if (state === "sent" && Date.now() - takenAt > 2 * AT_REST) state = "queued";
  element.dataset.state = state;
  element.textContent = reason || text(`sharing-${state}`, { age: takenAt ? ageInWords((Date.now() - takenAt) / 1000) : "" });
}

document.addEventListener("live:answer", ({ detail }) => answered(detail));
document.addEventListener("live:shown", show);
everySecond(() => {
  show();
  sendWhenDue();
});
