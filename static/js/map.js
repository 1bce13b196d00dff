import { BaseMap } from "./map/base.js";

for (const element of document.querySelectorAll("[data-map]")) new BaseMap(element).begin();
