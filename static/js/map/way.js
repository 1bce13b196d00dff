// The selected mission's stops in order, and the way between them.
import L from "leaflet";

export class Way {
  constructor(map) {
    this.layer = L.layerGroup().addTo(map);
    this.drawn = "";
    this.stops = [];
  }

  /** Draws the way anew if the page shows another. Returns whether it did. */
  read() {
    const items = [...document.querySelectorAll("[data-way-stop]")].sort((a, b) => a.dataset.order - b.dataset.order);
    const line = document.querySelector("[data-way-line]")?.dataset.wayLine ?? "";
    const signature = line + items.map((item) => JSON.stringify(item.dataset)).join();
    if (signature === this.drawn) return false;
    this.drawn = signature;
    this.stops = items.map(({ dataset }) => L.latLng(dataset.lat, dataset.lon));
    this.layer.clearLayers();
    this.#line(line ? line.split(" ").map((point) => point.split(",").map(Number)) : this.stops, line === "");
    items.forEach((item, index) => this.#stop(item, index));
    return true;
  }

  /** A way that is not known road by road is dashed: it only says from where to where. */
  #line(points, isGuess) {
    if (points.length < 2) return;
    const shared = { interactive: false, className: "map-way" };
    L.polyline(points, { ...shared, className: "map-way-casing", weight: 8 }).addTo(this.layer);
    L.polyline(points, { ...shared, weight: 4, dashArray: isGuess ? "2 9" : null }).addTo(this.layer);
  }

  #stop({ dataset }, index) {
    const body = document.createElement("div");
    body.append(Object.assign(document.createElement("b"), { textContent: index + 1 }));
    body.append(Object.assign(document.createElement("span"), { textContent: dataset.label ?? "" }));
    const className = `map-stop ${"done" in dataset ? "is-done" : ""}`;
    const icon = L.divIcon({ className, html: body, iconSize: [26, 26] });
    L.marker([dataset.lat, dataset.lon], { icon, interactive: false, keyboard: false, pane: "stops" }).addTo(this.layer);
  }
}
