// The live map's page: the list's hands, and the map beside it.
import { FleetMap } from "./fleet/map.js";
import "./fleet/list.js";

new FleetMap(document.querySelector("[data-map]")).begin();
