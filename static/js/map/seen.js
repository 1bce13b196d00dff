// Of many cars a map hears those that it shows: it says on the socket which part of the ground that is.
const PAUSE = 500;

/** Tells the server what the map shows, whenever that has changed, and after each new connection. */
export function sayWhatIsSeen(map) {
  let waiting = null;
  const say = () => {
    waiting = null;
    const bounds = map.getBounds();
    const sees = [bounds.getSouth(), bounds.getWest(), bounds.getNorth(), bounds.getEast()];
    document.dispatchEvent(new CustomEvent("live:send", { cancelable: true, detail: { sees: sees.map((edge) => Number(edge.toFixed(5))) } }));
  };
  map.on("moveend resize", () => (waiting ??= setTimeout(say, PAUSE)));
  document.addEventListener("live:opened", say);
}
