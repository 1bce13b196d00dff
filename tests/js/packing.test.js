import assert from "node:assert/strict";
import { test } from "node:test";
import { unpacked } from "../../static/js/map/packing.js";

const feature = (geometry) => ({ type: "Feature", properties: { layer: "road" }, geometry });

test("lines come out of their steps, through the whole geometry", () => {
  const { geometry, properties } = unpacked(feature({ type: "MultiLineString", packed: [[100000, 200000, 1, 2], [0, -3]] }));
  assert.deepEqual(geometry, { type: "MultiLineString", coordinates: [[[1, 2], [1.00001, 2.00002]], [[1.00001, 1.99999]]] });
  assert.deepEqual(properties, { layer: "road" });
});

test("polygons keep their rings, and what is not packed stays as it is", () => {
  const { geometry } = unpacked(feature({ type: "MultiPolygon", packed: [[[0, 0, 1, 0, 0, 1], [1, 1, 1, 1]]] }));
  assert.deepEqual(geometry.coordinates, [[[[0, 0], [0.00001, 0], [0.00001, 0.00001]], [[0.00002, 0.00002], [0.00003, 0.00003]]]]);
  const plain = feature({ type: "Point", coordinates: [1, 2] });
  assert.equal(unpacked(plain), plain);
});
