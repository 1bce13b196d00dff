// What is allowed only from a certain time: the button says how long still, and wakes up by itself.
import { everySecond, now } from "../clock.js";

function showWaits() {
  for (const button of document.querySelectorAll("button[data-from]")) {
    const left = Math.ceil((Date.parse(button.dataset.from) - now()) / 1000);
    const isDue = left <= 0;
    const count = button.querySelector("[data-left]");
    count.textContent = isDue ? "" : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (button.classList.toggle("is-due", isDue) !== !button.disabled && !button.ariaBusy) button.disabled = !isDue;
  }
}

everySecond(showWaits);
document.addEventListener("live:shown", showWaits);
