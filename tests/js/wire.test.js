import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Heard } from "../../static/js/heard.js";
import { decode } from "../../static/js/wire.js";

const bytes = (hex) => new Uint8Array(Buffer.from(hex, "hex")).buffer;
const vectors = JSON.parse(readFileSync(new URL("../tracking/frames.json", import.meta.url)));

for (const { what, hex, at, read } of vectors) {
  test(`a frame is read as it was meant: ${what}`, () => {
    assert.deepEqual(decode(bytes(hex)), { at, drivers: read });
  });
}

test("a frame that is cut off, or of another version, is refused", () => {
  const { hex } = vectors[1];
  for (const cut of [0, 4, 8, 12, hex.length / 2 - 1]) {
    assert.throws(() => decode(bytes(hex.slice(0, 2 * cut))), RangeError, `${cut} bytes`);
  }
  assert.throws(() => decode(bytes(`02${hex.slice(2)}`)), RangeError);
});

test("what is heard while the page is fetched outlives the fetch", () => {
  const heard = new Heard();
  heard.take({ at: 100, drivers: [[7, 48, -4, null, 99], [8, 48, -4, null, 99]] });
  heard.take({ at: 103, drivers: [[7, 48.1, -4, null, 102]] });
  assert.deepEqual(heard.since(103), [[7, 48.1, -4, null, 102]]);
  assert.deepEqual(heard.since(100).map(([id]) => id), [7, 8]);
});

test("what was heard before the page was made does not come back: it may have been forgotten since", () => {
  const heard = new Heard();
  heard.take({ at: 100, drivers: [[7, 48, -4, null, 99]] });
  assert.deepEqual(heard.since(101), []);
});
