// What the clock changes on the page: the time still to wait, the delay, and the beginning or end of the shift.
import { everySecond, now } from "../clock.js";
import { text } from "../texts.js";

let turned = "";

function showWaits() {
  for (const button of document.querySelectorAll("button[data-from]")) showWait(button);
  for (const due of document.querySelectorAll("[data-due]")) showDue(due);
  const { turnsAt } = document.getElementById("live").dataset;
  if (!turnsAt || turnsAt === turned || now() < Date.parse(turnsAt)) return;
  turned = turnsAt;
  document.dispatchEvent(new CustomEvent("live:refresh"));
}

function showWait(button) {
  const left = Math.ceil((Date.parse(button.dataset.from) - now()) / 1000);
  const isDue = left <= 0;
  button.querySelector("[data-left]").textContent = isDue ? "" : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  button.disabled = !isDue;
}

function showDue(element) {
  const minutes = Math.ceil((Date.parse(element.dataset.due) - now()) / 60_000);
  element.classList.toggle("is-late", minutes < 0);
  if (Math.abs(minutes) > 120) element.textContent = "";
  else element.textContent = minutes < 0 ? text("late-minutes", { n: -minutes }) : text("in-minutes", { n: minutes });
}

everySecond(showWaits);
document.addEventListener("live:shown", showWaits);
