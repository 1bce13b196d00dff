import { everySecond, now } from "./clock.js";

// Server-made styles are forbidden by the content policy, so the times stand in the page and are placed here.
function place() {
  for (const timeline of document.querySelectorAll("[data-timeline]")) {
    const start = Date.parse(timeline.dataset.start);
    const span = Date.parse(timeline.dataset.end) - start;
    const share = (time) => (100 * (time - start)) / span;
    for (const bar of timeline.querySelectorAll("[data-from]")) {
      const left = Math.max(0, share(Date.parse(bar.dataset.from)));
      const right = Math.min(100, share(Date.parse(bar.dataset.to)));
      bar.style.left = `${left}%`;
      bar.style.width = `${Math.max(0, right - left)}%`;
    }
    for (const tick of timeline.querySelectorAll("[data-at-time]")) tick.style.left = `${share(Date.parse(tick.dataset.atTime))}%`;
    for (const line of timeline.querySelectorAll("[data-now-line]")) {
      const at = share(now());
      line.hidden = at < 0 || at > 100;
      line.style.left = `${at}%`;
    }
  }
}

everySecond(place);
document.addEventListener("live:shown", place);
