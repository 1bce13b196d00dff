import assert from "node:assert/strict";
import { test } from "node:test";
import { holeAt, pieces, placeAt } from "../../static/js/trail.js";

const TRAIL = {
  points: [
    [0, 48, -4, 90],
    [10, 48.1, -4, 90],
    [2410, 49, -5, null],
    [2420, 49, -5.1, 270],
  ],
  holes: [
    [10, 2410],
    [2420, 2600],
  ],
};

test("between two points the car is on its way from one to the next", () => {
  assert.deepEqual(placeAt(TRAIL, 5), { at: [48.05, -4], heading: 90 });
  assert.deepEqual(placeAt(TRAIL, 10).at, [48.1, -4]);
});

test("in a hole the car stays where it was seen last", () => {
  for (const second of [11, 1200, 2409]) assert.deepEqual(placeAt(TRAIL, second).at, [48.1, -4]);
  assert.deepEqual(placeAt(TRAIL, 2410).at, [49, -5]);
});

test("before the first point and after the last there is that one", () => {
  assert.deepEqual(placeAt(TRAIL, -5).at, [48, -4]);
  assert.deepEqual(placeAt(TRAIL, 9999).at, [49, -5.1]);
});

test("a hole is between its ends, which are known", () => {
  assert.deepEqual([0, 10, 11, 2409, 2410, 2500].map((second) => holeAt(TRAIL, second)?.[0]), [undefined, undefined, 10, 10, undefined, 2420]);
});

test("nothing is drawn as driven across a hole", () => {
  const { driven, holes } = pieces(TRAIL);
  assert.deepEqual(driven, [
    [[48, -4], [48.1, -4]],
    [[49, -5], [49, -5.1]],
  ]);
  assert.deepEqual(holes, [[[48.1, -4], [49, -5]]]);
});
