import assert from "node:assert/strict";
import { test } from "node:test";
import { ASK_AFTER, Ended, Freshness, SAY_AFTER, backoff } from "../../static/js/freshness.js";

/** A page at seq 10 beside a server whose answers the test gives by hand, on a clock that the test moves. */
function play() {
  const world = { time: 0, timers: [], loads: [], shown: [] };
  world.page = new Freshness({
    shown: 10,
    now: () => world.time,
    later: (wait, callback) => world.timers.push({ at: world.time + wait, callback }),
    changed: () => {},
    load: () => new Promise((answer, refuse) => world.loads.push({ answer, refuse })),
  });
  world.answer = async (seq) => {
    world.loads.at(-1).answer({ seq, show: () => world.shown.push(seq) });
    await new Promise(setImmediate);
  };
  world.refuse = async (error) => {
    world.loads.at(-1).refuse(error);
    await new Promise(setImmediate);
  };
  world.pass = (milliseconds) => {
    world.time += milliseconds;
    const due = world.timers.filter(({ at }) => at <= world.time);
    world.timers = world.timers.filter(({ at }) => at > world.time);
    due.forEach(({ callback }) => callback());
  };
  return world;
}

const step = (seq) => ({ type: "step", seq });

test("a step that the page already shows costs nothing", () => {
  const { page, loads } = play();
  page.hear(step(10));
  assert.equal(loads.length, 0);
});

test("a burst of steps is fetched at once, then once more, never two at a time", async () => {
  const world = play();
  for (const seq of [11, 12, 13]) world.page.hear(step(seq));
  assert.equal(world.loads.length, 1);
  await world.answer(11);
  assert.equal(world.loads.length, 1);
  world.pass(300);
  assert.equal(world.loads.length, 2);
  await world.answer(13);
  world.pass(10_000);
  assert.deepEqual(world.shown, [11, 13]);
  assert.equal(world.loads.length, 2);
});

test("a lost step is noticed by the next beat", async () => {
  const world = play();
  world.page.hear({ type: "beat", seq: 12 });
  await world.answer(12);
  assert.deepEqual(world.shown, [12]);
});

test("what was missed while away is fetched on reconnection, without being told", () => {
  const { page, loads } = play();
  page.opened();
  assert.equal(loads.length, 0);
  page.closed();
  page.opened();
  assert.equal(loads.length, 1);
});

test("silence: asked for before it is said, said when nobody answers, taken back on the first answer", async () => {
  const world = play();
  world.page.opened();
  world.pass(ASK_AFTER);
  assert.equal(world.page.tick(), true);
  assert.equal(world.loads.length, 1);
  assert.equal(world.page.state, "live");
  world.pass(SAY_AFTER - ASK_AFTER);
  assert.equal(world.page.state, "old");
  await world.answer(10);
  assert.equal(world.page.state, "live");
});

test("an answer older than what the person has just done is not shown", async () => {
  const world = play();
  world.page.hear(step(11));
  world.page.showing(12);
  await world.answer(11);
  assert.deepEqual(world.shown, []);
  assert.equal(world.page.shown, 12);
});

test("an answer older than what was heard is shown, and asked for again, but not for ever", async () => {
  const world = play();
  world.page.hear(step(20));
  for (let i = 0; i < 20; i++) {
    await world.answer(15);
    world.pass(5000);
  }
  assert.equal(world.loads.length, 6);
  assert.equal(world.page.shown, 15);
});

test("a network error is tried again within three seconds, and forgotten once it works", async () => {
  const world = play();
  world.page.hear(step(11));
  await world.refuse(new TypeError("network"));
  world.pass(3000);
  assert.equal(world.loads.length, 2);
  await world.answer(11);
  assert.equal(world.page.failures, 0);
});

test("a withdrawn right ends it: no more fetches, whatever is heard", async () => {
  const world = play();
  world.page.hear(step(11));
  await world.refuse(new Ended("forbidden"));
  world.page.hear(step(12));
  world.pass(60_000);
  world.page.tick();
  assert.equal(world.page.state, "ended");
  assert.equal(world.loads.length, 1);
});

test("waits double up to three seconds and differ from screen to screen", () => {
  assert.equal(backoff(0, () => 1), 250);
  assert.equal(backoff(0, () => 0), 125);
  assert.equal(backoff(50, () => 1), 3000);
});
