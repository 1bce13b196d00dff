// The other half of tracking/packing.py: lines come as steps from point to point, in units of 1e-5 degrees.
const UNITS = 100_000;

/** Returns the feature as GeoJSON, whether its lines came packed or not. */
export function unpacked(feature) {
  const { type, packed } = feature.geometry;
  return packed ? { ...feature, geometry: { type, coordinates: points(packed) } } : feature;
}

function points(packed) {
  let x = 0;
  let y = 0;
  const walk = (part) => {
    if (!Number.isInteger(part[0])) return part.map(walk);
    const line = [];
    for (let at = 0; at < part.length; at += 2) line.push([(x += part[at]) / UNITS, (y += part[at + 1]) / UNITS]);
    return line;
  };
  return walk(packed);
}
