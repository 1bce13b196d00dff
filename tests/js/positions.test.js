import assert from "node:assert/strict";
import { test } from "node:test";
import { BATCH, OLDEST, Positions } from "../../static/js/driver/positions.js";
import { Outcome } from "../../static/js/driver/taps.js";
import { Storage } from "./storage.js";

/** A phone whose network answers what the test says, and whose clock the test sets (milliseconds). */
function phone(storage = new Storage(), owner = "7") {
  const world = { storage, sent: [], answers: [], time: 1_800_000_000_000 };
  world.positions = new Positions({
    storage,
    owner,
    send: async (points) => {
      world.sent.push(points.map(({ at }) => at));
      return world.answers.shift() ?? Outcome.DECIDED;
    },
    now: () => world.time,
  });
  world.find = (seconds = 1) => {
    world.time += seconds * 1000;
    world.positions.add({ lat: 48, lon: -4, at: world.time / 1000 });
    return world.time / 1000;
  };
  return world;
}

test("a position that the server has decided about leaves the phone", async () => {
  const { positions, sent, find } = phone();
  const at = find();
  assert.equal(positions.count, 1);
  await positions.flush();
  assert.deepEqual(sent, [[at]]);
  assert.equal(positions.count, 0);
});

test("a tunnel of forty minutes goes out whole and in order, in batches that the server takes", async () => {
  const { positions, sent, answers, find } = phone();
  answers.push(Outcome.UNREACHABLE);
  const way = [];
  for (let second = 0; second < 2400; second += 1) {
    way.push(find());
    if (second === 0) await positions.flush();
  }
  assert.equal(positions.count, 2400);
  await positions.flush();
  assert.deepEqual(sent.slice(1).flat(), way);
  assert.ok(sent.every((batch) => batch.length <= BATCH));
  assert.equal(positions.count, 0);
});

test("what was not taken stays, and is asked again after a rest that grows", async () => {
  const world = phone();
  const { positions, sent, answers, find } = world;
  answers.push(Outcome.UNREACHABLE, Outcome.UNREACHABLE);
  find();
  await positions.flush();
  await positions.flush();
  assert.equal(sent.length, 1, "it rests");
  world.time += 1000;
  await positions.flush();
  world.time += 1000;
  await positions.flush();
  assert.equal(sent.length, 2, "longer the second time");
  assert.equal(positions.count, 1);
  await positions.wake();
  assert.equal(sent.length, 3, "the network is back");
  assert.equal(positions.count, 0);
});

test("only one batch is on its way at a time", async () => {
  const { positions, sent, find } = phone();
  find();
  await Promise.all([positions.flush(), positions.flush()]);
  assert.equal(sent.length, 1);
});

test("what is found while a batch is on its way is kept", async () => {
  const { positions, sent, find } = phone();
  const first = find();
  const going = positions.flush();
  const second = find();
  await going;
  assert.deepEqual(sent, [[first], [second]]);
});

test("they outlive the page, and are their owner's", async () => {
  const { storage, find } = phone();
  find();
  assert.equal(phone(storage).positions.count, 1);
  assert.equal(phone(storage, "71").positions.count, 0);
});

test("what is older than the server takes is dropped, whoever's it is", async () => {
  const world = phone();
  world.find();
  const later = phone(world.storage, "8");
  later.time = world.time + OLDEST;
  await later.positions.flush();
  assert.equal(world.storage.length, 0);
  assert.deepEqual(later.sent, []);
});

test("never more than an hour of them is kept, and rather the newest", async () => {
  const { positions, storage, find } = phone();
  for (let n = 0; n < 3700; n += 1) find(0.5);
  const last = find(0.5);
  assert.equal(positions.count, 3600);
  assert.ok([...storage.items.keys()].some((key) => key.endsWith(String(last * 1000))));
});

test("a phone without room makes some", () => {
  const { positions, storage, find } = phone();
  for (let n = 0; n < 600; n += 1) find();
  storage.setItem = () => {
    throw new Error("QuotaExceededError");
  };
  find();
  assert.equal(positions.count, 100);
});

test("whoever stops sharing takes nothing along", async () => {
  const { positions, sent, storage, find } = phone();
  storage.setItem("tap:7:a", "{}");
  find();
  positions.clear();
  await positions.flush();
  assert.deepEqual(sent, []);
  assert.equal(storage.length, 1, "taps are not positions");
});
