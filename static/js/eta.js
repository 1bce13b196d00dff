// Between two steps of a ride only its car moves: the time to arrival follows the positions as they come.
import { everySecond, now } from "./clock.js";

const EARTH_METRES = 6_371_000;
const TELLS_FOR = 60;
const radians = (degrees) => (degrees * Math.PI) / 180;

/** Returns the metres between two points in degrees, as the crow flies. */
export function metres(lat1, lon1, lat2, lon2) {
  const half = (a, b) => Math.sin(radians(b - a) / 2) ** 2;
  const h = half(lat1, lat2) + Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * half(lon1, lon2);
  return 2 * EARTH_METRES * Math.asin(Math.sqrt(h));
}

function show(element, [, lat, lon, , at]) {
  const { pace, etaWords } = element.dataset;
  const seconds = metres(lat, lon, Number(element.dataset.lat), Number(element.dataset.lon)) * Number(pace);
  element.querySelector("[data-eta-value]").textContent = etaWords.replace("{n}", Math.max(1, Math.round(seconds / 60)));
  element.dataset.at = at;
  element.hidden = false;
}

document.addEventListener("live:positions", ({ detail }) => {
  for (const element of document.querySelectorAll("[data-eta-for]")) {
    const driver = detail.drivers.find(([id]) => String(id) === element.dataset.etaFor);
    if (driver) show(element, driver);
  }
});

// From where the car was a minute ago nobody can say when it arrives.
everySecond(() => {
  for (const element of document.querySelectorAll("[data-eta-for][data-at]")) {
    element.hidden = now() / 1000 - Number(element.dataset.at) > TELLS_FOR;
  }
});
