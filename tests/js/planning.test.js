import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale, usualHours } from "../../static/js/planning/scale.js";

const WEEK = [0, 1, 2, 3, 4, 5, 6, 7].map((day) => day * 1440);
const at = (moment) => Date.parse(moment) / 1000;
const week = () => new Scale({ starts: WEEK, origin: at("2026-11-30T00:00+01:00"), zone: "Europe/Paris", snap: 30 });
// The clocks go back at three: the day has 25 hours.
const autumn = () => new Scale({ starts: [0, 1500], origin: at("2026-10-25T00:00+02:00"), zone: "Europe/Paris", snap: 15 });

test("places and shares of the line lead to one another", () => {
  for (const scale of [week(), autumn()]) {
    for (let place = 0; place < scale.length; place += 15) assert.equal(Math.round(scale.placeAt(scale.share(place))), place);
  }
});

test("each day takes the same room, whichever hours it has", () => {
  const scale = new Scale({ starts: [0, 1380, 2820], origin: at("2026-03-29T00:00+01:00"), zone: "Europe/Paris", snap: 30 });
  assert.equal(scale.share(1380), 0.5);
  assert.deepEqual([0, 1379, 1380, 2820].map((place) => scale.dayOf(place)), [0, 0, 1, 1]);
});

test("what lies outside stands at the edge", () => {
  assert.equal(week().share(-60), 0);
  assert.equal(week().share(99_999), 1);
  assert.equal(week().placeAt(1.5), WEEK[7]);
});

test("a place is a time on the base's clock", () => {
  assert.equal(week().stamp(480), "2026-11-30T08:00");
  assert.equal(week().stamp(WEEK[7]), "2026-12-07T00:00");
  assert.equal(autumn().clock(60), "01:00");
  assert.equal(autumn().clock(180), "02:00");
  assert.equal(autumn().clock(240), "03:00");
});

test("a hand is held to half hours or quarters", () => {
  assert.deepEqual([14, 16, 44, 46, -14, -16].map((place) => week().snapped(place) + 0), [0, 30, 30, 60, 0, -30]);
  assert.equal(autumn().snapped(8), 15);
});

test("moving keeps the length, stretching leaves something", () => {
  const shift = { first: 480, last: 960 };
  assert.deepEqual(week().changed(shift, "move", 60), { first: 540, last: 1020 });
  assert.deepEqual(week().changed(shift, "begin", 900), { first: 930, last: 960 });
  assert.deepEqual(week().changed(shift, "end", -900), { first: 480, last: 510 });
});

test("usual hours that end before they begin end on the day after", () => {
  assert.deepEqual(usualHours("2026-12-31T00:00", ["22:00", "06:00"]), { begins: "2026-12-31T22:00", ends: "2027-01-01T06:00" });
  assert.deepEqual(usualHours("2026-12-31T00:00", ["08:00", "16:00"]), { begins: "2026-12-31T08:00", ends: "2026-12-31T16:00" });
});

test("a time in words names its days when it lasts for more than one, or nobody knows how long", () => {
  assert.equal(week().words({ first: 480, last: 960 }), "08:00–16:00");
  assert.equal(week().words({ first: 1320, last: 1800 }), "22:00–06:00");
  assert.equal(week().words({ first: 480, last: 4 * 1440 + 1080 }), "Mon 30 08:00 – Fri 4 18:00");
  assert.equal(week().words({ first: 480, last: WEEK[7] }, { isOpen: true }), "Mon 30 08:00–…");
});

test("days later the clock shows the same, also after it has changed", () => {
  const spring = new Scale({ starts: [0, 1440, 2820], origin: at("2026-03-28T00:00+01:00"), zone: "Europe/Paris", snap: 30 });
  const later = spring.daysLater(480, 1);
  assert.equal(spring.stamp(later), "2026-03-29T08:00");
  assert.equal(spring.daysLater(later, -1), 480);
  assert.equal(spring.daysLater(480, -1), undefined);
  assert.equal(spring.daysLater(480, 2), undefined);
});


// Saturday and the Sunday on which the clocks go back at three, or forward at two.
const back = () => new Scale({ starts: [0, 1440, 2940], origin: at("2026-10-24T00:00+02:00"), zone: "Europe/Paris", snap: 30 });
const forward = () => new Scale({ starts: [0, 1440, 2820], origin: at("2026-03-28T00:00+01:00"), zone: "Europe/Paris", snap: 30 });
const shown = (scale, { first, last }) => `${scale.stamp(first)} ${scale.stamp(last)}`;

test("straight across onto a day of another length, the clock stays", () => {
  for (const [scale, day] of [[back(), "2026-10-25"], [forward(), "2026-03-29"]]) {
    for (const share of [0.01, 0.1, 0.25, 0.49]) {
      const by = scale.snapped(scale.along(scale.placeAt(share), scale.placeAt(share + 0.5)));
      assert.equal(shown(scale, scale.changed({ first: 480, last: 960 }, "move", by)), `${day}T08:00 ${day}T16:00`);
    }
  }
});

test("within such a day a block goes as far as the hand", () => {
  const scale = back();
  const [one, nine] = [scale.later(1440, 60), scale.later(1440, 540)];
  assert.equal(scale.along(one, nine), 480);
  assert.equal(shown(scale, scale.changed({ first: one, last: one + 60 }, "move", 480)), "2026-10-25T09:00 2026-10-25T10:00");
});

test("an end goes to the first of two moments that the clock shows the same", () => {
  const scale = back();
  const twice = 1440 + 210; // half past two for the second time
  const { last } = scale.changed({ first: 1440, last: 1500 }, "end", scale.towards(1500, twice));
  assert.equal(last, 1440 + 150);
});

test("what the clock skips comes after, and something is left of a block", () => {
  const scale = forward();
  assert.equal(scale.stamp(scale.later(1440, 150)), "2026-03-29T03:30");
  const { first, last } = scale.changed({ first: 150, last: 180 }, "move", 1440);
  assert.ok(first < last);
});

test("half an hour of summer time is no other matter", () => {
  const scale = new Scale({ starts: [0, 1440, 2910], origin: at("2026-04-04T00:00+11:00"), zone: "Australia/Lord_Howe", snap: 30 });
  assert.equal(scale.stamp(scale.later(480, 1440)), "2026-04-05T08:00");
});
