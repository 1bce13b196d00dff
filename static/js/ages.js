import { ageClass, ageInWords } from "./age.js";
import { everySecond, now } from "./clock.js";

function showAges() {
  for (const element of document.querySelectorAll("time[data-age][datetime]")) {
    const seconds = (now() - Date.parse(element.dateTime)) / 1000;
    const words = ageInWords(seconds);
    if (element.textContent !== words) element.textContent = words;
    if (element.dataset.age === "since") continue;
    element.classList.remove("is-stale", "is-gone");
    if (ageClass(seconds)) element.classList.add(ageClass(seconds));
  }
}

everySecond(showAges);
document.addEventListener("live:shown", showAges);
