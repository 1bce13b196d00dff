// The selected mission's stops in order, and the way between them.
import L from "leaflet";
import { make } from "../texts.js";

export class Way {
  constructor(map) {
    this.layer = L.layerGroup().addTo(map);
    this.drawn = null;
    this.stops = [];
  }

  /** Draws the way anew if the page shows another, and leads it from where its car is, if that is known.
   * Returns whether it is another. */
  read(car = null) {
    const items = [...document.querySelectorAll("[data-way-stop]")].sort((a, b) => a.dataset.order - b.dataset.order);
    const line = document.querySelector("[data-way-line]")?.dataset.wayLine ?? "";
    const signature = line + items.map((item) => JSON.stringify(item.dataset)).join();
    const isOther = signature !== this.drawn;
    if (isOther) this.#draw(items, line);
    this.#lead(car);
    this.drawn = signature;
    return isOther;
  }

  #draw(items, line) {
    this.stops = items.map(({ dataset }) => L.latLng(dataset.lat, dataset.lon));
    this.done = items.filter(({ dataset }) => "done" in dataset).length;
    this.layer.clearLayers();
    this.known = line.split(" ").filter(Boolean).map((point) => point.split(",").map(Number));
    // A way that is not known road by road is dotted: it only says from where to where. What is behind is thin.
    this.behind = this.#line("is-done", { weight: 2 });
    this.ahead = this.#line("", { weight: 4, dashArray: this.known.length ? null : "2 9" });
    items.forEach(({ dataset }, index) => {
      const isDone = "done" in dataset;
      stopMarker(dataset, isDone ? "✓" : index + 1, isDone).addTo(this.layer);
    });
  }

  #lead(car) {
    const done = this.stops.slice(0, this.done);
    const coming = this.stops.slice(this.done);
    const here = car && coming.length ? [car] : done.slice(-1);
    this.#lay(this.behind, this.known.length ? [] : [...done, ...here]);
    this.#lay(this.ahead, this.known.length ? this.known : [...here, ...coming]);
  }

  /** A line, and below it what sets it off from the map. */
  #line(name, style) {
    const shared = { interactive: false };
    const casing = L.polyline([], { ...shared, className: "map-way-casing", weight: style.weight + 4 });
    return [casing, L.polyline([], { ...shared, ...style, className: `map-way ${name}` })].map((line) => line.addTo(this.layer));
  }

  #lay(lines, points) {
    for (const line of lines) line.setLatLngs(points.length > 1 ? points : []);
  }
}

/** Returns a stop as the map shows it, `sign` being its number or what stands for it. */
export function stopMarker({ lat, lon, label = "" }, sign, isDone) {
  const body = make("div", {}, make("b", { textContent: sign }), make("span", { textContent: label }));
  const icon = L.divIcon({ className: `map-stop ${isDone ? "is-done" : ""}`, html: body, iconSize: [26, 26] });
  return L.marker([lat, lon], { icon, interactive: false, keyboard: false, pane: "stops" });
}
