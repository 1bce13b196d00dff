// Positions travel on the socket alone. They are written into the list, which stays the truth for the map too.
const latest = new Map();

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
  for (const driver of detail.drivers) {
    latest.set(driver[0], { driver, heardAt: detail.at });
    write(driver);
  }
});
// The page's own figures are a little older than what has been heard since. What was heard before is in them, unless
// the driver has switched it off: then it must not come back.
document.addEventListener("live:shown", () => {
  const madeAt = Math.floor(Date.parse(document.getElementById("live").dataset.now) / 1000);
  for (const { driver, heardAt } of latest.values()) if (heardAt >= madeAt) write(driver);
});
