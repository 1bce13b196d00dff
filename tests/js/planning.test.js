import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, Scale, usualHours } from "../../static/js/planning/scale.js";

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
  assert.deepEqual(changed(shift, "move", 60, 30), { first: 540, last: 1020 });
  assert.deepEqual(changed(shift, "begin", 900, 30), { first: 930, last: 960 });
  assert.deepEqual(changed(shift, "end", -900, 30), { first: 480, last: 510 });
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
