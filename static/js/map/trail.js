// Where a car drove, and where it was at a given second: driven pieces in full, holes dashed.
import L from "leaflet";
import { holeAt, pieces, placeAt } from "../trail.js";

export class Trail {
  constructor(map, trail, label) {
    this.trail = trail;
    this.layer = L.layerGroup().addTo(map);
    const { driven, holes } = pieces(trail);
    for (const points of driven) this.#line(points, { className: "map-way-casing", weight: 8 });
    for (const points of driven) this.#line(points, { weight: 4 });
    for (const points of holes) this.#line(points, { weight: 3, dashArray: "2 9", className: "map-way trail-hole" });
    this.bounds = L.latLngBounds(trail.points.map(([, lat, lon]) => [lat, lon]));
    this.car = this.#car(label);
  }

  /** Puts the car where it was so many seconds after the start. In a hole it stays, greyed, where it was seen last. */
  show(second) {
    const { at, heading } = placeAt(this.trail, second);
    const element = this.car.setLatLng(at).getElement();
    const arrow = element.querySelector(".car__arrow");
    arrow.hidden = heading === null;
    if (heading !== null) arrow.style.rotate = `${heading}deg`;
    element.classList.toggle("is-stale", holeAt(this.trail, second) !== undefined);
  }

  /** Draws the stops, in the order in which they were to be made. */
  stops(items) {
    items.forEach(({ dataset }, index) => {
      const body = document.createElement("div");
      body.append(Object.assign(document.createElement("b"), { textContent: index + 1 }));
      body.append(Object.assign(document.createElement("span"), { textContent: dataset.label }));
      const icon = L.divIcon({ className: "map-stop is-done", html: body, iconSize: [26, 26] });
      const at = L.latLng(dataset.lat, dataset.lon);
      L.marker(at, { icon, interactive: false, keyboard: false, pane: "stops" }).addTo(this.layer);
      this.bounds.extend(at);
    });
  }

  #line(points, style) {
    L.polyline(points, { interactive: false, className: "map-way", ...style }).addTo(this.layer);
  }

  #car(label) {
    const body = document.createElement("div");
    for (const part of ["arrow", "dot", "label"]) body.append(Object.assign(document.createElement("span"), { className: `car__${part}` }));
    body.lastChild.textContent = label;
    const icon = L.divIcon({ className: "car state-on_board", html: body, iconSize: [32, 32] });
    const at = this.trail.points[0].slice(1, 3);
    return L.marker(at, { icon, interactive: false, keyboard: false, pane: "cars" }).addTo(this.layer);
  }
}
