// Keeps one car in the middle of the map, until the person moves the map or the car is no longer seen.
import L from "leaflet";
import { tell } from "../announcer.js";
import { icon, make, text } from "../texts.js";

const CLOSE = 15;
const ARROWS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

export class Follow {
  constructor(map, cars) {
    this.map = map;
    this.cars = cars;
    this.id = null;
    this.#button();
    document.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-follow]");
      if (button) this.#toggle(button.dataset.follow);
    });
    map.on("dragstart", () => this.#end("follow-moved"));
    map.getContainer().addEventListener("keydown", ({ key }) => ARROWS.includes(key) && this.#end("follow-moved"));
    // A live part that was fetched knows nothing of what is followed here.
    document.addEventListener("live:shown", () => this.#paint());
  }

  /** Brings the map to where the car is now; says so when it is nowhere any more. */
  read() {
    const at = this.#positionOf(this.id);
    if (at) this.#center(at);
    else if (this.id) this.#end("follow-lost");
    this.#paint();
  }

  #toggle(id) {
    this.id = this.id === id ? null : id;
    const at = this.#positionOf(this.id);
    this.#paint();
    this.cars.read();
    if (at) this.map.setView(at, Math.max(this.map.getZoom(), CLOSE));
  }

  #end(why) {
    if (!this.id) return;
    this.id = null;
    this.#paint();
    tell("info", text(why, { name: this.name }));
  }

  #center(at) {
    if (this.map.distance(at, this.map.getCenter()) < 1) return;
    // As long and as even as a car's own way on the screen, so that it stands still in the middle.
    this.map.panTo(at, { duration: 1, easeLinearity: 1, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  }

  #positionOf(id) {
    const item = id && document.getElementById(`crew-${id}`);
    if (item) this.name = item.dataset.label;
    return this.cars.listed().get(id)?.at;
  }

  #paint() {
    for (const button of document.querySelectorAll("[data-follow]")) button.ariaPressed = String(button.dataset.follow === this.id);
    const item = this.id ? document.getElementById(`crew-${this.id}`) : document.querySelector("[data-driver-id][data-lat][data-selected]");
    this.button.hidden = !item;
    if (!item) return;
    this.button.dataset.follow = item.dataset.driverId;
    this.button.ariaPressed = String(this.id !== null);
    this.words.textContent = text(this.id ? "following" : "follow", { name: item.dataset.label });
  }

  #button() {
    this.words = make("span");
    this.button = make("button", { class: "map-follow", type: "button", hidden: true, "data-follow": "", "data-hotkey": "f" }, icon("road"), this.words, make("kbd", { textContent: "F", "aria-hidden": "true" }));
    L.DomEvent.disableClickPropagation(this.button);
    this.map.getContainer().append(this.button);
  }
}
