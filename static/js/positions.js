// Positions travel on the socket alone. They are written into the list, which stays the truth for the map too.
import { Heard } from "./heard.js";

const heard = new Heard();

function write([id, lat, lon, heading, at]) {
  for (const item of document.querySelectorAll(`[data-driver-id="${id}"]`)) {
    if (Number(item.dataset.at) > at) continue;
    Object.assign(item.dataset, { lat, lon, at });
    if (heading === null) delete item.dataset.heading;
    else item.dataset.heading = heading;
    const age = item.querySelector("time[data-age]");
    if (age) age.dateTime = new Date(at * 1000).toISOString();
  }
}

document.addEventListener("live:positions", ({ detail }) => {
  heard.take(detail);
  detail.drivers.forEach(write);
});
document.addEventListener("live:shown", () => {
  const madeAt = Math.floor(Date.parse(document.getElementById("live").dataset.now) / 1000);
  heard.since(madeAt).forEach(write);
});
