// The large map of the control room: cars in groups when zoomed out, one of them followed, one of them chosen.
import { BaseMap } from "../map/base.js";
import { Follow } from "./follow.js";
import { Groups } from "./groups.js";

export class FleetMap extends BaseMap {
  constructor(element) {
    super(element);
    // The list says all of it, and better: what is drawn stays out of the way of screen readers and of the Tab key.
    for (const pane of ["names", "stops", "cars"]) this.map.getPane(pane).setAttribute("aria-hidden", "true");
    this.follow = new Follow(this.map, this.cars);
  }

  makeCars() {
    return new Groups(this.map);
  }

  carOfWay() {
    return [...this.cars.listed().values()].find(({ isSelected }) => isSelected)?.at;
  }

  read() {
    super.read();
    this.follow.read();
  }
}
