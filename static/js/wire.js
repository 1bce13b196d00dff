// Reads the frames in which positions travel: written by `tracking/wire.py`, described in docs/live.md.
const VERSION = 1;
const UNITS = 500_000; // to the degree
const SIDE = 65_536; // units from one square to the next
const HEADING_STEP = 2;
const UNKNOWN_HEADING = 255;

/** Returns `{at, drivers: [[id, latitude, longitude, heading or null, at], …]}`: degrees, and seconds since 1970.
 * Throws a RangeError when it is no frame that this page knows. */
export function decode(buffer) {
  const view = new DataView(buffer);
  if (view.getUint8(0) !== VERSION) throw new RangeError(`A frame of version ${view.getUint8(0)}`);
  const at = view.getUint32(1);
  const drivers = [];
  let place = 5;

  /** The whole number that begins here, seven bits a byte, the lowest first. */
  function take() {
    let number = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = view.getUint8(place++);
      number += (byte & 127) * factor;
      if (byte < 128) return number;
    }
  }

  while (place < view.byteLength) {
    const [row, column] = [view.getInt16(place), view.getInt16(place + 2)];
    place += 4;
    let id = 0;
    for (let left = take(); left > 0; left--) {
      id += take();
      const lat = (row * SIDE + view.getUint16(place)) / UNITS;
      const lon = (column * SIDE + view.getUint16(place + 2)) / UNITS;
      const heading = view.getUint8(place + 4);
      place += 5;
      const age = take();
      const seconds = age % 2 ? -(age + 1) / 2 : age / 2;
      drivers.push([id, lat, lon, heading === UNKNOWN_HEADING ? null : heading * HEADING_STEP, at - seconds]);
    }
  }
  return { at, drivers };
}
