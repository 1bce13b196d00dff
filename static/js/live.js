// A live page follows what happens: the socket says that something changed, the page fetches itself again.
import htmx from "htmx.org/dist/htmx.esm.js";
import { announce, liftMessages } from "./announcer.js";
import { everySecond, setClock, timeOfDay } from "./clock.js";
import { backoff, Ended, Freshness } from "./freshness.js";
import { forget, morph } from "./morph.js";
import { make, text } from "./texts.js";
import { decode } from "./wire.js";

const CLOSE_REASONS = { 4401: "signed-out", 4403: "forbidden", 4404: "missing" };
const STATUS_REASONS = { 401: "signed-out", 403: "forbidden", 404: "missing" };
const FETCH_TIMEOUT = 10_000;

const root = () => document.getElementById("live");
let freshness = null;
let socket = null;
let tries = 0;
let announced = "";

function follow() {
  const live = root();
  if (!live?.dataset.live) return;
  announced = announcementOf(live);
  setClock(Date.parse(live.dataset.now));
  freshness = new Freshness({
    shown: Number(live.dataset.seq),
    load,
    now: Date.now,
    later: (wait, callback) => setTimeout(callback, wait),
    changed: showState,
  });
  connect();
  everySecond(() => freshness.tick() && connect());
  addEventListener("pageshow", (event) => event.persisted && wake());
  addEventListener("online", wake);
  addEventListener("pagehide", () => socket.close());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
}

function wake() {
  if (socket.readyState !== WebSocket.OPEN) connect();
  freshness.refresh();
}

/** Opens the socket anew. An old one is left to die unheard: half-open ones take minutes to notice. */
function connect() {
  if (freshness.ended) return;
  if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
  socket?.close();
  const address = new URL(root().dataset.live, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const opening = new WebSocket(address);
  opening.binaryType = "arraybuffer";
  opening.onopen = () => {
    tries = 0;
    freshness.opened();
    document.dispatchEvent(new CustomEvent("live:opened"));
  };
  opening.onmessage = ({ data }) => (typeof data === "string" ? receive(JSON.parse(data)) : receivePositions(decode(data)));
  opening.onclose = ({ code }) => {
    if (code in CLOSE_REASONS) freshness.end(CLOSE_REASONS[code]);
    freshness.closed();
    setTimeout(() => socket === opening && connect(), backoff(tries++));
  };
  socket = opening;
}

function receivePositions(frame) {
  setClock(frame.at * 1000);
  document.dispatchEvent(new CustomEvent("live:positions", { detail: frame }));
}

function receive(message) {
  if ("seq" in message) {
    freshness.hear(message);
  } else {
    document.dispatchEvent(new CustomEvent("live:answer", { detail: message }));
  }
}

async function load() {
  const asked = location.href;
  const response = await fetch(asked, {
    headers: { "HX-Request": "true", "X-Live": "1" },
    cache: "no-store",
    redirect: "manual",
    signal: AbortSignal.timeout(FETCH_TIMEOUT),
  });
  const isSignIn = response.type === "opaqueredirect" || response.headers.has("HX-Redirect");
  if (isSignIn) throw new Ended("signed-out");
  if (response.status in STATUS_REASONS) throw new Ended(STATUS_REASONS[response.status]);
  if (!response.ok) throw new Error(response.statusText);
  const fresh = parse(await response.text());
  if (location.href !== asked) throw new Error("The person has moved on.");
  setClock(Date.parse(fresh.dataset.now));
  return { seq: Number(fresh.dataset.seq), show: () => show(fresh) };
}

function parse(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("live");
  if (!fresh) throw new Error("The answer is not a live part.");
  return fresh;
}

function show(fresh, { own = false } = {}) {
  const result = morph(root(), fresh, { own });
  htmx.process(root());
  liftMessages(root());
  sayWhatHappened(root());
  if (own) root().querySelector("[data-error-summary]")?.focus();
  document.dispatchEvent(new CustomEvent("live:shown"));
  return result;
}

/** Shows the answer to what the person did. It may follow another stream, whose numbers are its own. */
function showOwn(fresh) {
  const address = root().dataset.live;
  const result = show(fresh, { own: true });
  const hasMoved = root().dataset.live !== address;
  freshness?.showing(Number(root().dataset.seq), { hasMoved });
  if (hasMoved) connect();
  return result;
}

const announcementOf = (live) => `${live.dataset.announcementSeq ?? ""} ${live.dataset.announcement ?? ""}`;

function sayWhatHappened(live) {
  const announcement = announcementOf(live);
  if (announcement !== announced && live.dataset.announcement) announce(live.dataset.announcement);
  announced = announcement;
}

let shownState = "";

function showState() {
  const { state, failures } = freshness;
  const since = timeOfDay(freshness.news, root().dataset.zone);
  const signature = `${state} ${state === "live" ? "" : since} ${failures > 0}`;
  if (signature === shownState) return;
  shownState = signature;
  const chip = document.getElementById("live-state");
  chip.hidden = false;
  chip.dataset.state = state;
  chip.textContent = text(`chip-${state}`, { time: since });
  showBanner(state, since);
}

function showBanner(state, since) {
  const banner = document.getElementById("live-banner");
  const wasHidden = banner.hidden;
  banner.hidden = state !== "old" && state !== "ended";
  banner.dataset.state = state;
  if (banner.hidden) return;
  const sentence = state === "ended" ? text(freshness.ended) : text(freshness.failures ? "unreachable" : "silent-since", { time: since });
  banner.replaceChildren(sentence, ...(state === "ended" ? [wayOut()] : []));
  if (wasHidden || state === "ended") announce(sentence);
}

function wayOut() {
  if (freshness.ended !== "signed-out") return make("a", { href: "/", textContent: text("home") });
  const here = encodeURIComponent(location.pathname + location.search);
  return make("a", { href: `${text("sign-in-url")}?next=${here}`, textContent: text("sign-in") });
}

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph:outerHTML",
  handleSwap: (style, target, fragment) => style === "morph:outerHTML" && showOwn(fragment.querySelector("#live")),
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => forget(detail.elt.closest("form")));
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.shouldSwap || detail.target.id !== "live") return;
  const { responseURL } = detail.xhr;
  const wasRedirected = new URL(detail.pathInfo.requestPath, location.href).href !== responseURL;
  if (!/\sid="live"/.test(detail.serverResponse)) {
    // A whole page came back, such as the sign-in: go there, rather than put a page into a page.
    detail.shouldSwap = false;
    location.assign(responseURL);
  } else if (wasRedirected && responseURL !== location.href) {
    // The page is a function of its address, which the server has chosen.
    history.pushState({ htmx: true }, "", responseURL);
  }
});

// A tap keeps what it sends: the answer may say at the fields what was wrong with it.
document.addEventListener("submit", ({ target }) => target.matches("[data-tap]") && forget(target));
// The driver's phone sends and shows through here, from its own bundle; so does the planning what its dialog shows.
document.addEventListener("live:attach", ({ target }) => htmx.process(target));
document.addEventListener("live:refresh", () => freshness?.refresh());
document.addEventListener("live:fragment", ({ detail }) => showOwn(parse(detail)));
document.addEventListener("live:send", (event) => {
  if (socket?.readyState !== WebSocket.OPEN) return;
  socket.send(JSON.stringify(event.detail));
  event.preventDefault();
});

follow();
