// The cars, read from the list on the page: the list is the truth, the map a view of it.
import L from "leaflet";
import { ageClass } from "../age.js";
import { now } from "../clock.js";

export class Cars {
  constructor(map) {
    this.map = map;
    this.markers = new Map();
    map.on("zoomstart", () => map.getContainer().classList.add("is-zooming"));
    map.on("zoomend", () => requestAnimationFrame(() => map.getContainer().classList.remove("is-zooming")));
  }

  /** Brings every marker into line with its list item; those without one, or too old to be true, go. */
  read() {
    const seen = new Set();
    for (const item of document.querySelectorAll("[data-driver-id][data-lat][data-lon]")) {
      const age = now() / 1000 - Number(item.dataset.at);
      if (seen.has(item.dataset.driverId) || ageClass(age) === "is-gone") continue;
      seen.add(item.dataset.driverId);
      this.#place(item, ageClass(age));
    }
    for (const [id, marker] of this.markers) {
      if (seen.has(id)) continue;
      marker.remove();
      this.markers.delete(id);
    }
  }

  get positions() {
    return [...this.markers.values()].map((marker) => marker.getLatLng());
  }

  #place(item, age) {
    const { driverId, lat, lon, heading, label, state } = item.dataset;
    const at = L.latLng(Number(lat), Number(lon));
    const marker = this.markers.get(driverId) ?? this.#add(driverId, at);
    const element = marker.getElement();
    const selected = item.matches("[aria-current], [data-selected]") || item.querySelector("[aria-current]") !== null;
    if (!marker.getLatLng().equals(at)) marker.setLatLng(at);
    element.className = `${marker.baseClass} car state-${state} ${age} ${selected ? "is-selected" : ""}`;
    element.setAttribute("aria-label", label);
    element.querySelector(".car__label").textContent = label;
    const arrow = element.querySelector(".car__arrow");
    arrow.hidden = heading === undefined;
    if (heading !== undefined) arrow.style.rotate = `${nearestTurn(arrow, Number(heading))}deg`;
    marker.setZIndexOffset(selected ? 1000 : 0);
    if (selected && !marker.wasSelected && !this.map.getBounds().pad(-0.1).contains(at)) this.map.panTo(at);
    marker.wasSelected = selected;
  }

  #add(id, at) {
    const body = document.createElement("div");
    for (const part of ["arrow", "dot", "label"]) body.append(Object.assign(document.createElement("span"), { className: `car__${part}` }));
    const marker = L.marker(at, { icon: L.divIcon({ className: "car", html: body, iconSize: [32, 32] }), pane: "cars" }).addTo(this.map);
    marker.baseClass = marker.getElement().className;
    // The item is looked up at the click: the page may have replaced it since.
    marker.on("click", () => document.querySelector(`[data-driver-id="${id}"]`)?.querySelector("a[href]")?.click());
    this.markers.set(id, marker);
    return marker;
  }
}

/** Turns the short way round: from 350° to 10° is 20°, not 340° back. */
function nearestTurn(arrow, heading) {
  const before = parseFloat(arrow.style.rotate) || 0;
  return before + ((((heading - before) % 360) + 540) % 360) - 180;
}
