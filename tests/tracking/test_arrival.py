"""When a car counts as there: cases that one can check with a pencil, and what must hold for every drive."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.arrival import DWELL, OUTSIDE, Dwell, Fix, Spot, judge

GATE = Spot(48.381, -4.494, radius=60)
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
METRES_PER_DEGREE = 111_195.0  # on the sphere that distances are measured on


def fix(seconds: float, east: float = 0, north: float = 0, accuracy: float = 8) -> Fix:
    """Return a position so many metres from the gate, so many seconds after noon."""
    longitude = GATE.longitude + east / METRES_PER_DEGREE / math.cos(math.radians(GATE.latitude))
    return Fix(GATE.latitude + north / METRES_PER_DEGREE, longitude, NOON + timedelta(seconds=seconds), accuracy)


def after(*fixes: Fix, spot: Spot = GATE) -> Dwell:
    return judge(OUTSIDE, fixes, spot)


def standing(seconds: Iterable[float], east: float = 0, accuracy: float = 8) -> list[Fix]:
    return [fix(second, east, accuracy=accuracy) for second in seconds]


class TestComing:
    def test_a_car_that_stands_for_twenty_seconds_is_there_since_it_came(self) -> None:
        assert not after(*standing(range(20))).is_there
        dwell = after(*standing(range(21)))
        assert (dwell.is_there, dwell.since) == (True, NOON)

    def test_two_positions_suffice_when_the_phone_tells_little(self) -> None:
        assert after(fix(0), fix(60)).is_there

    def test_one_does_not_however_long_ago(self) -> None:
        assert not after(fix(0)).is_there

    def test_nor_do_two_with_a_long_silence_between(self) -> None:
        assert not after(fix(0), fix(301)).is_there
        assert after(fix(0), fix(300)).is_there

    def test_one_astray_among_others_outside_does_not(self) -> None:
        drive = [fix(n, east=500 + n) for n in range(0, 60, 5)]
        drive[6] = fix(30)
        assert after(*drive) == OUTSIDE

    @pytest.mark.parametrize("kmh", [30, 50, 90])
    def test_whoever_drives_past_is_not_there(self, kmh: int) -> None:
        speed = kmh / 3.6
        past = [fix(n, east=-300 + speed * n) for n in range(int(600 / speed))]
        assert not any(judge(OUTSIDE, past[:n], GATE).is_there for n in range(len(past) + 1))

    def test_a_walking_pace_through_a_wide_place_is_not_standing(self) -> None:
        wide = Spot(GATE.latitude, GATE.longitude, radius=400)
        crawl = [fix(n, east=-390 + 2.5 * n) for n in range(312)]
        assert not any(judge(OUTSIDE, crawl[:n], wide).is_there for n in range(len(crawl) + 1))

    def test_the_traffic_light_before_the_gate_is_not_the_gate(self) -> None:
        assert after(*standing(range(0, 180, 5), east=80)) == OUTSIDE

    def test_the_one_within_its_radius_is_until_the_car_drives_on(self) -> None:
        red = standing(range(0, 40, 5), east=50)
        assert after(*red).is_there
        green = [fix(40 + n, east=50 + 10 * n) for n in range(10)]
        assert not after(*red, *green).is_there

    def test_a_car_park_where_the_position_wanders(self) -> None:
        wander = [(0, 0), (14, -9), (-12, 11), (6, 16), (-15, -3), (9, 9), (2, -13)]
        jitter = [fix(5 * n, east=20 + x, north=y, accuracy=15) for n, (x, y) in enumerate(wander)]
        assert after(*jitter).since == NOON

    def test_what_is_vaguer_than_the_place_is_wide_says_nothing(self) -> None:
        narrow = Spot(GATE.latitude, GATE.longitude, radius=20)
        assert after(*standing(range(60), accuracy=30), spot=narrow) == OUTSIDE
        assert after(*standing(range(60), accuracy=51)) == OUTSIDE
        assert after(*standing(range(60), accuracy=50)).is_there


class TestLeaving:
    there = after(*standing(range(0, 31, 5)))

    def test_takes_one_and_a_half_radii(self) -> None:
        near = [fix(40 + n, east=85) for n in range(60)]
        assert judge(self.there, near, GATE).is_there
        assert judge(self.there, [fix(40, east=120), fix(41, east=120)], GATE) == OUTSIDE

    def test_takes_more_than_its_own_error(self) -> None:
        unsure = [fix(40 + n, east=120, accuracy=31) for n in range(60)]
        assert judge(self.there, unsure, GATE).is_there

    def test_one_astray_is_not_leaving(self) -> None:
        back_and_forth = [fix(40 + n, east=500 * (n % 2)) for n in range(60)]
        dwell = judge(self.there, back_and_forth, GATE)
        assert (dwell.is_there, dwell.since) == (True, NOON)

    def test_nor_are_two_with_one_at_the_edge_between(self) -> None:
        edge = [fix(40, east=500), fix(41, east=80), fix(42, east=500)]
        assert judge(self.there, edge, GATE).is_there

    def test_who_comes_back_is_there_since_then(self) -> None:
        away = [fix(40, east=300), fix(41, east=300)]
        back = standing(range(100, 125, 5))
        assert judge(self.there, [*away, *back], GATE).since == NOON + timedelta(seconds=100)


class TestOrder:
    def test_a_burst_after_a_tunnel_counts_by_its_own_times(self) -> None:
        """Stood there at first, then drove away: all of it comes at once, the newest first."""
        stood = standing(range(0, 60, 5))
        left = [fix(60 + n, east=15 * n) for n in range(20)]
        assert after(*reversed([*stood, *left])) == OUTSIDE
        assert after(*reversed([*left, *standing(range(100, 125, 5))])).since == NOON + timedelta(seconds=100)

    def test_what_was_overtaken_counts_no_more(self) -> None:
        dwell = after(*standing(range(100, 130, 5)))
        assert judge(dwell, [fix(50, east=500), fix(51, east=500)], GATE) == dwell

    def test_nothing_new_changes_nothing(self) -> None:
        dwell = after(*standing(range(0, 30, 5)))
        assert judge(dwell, [], GATE) == dwell
        assert judge(dwell, [fix(25)], GATE) == dwell


# --- whatever the drive ----------------------------------------------------------------------------------------------

METRES = st.floats(-400, 400)
GAPS = st.lists(st.floats(0.5, 60), min_size=1, max_size=40)
DRIVES = st.lists(st.tuples(st.floats(0.5, 120), METRES, METRES, st.floats(1, 80)), max_size=40)


def driven(drive: list[tuple[float, float, float, float]]) -> list[Fix]:
    fixes, at = [], 0.0
    for gap, east, north, accuracy in drive:
        at += gap
        fixes.append(fix(at, east, north, accuracy))
    return fixes


@given(DRIVES, st.integers(0, 40), st.randoms())
def test_batches_and_their_order_make_no_difference(drive: list[tuple[float, ...]], cut: int, random) -> None:
    fixes = driven(drive)  # type: ignore[arg-type]
    first, second = fixes[:cut], fixes[cut:]
    random.shuffle(first)
    random.shuffle(second)
    assert judge(judge(OUTSIDE, first, GATE), second, GATE) == judge(OUTSIDE, fixes, GATE)


@given(DRIVES)
def test_nobody_arrives_without_two_positions_within_the_radius_that_lie_a_dwell_apart(
    drive: list[tuple[float, ...]],
) -> None:
    fixes = driven(drive)  # type: ignore[arg-type]
    inside = [f.at for f, (_gap, east, north, _a) in zip(fixes, drive, strict=True) if math.hypot(east, north) < 61]
    if judge(OUTSIDE, fixes, GATE).is_there:
        assert inside[-1] - inside[0] >= DWELL


@given(st.floats(25 / 3.6, 40), st.floats(20, 2000), st.floats(1, 50), st.floats(0, 1))
def test_nobody_arrives_who_drives_on_at_25_kmh(speed: float, radius: float, accuracy: float, beside: float) -> None:
    spot = Spot(GATE.latitude, GATE.longitude, radius)
    dwell = OUTSIDE
    for second in range(int(2 * radius / speed) + 2):
        dwell = judge(dwell, [fix(second, speed * second - radius, beside * radius, accuracy)], spot)
        assert not dwell.is_there


@given(
    GAPS, st.floats(1, 50), st.floats(0, 6.3), st.randoms(use_true_random=False),
)  # fmt: skip
def test_whoever_stands_there_is_there_and_stays_whatever_the_error(
    gaps: list[float], accuracy: float, direction: float, random
) -> None:
    """The car stands well within; each position is off by its accuracy at most."""
    metres = GATE.radius - accuracy - 1
    east, north = metres * math.sin(direction), metres * math.cos(direction)
    dwell, at = OUTSIDE, 0.0
    for gap in [0.0, *gaps]:
        at += gap
        off, way = random.uniform(0, accuracy), random.uniform(0, 6.3)
        dwell = judge(dwell, [fix(at, east + off * math.sin(way), north + off * math.cos(way), accuracy)], GATE)
        assert dwell.is_there == (at >= DWELL.total_seconds())
        assert dwell.anchor is not None
        assert dwell.anchor.at == NOON
