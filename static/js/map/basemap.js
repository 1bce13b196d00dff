// The base's own map: land, water, roads and names drawn from our data, with no tile server.
import L from "leaflet";

/** Road widths in pixels at zoom 16, outside and inside the edge. */
const ROADS = { main: [11, 8], street: [7.5, 5], path: [0, 1.5] };
const AREAS = ["area", "water", "green", "building"];
const REFERENCE_ZOOM = 16;
const LABEL_ORDER = ["gate", "place"];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--map-${name}`).trim();

export class Basemap {
  constructor(map, data) {
    this.map = map;
    this.features = data.features;
    this.canvas = L.canvas({ padding: 0.4 });
    this.lines = [];
    this.shapes = [];
    this.labels = [];
    this.bounds = L.geoJSON(data.features.filter((feature) => ["place", "gate", "area"].includes(layerOf(feature)))).getBounds();
    for (const layer of AREAS) this.#area(layer);
    this.#roads();
    for (const layer of LABEL_ORDER) this.#names(layer);
    this.#paint();
    this.thin();
    map.on("zoomend", () => this.#scale());
    map.on("zoomend moveend", () => this.thin());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#paint());
  }

  #in(layer) {
    return this.features.filter((feature) => layerOf(feature) === layer);
  }

  #area(layer) {
    const style = { stroke: layer === "area", weight: 1.5, dashArray: "6 4", fillOpacity: 1 };
    const shape = this.#geometry(this.#in(layer), style);
    if (shape) this.shapes.push({ shape, layer });
  }

  /** Edges first for all roads, then their insides, so that crossings look like crossings. */
  #roads() {
    const roads = this.#in("road");
    for (const inside of [0, 1]) {
      for (const [kind, widths] of Object.entries(ROADS).reverse()) {
        if (!widths[inside]) continue;
        const shape = this.#geometry(roads.filter(({ properties }) => properties.class === kind), { lineCap: "round", lineJoin: "round" });
        if (shape) this.lines.push({ shape, width: widths[inside], name: roadColour(kind, inside) });
      }
    }
  }

  #geometry(features, style) {
    if (!features.length) return null;
    const options = { interactive: false, renderer: this.canvas, style: { ...style, renderer: this.canvas } };
    return L.geoJSON(features, options).addTo(this.map);
  }

  #names(layer) {
    for (const { geometry, properties } of this.#in(layer)) {
      const [lon, lat] = geometry.coordinates;
      const element = document.createElement("span");
      element.className = `map-name map-name--${layer}`;
      element.textContent = properties.name;
      const icon = L.divIcon({ className: "map-name-anchor", html: element, iconSize: [0, 0] });
      L.marker([lat, lon], { icon, interactive: false, keyboard: false, pane: "names" }).addTo(this.map);
      this.labels.push(element);
    }
  }

  #paint() {
    this.map.getContainer().style.background = colour("land");
    for (const { shape, layer } of this.shapes) shape.setStyle({ fillColor: colour(layer), color: colour("area-line") });
    for (const { shape, name } of this.lines) shape.setStyle({ color: colour(name) });
    this.#scale();
  }

  #scale() {
    const factor = 1.6 ** (this.map.getZoom() - REFERENCE_ZOOM);
    for (const { shape, width } of this.lines) shape.setStyle({ weight: Math.max(0.75, width * factor) });
  }

  /** Leaves out the names that would lie on another, or on a stop. */
  thin() {
    const taken = [...this.map.getContainer().querySelectorAll(".map-stop > div > *")].map((part) => part.getBoundingClientRect());
    for (const label of this.labels) label.hidden = false;
    for (const label of this.labels) {
      const box = label.getBoundingClientRect();
      label.hidden = taken.some((other) => overlap(box, other));
      if (!label.hidden) taken.push(box);
    }
  }
}

const layerOf = ({ properties }) => properties.layer;
const overlap = (a, b) => a.left < b.right + 4 && b.left < a.right + 4 && a.top < b.bottom + 2 && b.top < a.bottom + 2;

function roadColour(kind, inside) {
  if (kind === "path") return "path";
  if (!inside) return kind === "main" ? "main-casing" : "road-casing";
  return kind === "main" ? "main" : "road";
}
