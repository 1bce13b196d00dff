// Where a car drove, and where it was at a given second: driven pieces in full, holes dashed.
import L from "leaflet";
import { holeAt, pieces, placeAt } from "../trail.js";
import { carShape } from "./cars.js";
import { stopMarker } from "./way.js";

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
      const marker = stopMarker(dataset, index + 1, true).addTo(this.layer);
      this.bounds.extend(marker.getLatLng());
    });
  }

  #line(points, style) {
    L.polyline(points, { interactive: false, className: "map-way", ...style }).addTo(this.layer);
  }

  #car(label) {
    const at = this.trail.points[0].slice(1, 3);
    const icon = carShape("car state-on_board");
    const car = L.marker(at, { icon, interactive: false, keyboard: false, pane: "cars" }).addTo(this.layer);
    car.getElement().querySelector(".car__label").textContent = label;
    return car;
  }
}
