import assert from "node:assert/strict";
import { test } from "node:test";
import { Outcome, Taps } from "../../static/js/driver/taps.js";
import { Storage } from "./storage.js";

/** A phone whose network answers what the test says, and whose timers the test fires. */
function phone(storage = new Storage(), owner = "7") {
  const world = { storage, sent: [], timers: [], states: [], answers: [] };
  world.taps = new Taps({
    storage,
    owner,
    send: async ({ key }) => {
      world.sent.push(key);
      return world.answers.shift() ?? Outcome.DECIDED;
    },
    later: (wait, callback) => world.timers.push({ wait, callback }),
    changed: () => world.states.push(world.taps?.state),
  });
  world.keys = () => world.taps.waiting.map(({ key }) => key);
  return world;
}

test("a tap that the server has decided about leaves the phone", async () => {
  const { taps, sent, keys } = phone();
  await taps.add({ key: "a" });
  assert.deepEqual(sent, ["a"]);
  assert.deepEqual(keys(), []);
  assert.equal(taps.state, "idle");
});

test("without a network taps wait in order, and go out in order with the same keys", async () => {
  const { taps, sent, keys, timers, answers } = phone();
  answers.push(Outcome.UNREACHABLE, Outcome.UNREACHABLE);
  await taps.add({ key: "b" });
  await taps.add({ key: "a" });
  assert.deepEqual(sent, ["b", "b"]);
  assert.deepEqual(keys(), ["b", "a"]);
  assert.equal(taps.isStuck, true);
  assert.equal(timers.length, 1);
  await timers[0].callback();
  assert.deepEqual(sent, ["b", "b", "b", "a"]);
  assert.deepEqual(keys(), []);
});

test("a reload loses nothing, and nobody else sends it", async () => {
  const first = phone();
  first.answers.push(Outcome.UNREACHABLE);
  await first.taps.add({ key: "a", fields: { claimed_at: "then" } });
  const colleague = phone(first.storage, "70");
  await colleague.taps.flush();
  assert.deepEqual(colleague.sent, []);
  const reloaded = phone(first.storage);
  assert.equal(reloaded.taps.waiting[0].fields.claimed_at, "then");
  await reloaded.taps.flush();
  assert.deepEqual(reloaded.sent, ["a"]);
});

test("two flushes at once send a tap once", async () => {
  const { taps, sent } = phone();
  await Promise.all([taps.add({ key: "a" }), taps.flush(), taps.flush()]);
  assert.deepEqual(sent, ["a"]);
});

test("while retrying, what waits goes on being shown as waiting", async () => {
  const world = phone();
  world.answers.push(Outcome.UNREACHABLE, Outcome.UNREACHABLE);
  await world.taps.add({ key: "a" });
  world.states.length = 0;
  await world.timers[0].callback();
  assert.deepEqual(new Set(world.states), new Set([Outcome.UNREACHABLE]));
});

test("the wait between tries grows to fifteen seconds, and starts anew after a success", async () => {
  const { taps, timers, answers } = phone();
  answers.push(...Array(6).fill(Outcome.UNREACHABLE));
  await taps.add({ key: "a" });
  for (let i = 0; i < 5; i += 1) await timers[i].callback();
  assert.deepEqual(timers.map(({ wait }) => wait), [1000, 2000, 4000, 8000, 15_000, 15_000]);
  await timers[5].callback();
  answers.push(Outcome.UNREACHABLE);
  await taps.add({ key: "b" });
  assert.equal(timers[6].wait, 1000);
});

test("an ended session keeps the taps and does not knock again and again", async () => {
  const { taps, timers, keys, answers } = phone();
  answers.push(Outcome.SIGNED_OUT);
  await taps.add({ key: "a" });
  assert.deepEqual(timers, []);
  assert.deepEqual(keys(), ["a"]);
  assert.equal(taps.isStuck, true);
});
