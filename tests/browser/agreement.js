// What the list and the map of the live map do not agree on, a sentence each. A car is measured on the screen, against two
// places whose points stand in `window.corners`: [[name, latitude, longitude], …].
() => {
  const now = Date.now() + Number(document.documentElement.dataset.clockAhead ?? 0);
  const ages = (seconds) => (seconds > 600 ? "gone" : seconds > 30 ? "stale" : "fresh");
  const rows = [...document.querySelectorAll(".crew")].map((row) => ({
    id: row.dataset.driverId,
    name: row.querySelector("[data-crew]").textContent,
    state: row.querySelector(".badge").className.match(/state-(\w+)/)[1],
    lat: Number(row.dataset.lat),
    lon: Number(row.dataset.lon),
    age: row.dataset.lat ? ages(now / 1000 - row.dataset.at) : "none",
    said: row.querySelector("time[datetime]"),
  }));
  const shown = new Map(rows.filter(({ age }) => ["fresh", "stale"].includes(age)).map((row) => [row.name, row]));
  const wrong = [];
  for (const { name, age, said } of rows) {
    const says = !said ? "none" : said.matches(".is-gone") ? "gone" : said.matches(".is-stale") ? "stale" : "fresh";
    if (says !== age) wrong.push(`${name} is ${age}, and the list says ${says}`);
  }
  const middle = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  };
  const mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));
  const [a, b] = window.corners.map(([name, lat, lon]) => {
    const label = [...document.querySelectorAll(".map-name")].find((element) => element.textContent === name);
    const [x, y] = middle(label.parentElement);
    return { x, y, lon, up: mercator(lat) };
  });
  const place = ({ lat, lon }) => [
    a.x + ((lon - a.lon) / (b.lon - a.lon)) * (b.x - a.x),
    a.y + ((mercator(lat) - a.up) / (b.up - a.up)) * (b.y - a.y),
  ];
  const drawn = [];
  for (const car of document.querySelectorAll(".map .car")) {
    const name = car.querySelector(".car__label").textContent.split(" · ")[0];
    const row = shown.get(name);
    drawn.push(name);
    if (!row) { wrong.push(`${name} is on the map alone`); continue; }
    if (!car.matches(`.state-${row.state}`)) wrong.push(`${name} is ${row.state} in the list, ${car.className} on the map`);
    if (car.matches(".is-stale") !== (row.age === "stale")) wrong.push(`${name} is ${row.age} in the list alone`);
    const [[x, y], [u, v]] = [middle(car), place(row)];
    if (Math.hypot(x - u, y - v) > 3) wrong.push(`${name} is drawn ${Math.round(Math.hypot(x - u, y - v))} pixels away`);
  }
  for (const group of document.querySelectorAll(".map .cars")) {
    const members = group.dataset.drivers.split(" ").map((id) => rows.find((row) => row.id === id));
    drawn.push(...members.map((row) => row?.name));
    if (group.textContent !== String(members.length)) wrong.push(`a group of ${members.length} says ${group.textContent}`);
    const states = members.map((row) => `state-${row?.state} ${row?.age === "stale" ? "is-stale" : ""}`.trim()).sort().join();
    const signs = [...group.querySelectorAll("path")].map((path) => path.getAttribute("class")).sort().join();
    if (states !== signs) wrong.push(`a group of ${states} shows ${signs}`);
  }
  if (drawn.sort().join() !== [...shown.keys()].sort().join()) wrong.push(`drawn ${drawn}, listed ${[...shown.keys()]}`);
  return wrong;
}
