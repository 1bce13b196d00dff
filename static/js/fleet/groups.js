// Cars that would lie on each other are one group, which says how many they are and in which states.
import L from "leaflet";
import Supercluster from "supercluster";
import { Cars, choose } from "../map/cars.js";
import { make } from "../texts.js";

const NEAR = 36; // pixels
const EVERYWHERE = [-180, -90, 180, 90];

export class Groups extends Cars {
  constructor(map) {
    super(map, { keyboard: false });
    this.groups = new Map();
    map.on("zoomend", () => this.read());
  }

  /** Shows these cars, alone or in a group; the chosen one, and the one that is followed, are always alone. */
  show(cars) {
    const groups = this.#near(new Map([...cars].filter(([, { isSelected, item }]) => !isSelected && !isFollowed(item))));
    const alone = new Map(cars);
    for (const { ids } of groups.values()) ids.forEach((id) => alone.delete(id));
    for (const [key, group] of groups) this.#place(key, group, cars);
    for (const [key, marker] of this.groups) {
      if (groups.has(key)) continue;
      marker.remove();
      this.groups.delete(key);
    }
    super.show(alone);
  }

  /** Returns the groups at this zoom by the ids in them: `{ids, at, zoom}`, `zoom` being where they part. */
  #near(cars) {
    const points = [...cars].map(([id, { at }]) => ({ geometry: { coordinates: [at.lng, at.lat] }, properties: { id } }));
    const index = new Supercluster({ radius: NEAR, extent: 256, maxZoom: this.map.getMaxZoom() }).load(points);
    const groups = index.getClusters(EVERYWHERE, Math.floor(this.map.getZoom())).filter(({ properties }) => properties.cluster);
    return new Map(groups.map(({ id, geometry: { coordinates: [lng, lat] } }) => {
      const ids = index.getLeaves(id, Infinity).map(({ properties }) => properties.id).sort();
      return [ids.join(" "), { ids, at: [lat, lng], zoom: index.getClusterExpansionZoom(id) }];
    }));
  }

  #place(key, { ids, at, zoom }, cars) {
    const marker = this.groups.get(key) ?? this.#add(key);
    const members = ids.map((id) => cars.get(id));
    const element = marker.setLatLng(at).getElement();
    Object.assign(marker, { zoom, ids });
    element.dataset.drivers = key;
    element.title = members.map(({ item }) => item.dataset.label).join(", ");
    element.classList.toggle("is-stale", members.every(({ age }) => age === "is-stale"));
    element.querySelector(".cars__count").textContent = ids.length;
    const parts = members.map(({ item, age }) => `state-${item.dataset.state} ${age}`).sort();
    const ring = element.querySelector(".cars__ring");
    if (ring.dataset.parts === parts.join()) return;
    ring.dataset.parts = parts.join();
    ring.replaceChildren(...parts.map((part, n) => slice(part, n, parts.length)));
  }

  /** Looks closer, until they lie apart; where they stand at one spot, takes the first out. */
  #part(marker) {
    if (marker.zoom <= this.map.getMaxZoom()) this.map.setView(marker.getLatLng(), marker.zoom);
    else choose(marker.ids[0]);
  }

  #add(key) {
    const body = make("div", {}, svg("svg", { class: "cars__ring", viewBox: "-1 -1 2 2" }), make("span", { class: "cars__count" }));
    const icon = L.divIcon({ className: "cars", html: body, iconSize: [40, 40] });
    const marker = L.marker([0, 0], { icon, pane: "cars", keyboard: false }).addTo(this.map);
    marker.on("click", () => this.#part(marker));
    this.groups.set(key, marker);
    return marker;
  }
}

const isFollowed = (item) => item.querySelector("[data-follow][aria-pressed=true]") !== null;

function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** Returns part number `n` of the ring, as an arc of a circle around 0, 0. */
function slice(name, n, all) {
  const [from, to] = [n, n + 1].map((part) => (2 * Math.PI * part) / all - Math.PI / 2);
  const at = (angle) => `${Math.cos(angle).toFixed(3)} ${Math.sin(angle).toFixed(3)}`;
  const large = all === 1 ? 1 : 0;
  return svg("path", { class: name.trim(), d: `M0 0L${at(from)}A1 1 0 ${large} 1 ${at(to)}Z` });
}
