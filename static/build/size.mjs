// What a first visit to a page without a map costs, compressed: `npm run size`. Exits 1 above the ceiling.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const CEILING = 100_000;
const PAGE = 6_000; // the HTML of a page, compressed
const PACKED = ["app.css", "app.js", "icons.svg"];
const AS_IS = ["Regular", "Medium", "Bold"].map((weight) => `fonts/Marianne-${weight}.woff2`);

const read = (name) => readFile(new URL(`../dist/${name}`, import.meta.url));
let total = PAGE;
for (const name of [...PACKED, ...AS_IS]) {
  const content = await read(name);
  const size = PACKED.includes(name) ? gzipSync(content, { level: 9 }).length : content.length;
  total += size;
  console.log(JSON.stringify({ file: name, bytes: size }));
}
console.log(JSON.stringify({ file: "first screen", bytes: total, ceiling: CEILING }));
process.exitCode = total > CEILING ? 1 : 0;
