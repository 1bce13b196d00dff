// What a trail says, without a map: `points` are [second, latitude, longitude, heading], in order; `holes` [from, until].

/** The hole that this second lies in, if it lies in one: its ends are known. */
export const holeAt = ({ holes }, second) => holes.find(([from, until]) => from < second && second < until);

/** The last point that was known by then; before the first there is but the first. */
function lastKnown({ points }, second) {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (points[middle][0] <= second) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where the car was: between two points on the way from one to the next, in a hole where it was last. */
export function placeAt(trail, second) {
  const index = lastKnown(trail, second);
  const [from, lat, lon, heading] = trail.points[index];
  const next = trail.points[index + 1];
  if (!next || second <= from || holeAt(trail, second)) return { at: [lat, lon], heading };
  const part = (second - from) / (next[0] - from);
  return { at: [lat + (next[1] - lat) * part, lon + (next[2] - lon) * part], heading };
}

/** The lines to draw: what was driven, and from where to where nobody knows. */
export function pieces(trail) {
  const driven = [[]];
  const holes = [];
  trail.points.forEach(([second, lat, lon], index) => {
    const before = trail.points[index - 1];
    if (before && holeAt(trail, (before[0] + second) / 2)) {
      holes.push([before.slice(1, 3), [lat, lon]]);
      driven.push([]);
    }
    driven.at(-1).push([lat, lon]);
  });
  return { driven: driven.filter((points) => points.length > 1), holes };
}
