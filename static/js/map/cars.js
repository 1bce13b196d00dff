// The cars, read from the list on the page: the list is the truth, the map a view of it.
import L from "leaflet";
import { ageClass, ageInWords } from "../age.js";
import { now } from "../clock.js";
import { icon, make } from "../texts.js";

export class Cars {
  /** `keyboard`: whether the Tab key reaches each car; where there are many, the list is the way. */
  constructor(map, { keyboard = true } = {}) {
    this.map = map;
    this.keyboard = keyboard;
    this.markers = new Map();
    map.on("zoomstart", () => map.getContainer().classList.add("is-zooming"));
    map.on("zoomend", () => requestAnimationFrame(() => map.getContainer().classList.remove("is-zooming")));
  }

  /** Brings every marker into line with its list item; those without one, or too old to be true, go. */
  read() {
    this.show(this.listed());
  }

  /** Returns what the list says now, by driver: `{item, at, seconds, age, isSelected}`. */
  listed() {
    const cars = new Map();
    for (const item of document.querySelectorAll("[data-driver-id][data-lat][data-lon]")) {
      const { driverId, lat, lon, at } = item.dataset;
      const seconds = now() / 1000 - Number(at);
      const age = ageClass(seconds);
      if (cars.has(driverId) || age === "is-gone") continue;
      const isSelected = item.matches("[aria-current], [data-selected]") || item.querySelector("[aria-current]") !== null;
      cars.set(driverId, { item, at: L.latLng(Number(lat), Number(lon)), seconds, age, isSelected });
    }
    return cars;
  }

  get positions() {
    return [...this.listed().values()].map(({ at }) => at);
  }

  /** Shows these cars and no other. */
  show(cars) {
    for (const [id, car] of cars) this.#place(id, car);
    for (const [id, marker] of this.markers) {
      if (cars.has(id)) continue;
      marker.remove();
      this.markers.delete(id);
    }
  }

  #place(id, { item, at, seconds, age, isSelected }) {
    const { heading, label, state, says } = item.dataset;
    const marker = this.markers.get(id) ?? this.#add(id, at);
    const element = marker.getElement();
    if (!marker.getLatLng().equals(at)) marker.setLatLng(at);
    element.className = `${marker.baseClass} car state-${state} ${age} ${isSelected ? "is-selected" : ""}`;
    element.setAttribute("aria-label", label);
    element.title = [says ?? label, ageInWords(seconds)].join(" · ");
    element.querySelector(".car__label").textContent = age ? `${label} · ${ageInWords(seconds)}` : label;
    this.#mark(element, state);
    const arrow = element.querySelector(".car__arrow");
    arrow.hidden = heading === undefined;
    if (heading !== undefined) arrow.style.rotate = `${nearestTurn(arrow, Number(heading))}deg`;
    marker.setZIndexOffset(isSelected ? 1000 : 0);
    if (isSelected && !marker.wasSelected && !this.map.getBounds().pad(-0.1).contains(at)) this.map.panTo(at);
    marker.wasSelected = isSelected;
  }

  /** Says the state by a sign too: a colour alone tells some people nothing. */
  #mark(element, state) {
    const dot = element.querySelector(".car__dot");
    if (dot.dataset.state === state) return;
    dot.dataset.state = state;
    dot.replaceChildren(icon(`state-${state}`));
  }

  #add(id, at) {
    const marker = L.marker(at, { icon: carShape(), pane: "cars", keyboard: this.keyboard }).addTo(this.map);
    marker.baseClass = marker.getElement().className;
    marker.on("click", () => choose(id));
    this.markers.set(id, marker);
    return marker;
  }
}

/** Returns what a car looks like: an arrow that turns, a dot, and a label to fill. */
export function carShape(className = "car") {
  const parts = ["arrow", "dot", "label"].map((part) => make("span", { class: `car__${part}` }));
  return L.divIcon({ className, html: make("div", {}, ...parts), iconSize: [32, 32] });
}

/** Follows the first link of a driver's item. It is looked up now: the page may have replaced it since. */
export function choose(id) {
  document.querySelector(`[data-driver-id="${id}"]`)?.querySelector("a[href]")?.click();
  document.dispatchEvent(new CustomEvent("map:chosen", { detail: { id } }));
}

/** Turns the short way round: from 350° to 10° is 20°, not 340° back. */
function nearestTurn(arrow, heading) {
  const before = parseFloat(arrow.style.rotate) || 0;
  return before + ((((heading - before) % 360) + 540) % 360) - 180;
}
