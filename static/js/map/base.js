import L from "leaflet";
import { everySecond } from "../clock.js";
import { icon, make, text } from "../texts.js";
import { Basemap } from "./basemap.js";
import { Cars } from "./cars.js";
import { Picker } from "./picker.js";
import { sayWhatIsSeen } from "./seen.js";
import { addTiles } from "./tiles.js";
import { Way } from "./way.js";

// Room for the names of the stops, and for the buttons on the right.
const EDGE = { paddingTopLeft: [72, 56], paddingBottomRight: [88, 40], maxZoom: 17 };

const drawnAt = () => document.querySelector("[data-map-drawn]")?.dataset.mapDrawn;

/** A map of a base beside the list that it is a view of. `begin()` draws it. */
export class BaseMap {
  constructor(element) {
    this.element = element;
    element.setAttribute("role", "region");
    const isPicker = "mapPick" in element.dataset;
    element.setAttribute("aria-label", text(isPicker ? "map-pick-label" : "map-label"));
    const minZoom = isPicker ? 5 : 10;
    this.map = L.map(element, { zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom, maxZoom: 19 });
    // Below the tiles, which lie at 200 where a base has them; and above the way, at 400.
    this.map.createPane("ground").style.zIndex = 150;
    ["names", "stops", "cars"].forEach((name, i) => (this.map.createPane(name).style.zIndex = 610 + 10 * i));
    this.map.setView([46.6, 2.4], 10);
    this.cars = this.makeCars();
    this.way = new Way(this.map);
    this.isHeld = false;
    if (isPicker) this.picker = new Picker(this.map, element.dataset);
    this.map.on("dragstart", () => (this.isHeld = true));
    if ("mapSays" in element.dataset) sayWhatIsSeen(this.map);
    this.#controls();
    addTiles(this.map, element.dataset);
  }

  makeCars() {
    return new Cars(this.map);
  }

  /** Draws the base's map, in place of the one that was there. */
  async #draw() {
    this.drawn = drawnAt();
    try {
      const response = await fetch(this.element.dataset.map);
      if (!response.ok) throw new Error(response.statusText);
      const data = await response.json();
      this.basemap?.remove();
      this.basemap = new Basemap(this.map, data);
      this.source?.remove();
      this.source = data.attribution ? L.control.attribution({ prefix: false }).addAttribution(data.attribution).addTo(this.map) : null;
      this.element.querySelector(".map-failed")?.remove();
    } catch (error) {
      this.drawn = null; // the next time that the page is shown, it is tried again
      console.warn("The base's map could not be drawn.", error);
      this.element.querySelector(".map-failed")?.remove();
      this.element.append(make("p", { class: "map-failed", textContent: text("map-failed") }));
    }
  }

  /** Draws a map that came meanwhile. Whoever looked at nothing is shown it. */
  async #redraw() {
    const wasEmpty = !this.basemap?.bounds.isValid();
    await this.#draw();
    if (wasEmpty && !this.isHeld) this.home();
  }

  async begin() {
    await this.#draw();
    this.read();
    this.#start();
    everySecond(() => this.read());
    document.addEventListener("live:shown", () => {
      if (drawnAt() !== this.drawn) this.#redraw();
      this.read();
    });
    document.addEventListener("live:positions", () => this.read());
  }

  /** Brings the map into line with the page. */
  read() {
    this.cars.read();
    const isOther = this.way.read(this.carOfWay());
    if (isOther) this.basemap?.thin();
    if ("mapFit" in this.element.dataset) {
      if (!this.isHeld) this.#follow(this.#subject, EDGE);
    } else if (isOther) this.#showWay();
  }

  /** Returns where the car of the way is: on a page about one ride, the only one. */
  carOfWay() {
    return "mapFit" in this.element.dataset ? this.cars.positions[0] : null;
  }

  get #subject() {
    return L.latLngBounds([...this.cars.positions, ...this.way.stops]);
  }

  /** The first look: the whole base, or as much closer or farther as the way that is chosen already takes. */
  #start() {
    this.home();
    this.#showWay();
  }

  #showWay() {
    const whole = L.latLngBounds([...this.way.stops, this.carOfWay()].filter(Boolean));
    this.#follow(whole, { ...EDGE, maxZoom: this.map.getZoom() });
  }

  #follow(subject, options) {
    if (subject.isValid() && !this.map.getBounds().contains(subject)) this.map.fitBounds(subject, options);
  }

  /** Shows the whole base, or car and stops on a page about one ride, or the point that is being chosen. */
  home() {
    this.isHeld = false;
    const subject = this.#subject;
    if (this.picker?.isCentre) this.map.fitBounds(this.picker.bounds, { padding: [16, 16] });
    else if ("mapFit" in this.element.dataset && subject.isValid()) this.map.fitBounds(subject, EDGE);
    else if (this.basemap?.bounds.isValid()) this.map.fitBounds(this.basemap.bounds, { padding: [16, 16] });
    else if (this.picker) this.map.fitBounds(this.picker.bounds, EDGE);
    else if (subject.isValid()) this.map.fitBounds(subject, EDGE);
  }

  #controls() {
    const zoom = L.control.zoom({ position: "topright", zoomInTitle: text("zoom-in"), zoomOutTitle: text("zoom-out") }).addTo(this.map);
    const home = make("a", { class: "leaflet-control-home", href: "#", role: "button", title: text("map-home"), ariaLabel: text("map-home") }, icon("locate"));
    L.DomEvent.disableClickPropagation(home).on(home, "click", (event) => {
      L.DomEvent.preventDefault(event);
      this.home();
    });
    zoom.getContainer().append(home);
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(this.map);
    new ResizeObserver(() => {
      const wasHidden = this.map.getSize().x === 0;
      this.map.invalidateSize({ animate: false });
      if (wasHidden && !this.isHeld) this.#start();
    }).observe(this.element);
  }
}
