// The base's own map: land, water, roads and names drawn from our data, with no tile server.
import L from "leaflet";
import { unpacked } from "./packing.js";

/** Widths in pixels at zoom 16, outside and inside the edge, and the zoom from which such lines are shown. */
const ROADS = {
  main: [11, 8, 0],
  street: [7.5, 5, 0],
  lane: [4.5, 3, 13.5],
  rail: [0, 2.5, 0],
  path: [0, 1.5, 13.75],
  taxiway: [0, 12, 13],
  runway: [0, 28, 0],
};
const STREAMS = { river: [8, 0], brook: [2, 13] };
/** From the ground up, and the zoom from which they are shown. */
const AREAS = { area: 0, town: 0, wood: 0, green: 0, military: 0, water: 0, building: 13 };
const OUTLINED = ["area", "military"];
const FENCES_FROM = 14.5;
const BARRIERS_FROM = 15.5;
const REFERENCE_ZOOM = 16;
/** What a place's dot takes above its name, where no town's name may lie. */
const DOT = 10;
const LABEL_ORDER = ["gate", "place", "locality"];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--map-${name}`).trim();

export class Basemap {
  constructor(map, data) {
    this.map = map;
    this.features = data.features.map(unpacked);
    this.canvas = L.canvas({ padding: 0.4, pane: "ground" });
    this.layers = L.layerGroup().addTo(map);
    this.lines = [];
    this.shapes = [];
    this.points = [];
    this.labels = [];
    this.bounds = this.#bounds();
    for (const [layer, from] of Object.entries(AREAS)) {
      this.#area(layer, from);
      if (layer === "water") this.#streams();
    }
    this.#lines("fence", this.#in("fence"), 1.5, FENCES_FROM);
    this.#roads();
    this.#barriers();
    for (const layer of LABEL_ORDER) this.#names(layer);
    this.#paint();
    this.thin();
    this.#listen();
  }

  /** Takes the map away, so that another one can be drawn. */
  remove() {
    this.leaving.abort();
    this.map.off(this.heard);
    this.layers.remove();
    this.canvas.remove();
  }

  #listen() {
    this.heard = {
      zoomend: () => {
        this.#scale();
        this.thin();
      },
      moveend: () => this.thin(),
    };
    this.map.on(this.heard);
    this.leaving = new AbortController();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#paint(), { signal: this.leaving.signal });
  }

  /** What the whole base is: its places and its own outline; as long as it has none, all that is drawn. */
  #bounds() {
    const own = this.features.filter((feature) => ["place", "gate", "area"].includes(layerOf(feature)));
    return L.geoJSON(own.length ? own : this.features).getBounds();
  }

  #in(layer) {
    return this.features.filter((feature) => layerOf(feature) === layer);
  }

  #area(layer, from) {
    // Filled by winding: where two woods overlap there is a wood, and a hole stays one.
    const style = { stroke: OUTLINED.includes(layer), weight: 1.5, dashArray: "6 4", fillOpacity: 1, fillRule: "nonzero" };
    const shape = this.#geometry(this.#in(layer), style);
    if (shape) this.shapes.push({ shape, layer, from });
  }

  #streams() {
    const streams = this.#in("stream");
    for (const [kind, [width, from]] of Object.entries(STREAMS)) this.#lines("water", ofClass(streams, kind), width, from);
  }

  /** Edges first for all roads, then their insides, so that crossings look like crossings. */
  #roads() {
    const roads = this.#in("road");
    for (const inside of [0, 1]) {
      for (const [kind, widths] of Object.entries(ROADS).reverse()) {
        if (widths[inside]) this.#lines(roadColour(kind, inside), ofClass(roads, kind), widths[inside], widths[2]);
      }
    }
  }

  #lines(name, features, width, from) {
    const shape = this.#geometry(features, { lineCap: "round", lineJoin: "round" });
    if (shape) this.lines.push({ shape, width, name, from });
  }

  #barriers() {
    const shape = this.#geometry(this.#in("barrier"), { weight: 1, fillOpacity: 1 });
    if (shape) this.points.push({ shape, from: BARRIERS_FROM });
  }

  #geometry(features, style) {
    if (!features.length) return null;
    const own = { interactive: false, renderer: this.canvas };
    const pointToLayer = (feature, at) => L.circleMarker(at, { ...own, radius: feature.properties.class === "gate" ? 3.5 : 2 });
    return L.geoJSON(features, { ...own, pointToLayer, style: { ...style, renderer: this.canvas } }).addTo(this.layers);
  }

  #names(layer) {
    for (const { geometry, properties } of this.#in(layer)) {
      const [lon, lat] = geometry.coordinates;
      const element = document.createElement("span");
      element.className = `map-name map-name--${properties.class ?? layer}`;
      element.textContent = properties.name;
      const icon = L.divIcon({ className: "map-name-anchor", html: element, iconSize: [0, 0] });
      L.marker([lat, lon], { icon, interactive: false, keyboard: false, pane: "names" }).addTo(this.layers);
      this.labels.push({ element, below: layer === "locality" ? DOT : 0 });
    }
  }

  #paint() {
    this.map.getContainer().style.background = colour("land");
    for (const { shape, layer } of this.shapes) shape.setStyle({ fillColor: colour(layer), color: colour(`${layer}-line`) });
    for (const { shape, name } of this.lines) shape.setStyle({ color: colour(name) });
    for (const { shape } of this.points) shape.setStyle({ color: colour("text-halo"), fillColor: colour("barrier") });
    this.#scale();
  }

  #scale() {
    const zoom = this.map.getZoom();
    const factor = 1.6 ** (zoom - REFERENCE_ZOOM);
    for (const { shape, width, from } of this.lines) shape.setStyle({ stroke: zoom >= from, weight: Math.max(0.75, width * factor) });
    for (const { shape, from } of this.shapes) shape.setStyle({ fill: zoom >= from });
    for (const { shape, from } of this.points) shape.setStyle({ fill: zoom >= from, stroke: zoom >= from });
  }

  /** Leaves out the names that would lie on another, or on a stop. */
  thin() {
    const taken = [...this.map.getContainer().querySelectorAll(".map-stop > div > *")].map((part) => part.getBoundingClientRect());
    for (const { element } of this.labels) element.hidden = false;
    for (const { element, below } of this.labels) {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const box = { left, right, top, bottom: bottom + below };
      element.hidden = taken.some((other) => overlap(box, other));
      if (!element.hidden) taken.push(box);
    }
  }
}

const layerOf = ({ properties }) => properties.layer;
const ofClass = (features, name) => features.filter(({ properties }) => properties.class === name);
const overlap = (a, b) => a.left < b.right + 4 && b.left < a.right + 4 && a.top < b.bottom + 2 && b.top < a.bottom + 2;

function roadColour(kind, inside) {
  if (["path", "rail", "runway"].includes(kind)) return kind;
  if (kind === "taxiway") return "runway";
  if (!inside) return kind === "main" ? "main-casing" : "road-casing";
  return kind === "main" ? "main" : "road";
}
