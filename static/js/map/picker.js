// A pin that chooses a point. Two fields are the truth and the keyboard's way: the pin follows them, and they follow it.
import L from "leaflet";
import { announce } from "../announcer.js";
import { text } from "../texts.js";

const DIGITS = 6; // a tenth of a metre

export class Picker {
  constructor(map, { mapPick, mapRadius, mapArea }) {
    this.map = map;
    [this.lat, this.lon] = mapPick.split(" ").map((id) => document.getElementById(id));
    this.radius = document.getElementById(mapRadius);
    this.#area(mapArea);
    this.#pin();
    for (const field of [this.lat, this.lon, this.radius]) field.addEventListener("input", () => this.read());
    map.on("click", ({ latlng }) => this.#choose(latlng));
    this.read();
  }

  /** Where the map looks first: what is chosen, with as much around it as it means. */
  get bounds() {
    if (!this.map.hasLayer(this.pin)) return this.area.getBounds();
    return this.isCentre ? this.circle.getBounds() : this.pin.getLatLng().toBounds(600);
  }

  /** Brings pin and circle into line with the fields; without a point there is neither. */
  read() {
    const at = [this.lat, this.lon].map(({ value }) => Number(value.replace(",", ".") || NaN));
    const isPoint = Math.abs(at[0]) <= 90 && Math.abs(at[1]) <= 180;
    for (const layer of [this.pin, this.circle]) layer[isPoint ? "addTo" : "removeFrom"](this.map);
    if (!isPoint) return;
    this.pin.setLatLng(at);
    this.circle.setLatLng(at).setRadius(Number(this.radius.value) || 0);
    this.area.getElement()?.toggleAttribute("hidden", this.isCentre);
  }

  #choose(at) {
    const { lat, lng } = at.wrap();
    [this.lat.value, this.lon.value] = [lat, lng].map((degrees) => degrees.toFixed(DIGITS));
    this.read();
    announce(text("map-picked", { lat: this.lat.value, lon: this.lon.value }));
  }

  #area(words) {
    const [lat, lon, radius] = words.split(" ").map(Number);
    this.isCentre = this.radius.id.includes("area");
    this.area = L.circle([lat, lon], { radius, interactive: false, fill: false, className: "map-area" }).addTo(this.map);
  }

  #pin() {
    const icon = L.divIcon({ className: "map-pin", iconSize: [32, 40], iconAnchor: [16, 38] });
    this.circle = L.circle([0, 0], { radius: 0, interactive: false, className: this.isCentre ? "map-area" : "map-reach" });
    // The fields are the keyboard's way: a pin in the tab order would be a stop where nothing can be pressed.
    this.pin = L.marker([0, 0], { icon, draggable: true, keyboard: false, pane: "stops" });
    this.pin.on("drag", ({ latlng }) => this.circle.setLatLng(latlng));
    this.pin.on("dragend", () => this.#choose(this.pin.getLatLng()));
  }
}
