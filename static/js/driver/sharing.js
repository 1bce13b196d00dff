// Sharing one's position, and saying truthfully what came of it: only what the server has taken counts as sent.
import { ageInWords } from "../age.js";
import { everySecond, now } from "../clock.js";
import { text } from "../texts.js";
import { Positions } from "./positions.js";
import { sendPositions } from "./sending.js";
import { taps } from "./steps.js";
import { Outcome } from "./taps.js";

const MOVED = 5; // metres
const METRES_PER_DEGREE = 111_320;
const AT_REST = 15_000;
const STALE_AFTER = 30; // seconds

const positions = new Positions({ storage: localStorage, owner: document.body.dataset.user, send, now });
let watch = null;
let fix = null;
let last = null; // what was kept last: {coords, timestamp, at}
let lookedAt = 0;
let outcome = { state: "" };
let leftOut = null; // what the server refused of a batch while it took the rest: {words, at}

const line = () => document.querySelector("[data-sharing]");

/** Whether the driver wants to be seen, and still may. A switch that waits to be sent counts already. */
function isOn() {
  const { sharingOn, sharingUntil } = line()?.dataset ?? {};
  const turned = taps.waiting.findLast(({ fields }) => "sharing" in fields)?.fields.sharing;
  return sharingOn === "" && turned !== "off" && now() < Date.parse(sharingUntil);
}

function follow() {
  if (isOn() && watch === null) start();
  if (line() && !isOn()) stop();
  show();
}

function start() {
  outcome = { state: "searching" };
  watch = navigator.geolocation.watchPosition(found, lost, { enableHighAccuracy: true, maximumAge: 1000, timeout: 20_000 });
}

function stop() {
  positions.clear();
  if (watch === null) return;
  navigator.geolocation.clearWatch(watch);
  watch = fix = last = leftOut = null;
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
function keepWhenDue() {
  if (watch === null || !fix) return;
  const isNew = fix.timestamp !== last?.timestamp;
  const hasRested = !last || Date.now() - last.at >= AT_REST;
  if (isNew && (hasRested || distance(fix.coords, last.coords) >= MOVED)) keep(fix);
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

function keep({ coords, timestamp }) {
  last = { coords, timestamp, at: Date.now() };
  positions.add({
    lat: coords.latitude,
    lon: coords.longitude,
    accuracy: Math.round(coords.accuracy),
    heading: Number.isFinite(coords.heading) ? Math.round(coords.heading) : null,
    // By the server's clock: the phone's may be minutes off.
    at: (timestamp + now() - Date.now()) / 1000,
  });
}

async function send(points) {
  const answer = await sendPositions(points, line()?.dataset.sharingUrl);
  if (watch === null) return Outcome.DECIDED;
  switch (answer?.type) {
    case "positions_taken":
      hear(answer.refused, points.length);
      return Outcome.DECIDED;
    case "positions_refused":
      settle({ state: "declined", message: answer.message });
      return Outcome.DECIDED;
    case "signed_out":
      settle({ state: "signed-out" });
      return Outcome.SIGNED_OUT;
    default:
      settle({ state: answer?.type === "positions_later" ? "later" : "queued" });
      return Outcome.UNREACHABLE;
  }
}

/** `refused`: why some were not taken, and their places in the batch. The last in it is the newest. */
function hear(refused, count) {
  const why = refused.find(({ places }) => places.includes(count - 1));
  settle(why ? { state: "declined", message: why.message } : { state: "sent", at: Date.now() });
  if (why || refused.length === 0) return;
  const n = refused.reduce((sum, { places }) => sum + places.length, 0);
  leftOut = { words: text("sharing-left-out", { n, why: refused[0].message }), at: Date.now() };
}

function settle(next) {
  outcome = next;
  show();
}

function show() {
  const element = line();
  if (!element || (watch === null && outcome.state !== "off")) return;
  const seconds = outcome.at ? (Date.now() - outcome.at) / 1000 : 0;
  element.dataset.state = seconds > STALE_AFTER ? "old" : outcome.state;
  const words = `${said(seconds)} ${recentlyLeftOut()}`.trim();
  if (element.textContent !== words) element.textContent = words;
}

const said = (seconds) =>
  outcome.message ?? text(`sharing-${outcome.state}`, { age: ageInWords(seconds), n: positions.count });

const recentlyLeftOut = () => (leftOut && Date.now() - leftOut.at < STALE_AFTER * 1000 ? leftOut.words : "");

addEventListener("online", () => positions.wake());
document.addEventListener("live:shown", follow);
everySecond(() => {
  follow();
  keepWhenDue();
  if (watch !== null) positions.flush();
});
