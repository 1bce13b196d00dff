// Plays a mission that is over once more: one slider for the map and the list.
import { timeOfDay } from "./clock.js";
import { BaseMap } from "./map/base.js";
import { Trail } from "./map/trail.js";
import { make } from "./texts.js";
import { holeAt } from "./trail.js";

const FRAME_MS = 100;

class Replay {
  constructor(element) {
    this.element = element;
    this.ground = new BaseMap(element.querySelector("[data-map]"));
    this.slider = element.querySelector("input[type=range]");
    this.clock = element.querySelector("output");
    this.speed = element.querySelector("select");
    this.button = element.querySelector("[data-replay-play]");
    this.moments = [...document.querySelectorAll("[data-moment]")];
    this.#begin();
  }

  async #begin() {
    await this.ground.begin();
    try {
      const response = await fetch(this.element.dataset.replay);
      if (!response.ok) throw new Error(response.statusText);
      this.trail = await response.json();
    } catch (error) {
      console.warn("The trail could not be fetched.", error);
      this.element.querySelector("[data-replay-status]").textContent = this.element.dataset.textFailed;
      return;
    }
    const { map } = this.ground;
    this.drawn = new Trail(map, this.trail, this.element.dataset.car);
    this.drawn.stops([...document.querySelectorAll("[data-trip-stop]")]);
    map.fitBounds(this.drawn.bounds, { padding: [48, 48], maxZoom: 17, animate: false });
    this.#controls();
    this.#show(0);
  }

  #controls() {
    const { points, holes } = this.trail;
    const ends = [points.at(-1)[0], holes.at(-1)?.[1] ?? 0, ...this.moments.map((moment) => this.#second(moment))];
    this.slider.max = Math.ceil(Math.max(...ends));
    this.slider.addEventListener("input", () => {
      this.#stop();
      this.#show(Number(this.slider.value));
    });
    this.button.addEventListener("click", () => (this.playing ? this.#stop() : this.#play()));
    for (const moment of this.moments) this.#link(moment);
    this.element.querySelector("[data-replay-bar]").hidden = false;
  }

  /** Makes the time of a line lead there. */
  #link(moment) {
    const time = moment.querySelector("time");
    const label = this.element.dataset.textGo.replace("{time}", time.textContent);
    const button = make("button", { type: "button", class: "link-button", "aria-label": label, textContent: time.textContent });
    button.addEventListener("click", () => {
      this.#stop();
      this.#show(this.#second(moment));
    });
    time.replaceChildren(button);
  }

  #second(moment) {
    return Number(moment.dataset.moment) - Number(this.element.dataset.start);
  }

  #play() {
    if (this.second >= Number(this.slider.max)) this.#show(0);
    this.button.textContent = this.button.dataset.pause;
    this.playing = setInterval(() => {
      this.#show(Math.min(this.second + (FRAME_MS / 1000) * Number(this.speed.value), Number(this.slider.max)));
      if (this.second >= Number(this.slider.max)) this.#stop();
    }, FRAME_MS);
  }

  #stop() {
    clearInterval(this.playing);
    this.playing = undefined;
    this.button.textContent = this.button.dataset.play;
  }

  #show(second) {
    this.second = second;
    this.slider.value = second;
    const words = this.#inWords(second);
    this.slider.setAttribute("aria-valuetext", words);
    this.clock.textContent = words;
    this.drawn.show(second);
    const passed = this.moments.filter((moment) => this.#second(moment) <= second).at(-1);
    for (const moment of this.moments) mark(moment, moment === passed);
  }

  #inWords(second) {
    const time = this.#time(second);
    const hole = holeAt(this.trail, second);
    if (!hole) return time;
    const [from, until] = hole.map((end) => this.#time(end));
    return this.element.dataset.textHole.replace("{time}", time).replace("{from}", from).replace("{until}", until);
  }

  #time(second) {
    return timeOfDay((Number(this.element.dataset.start) + second) * 1000, this.element.dataset.zone);
  }
}

function mark(moment, isCurrent) {
  if (isCurrent) moment.setAttribute("aria-current", "true");
  else moment.removeAttribute("aria-current");
}

for (const element of document.querySelectorAll("[data-replay]")) new Replay(element);
