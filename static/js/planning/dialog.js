// The forms of the planning in a dialog over the calendar. Without this module their links lead to the same pages.
import { announce } from "../announcer.js";
import { grid, isByDrivers, say } from "./page.js";
import { ask } from "./send.js";

const dialog = () => document.getElementById("plan-dialog");
const place = () => document.getElementById("plan-form");

// What can be added instead, by what the calendar has rows of.
const KINDS = { true: ["shift", "absence"], false: ["outage", "shift"] };
const addressOf = (kind) => grid().dataset[`add${kind[0].toUpperCase()}${kind.slice(1)}`];

let opened = ""; // the address of the form that is shown, where it has one
let latest = 0; // which form was asked for last

/** Shows the form of that address, unless another one was asked for in the meantime. */
export async function openForm(address) {
  const mine = ++latest;
  const answer = await ask(address);
  if (mine !== latest) return { failed: true };
  if (!answer.part) return answer;
  opened = address;
  show(answer, address);
  return answer;
}

/** Shows the form that came back instead of a step that was refused. */
export function showRefused(answer) {
  opened = "";
  show(answer, "");
  announce(say("refused"));
}

function show({ part, isRefused }, address) {
  const fresh = new DOMParser().parseFromString(part, "text/html").getElementById("planning-form");
  if (!fresh) return location.assign(address || location.href);
  place().replaceChildren(fresh);
  fresh.dispatchEvent(new CustomEvent("live:attach", { bubbles: true }));
  offerKinds(address);
  if (!dialog().open) dialog().showModal();
  const first = fresh.querySelector("[data-error-summary], [data-conflict]");
  const field = fresh.querySelector("form :is(input:not([type=hidden]), select, textarea, button)");
  ((isRefused && first) || field || fresh.querySelector("h1")).focus();
}

/** What is being added may be something else of the same time: a tab for each. */
function offerKinds(address) {
  const [path, query] = address.split("?");
  const kinds = KINDS[isByDrivers()].filter(addressOf);
  const isNew = kinds.some((kind) => addressOf(kind) === path) && /(driver|vehicle)=/.test(query);
  document.getElementById("plan-kinds").hidden = !isNew || kinds.length < 2;
  for (const tab of document.querySelectorAll("[data-kind-tab]")) {
    const kind = tab.dataset.kindTab;
    tab.hidden = !kinds.includes(kind);
    if (!isNew || tab.hidden) continue;
    tab.href = `${addressOf(kind)}?${query}`;
    tab.ariaCurrent = addressOf(kind) === path ? "true" : null;
  }
}

function follow(event) {
  const link = event.target.closest("a[data-dialog], [data-kind-tab], [data-dialog-close]");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (link.matches("[data-dialog-close]")) {
    if (!link.closest("#plan-dialog")) return;
    event.preventDefault();
    return dialog().close();
  }
  event.preventDefault();
  link.closest("details.menu")?.removeAttribute("open");
  openForm(link.getAttribute("href"));
}

async function submit(event) {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented || !place().contains(form)) return;
  event.preventDefault();
  const [address, typed] = [form.getAttribute("action"), new FormData(form, event.submitter)];
  const answer = await (form.method === "get" ? ask(`${address}?${new URLSearchParams(typed)}`) : ask(address, typed, opened));
  if (answer.saved) dialog().close();
  else if (answer.part) show(answer, "");
  else for (const button of form.querySelectorAll("button")) [button.disabled, button.ariaBusy] = [false, null];
}

function closed() {
  place().replaceChildren();
  document.dispatchEvent(new CustomEvent("plan:closed"));
  if (document.activeElement === document.body) grid().querySelector("[tabindex='0']")?.focus();
}

/** Opens links and sends forms from now on. */
export function serve() {
  document.addEventListener("click", follow);
  dialog().addEventListener("submit", submit);
  dialog().addEventListener("close", closed);
  document.addEventListener("click", ({ target }) => {
    const opener = target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
  });
}
