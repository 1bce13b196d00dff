// Pictures of a tile server, where the base's administrator chose one. Our own map lies below: it shows through where
// they do not come, and takes over when none does.
import L from "leaflet";

export function addTiles(map, { tiles, tilesAttribution, tilesMaxZoom }) {
  if (!tiles) return;
  const layer = L.tileLayer(tiles, { maxNativeZoom: Number(tilesMaxZoom), maxZoom: map.getMaxZoom() });
  // Their pictures bear the names of towns already.
  const container = map.getContainer();
  const source = L.control.attribution({ prefix: false }).addAttribution(escaped(tilesAttribution));
  let hasCome = false;
  layer.on("tileload", () => {
    if (hasCome) return;
    hasCome = true;
    container.classList.add("has-tiles");
    source.addTo(map);
  });
  layer.on("tileerror", () => hasCome || layer.remove());
  layer.addTo(map);
}

/** Leaflet takes an attribution as HTML: ours is words. */
const escaped = (words) => Object.assign(document.createElement("span"), { textContent: words }).innerHTML;
