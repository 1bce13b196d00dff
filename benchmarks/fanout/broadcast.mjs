// A peer: the plainest broadcaster in Node. Positions come in as lines of JSON and go to every viewer at once, or, with
// "batch", the newest of each vehicle once a second.   node benchmarks/fanout/broadcast.mjs PORT [batch]
import { createInterface } from "node:readline";
import { WebSocketServer } from "ws";

const [port, mode] = process.argv.slice(2);
const server = new WebSocketServer({ port: Number(port), host: "127.0.0.1", perMessageDeflate: false });
const newest = new Map();

function broadcast(text) {
  for (const client of server.clients) client.send(text);
}

createInterface({ input: process.stdin }).on("line", (line) => {
  if (mode === "batch") newest.set(JSON.parse(line)[0], line);
  else broadcast(line);
});
if (mode === "batch") {
  setInterval(() => {
    if (newest.size) broadcast(`[${[...newest.values()].join(",")}]`);
    newest.clear();
  }, 1000);
}
