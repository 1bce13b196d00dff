// The list's own hands: everything here is also done by plain links, forms and the Tab key.
import { lookEveryMinute } from "../minutes.js";

const PAUSE = 250; // milliseconds in which one types on

let typing = null;
let wanted = null;

/** The page is a function of its address: what is typed goes there, and the page fetches itself. */
function search() {
  const address = new URL(location);
  const words = document.getElementById("fleet-words").value.trim();
  if (words) address.searchParams.set("q", words);
  else address.searchParams.delete("q");
  if (address.href === location.href) return;
  history.replaceState(history.state, "", address);
  document.dispatchEvent(new CustomEvent("live:refresh"));
}

const links = () => [...document.querySelectorAll("[data-crew]")];

function move(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const rows = links();
  const here = rows.findIndex((link) => link.closest("li").contains(event.target));
  if (!step || here < 0) return;
  event.preventDefault();
  rows[Math.min(Math.max(here + step, 0), rows.length - 1)].focus();
}

/** Takes the hand to the chosen row: from the map, where nothing else could hold it. */
function follow() {
  const link = wanted && document.getElementById(`crew-${wanted}`)?.querySelector("[data-crew][aria-current]");
  if (!link) return;
  wanted = null;
  link.focus({ preventScroll: true });
  link.closest("li").scrollIntoView({ block: "nearest" });
}

document.addEventListener("input", ({ target }) => {
  if (target.id !== "fleet-words") return;
  clearTimeout(typing);
  typing = setTimeout(search, PAUSE);
});
document.addEventListener("submit", (event) => {
  if (!event.target.querySelector("#fleet-words")) return;
  event.preventDefault();
  search();
});
document.addEventListener("keydown", move);
document.addEventListener("map:chosen", ({ detail }) => {
  wanted = detail.id;
  follow();
});
document.addEventListener("live:shown", follow);
lookEveryMinute();
document.querySelector("[data-crew][aria-current]")?.closest("li").scrollIntoView({ block: "nearest" });
