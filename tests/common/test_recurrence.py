"""What comes back, against an independent reckoning: days by python-dateutil's rrule, moments by its own time zones."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday
from hypothesis import assume, example, given
from hypothesis import strategies as st

from echauffeur.common.recurrence import Frequency, Nth, Recurrence, moment_on, part_on, period_on

ZONES = [
    "Europe/Paris",
    "Indian/Reunion",
    "Pacific/Noumea",
    "Pacific/Marquesas",
    "America/Miquelon",
    "America/Cayenne",
    "Pacific/Wallis",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Chatham",
    "America/St_Johns",
    "Pacific/Apia",  # had no 30 December 2011
    "Asia/Kathmandu",
    "America/Santiago",  # where some days begin at one o'clock
    "Africa/Casablanca",
    "Europe/London",
    "Asia/Beirut",
]
FIRST, LAST = date(2008, 1, 1), date(2032, 12, 31)
days = st.dates(FIRST, LAST)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
zones = st.sampled_from(ZONES)


def changes_of(zone: str) -> list[date]:
    """Return the days, of the years that are tried, in which the zone's clock changes."""
    info = ZoneInfo(zone)
    noons = [datetime.combine(FIRST + timedelta(days=n), time(12), info) for n in range((LAST - FIRST).days)]
    return [after.date() for before, after in pairwise(noons) if before.utcoffset() != after.utcoffset()]


CHANGES = {zone: changes_of(zone) for zone in ZONES}
# Half of the days are around a change of the clocks, around New Year, or at the end of a February.
odd_days = st.one_of(
    st.builds(lambda year, add: date(year, 12, 31) + timedelta(days=add), st.integers(2008, 2031), st.integers(-1, 1)),
    st.builds(lambda year, add: date(year, 2, 28) + timedelta(days=add), st.integers(2008, 2031), st.integers(0, 1)),
)


@st.composite
def zones_and_days(draw: st.DrawFn) -> tuple[str, date]:
    """A zone and a day there, as often as not one around which its clocks change."""
    zone = draw(zones)
    if CHANGES[zone] and draw(st.booleans()):
        return zone, draw(st.sampled_from(CHANGES[zone])) + timedelta(days=draw(st.integers(-2, 1)))
    return zone, draw(st.one_of(days, odd_days))


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    frequency = draw(st.sampled_from(Frequency.values))
    first = draw(days)
    last = draw(st.none() | st.integers(0, 800).map(lambda n: first + timedelta(days=n)))
    weekdays = draw(st.frozensets(st.integers(0, 6), min_size=1))
    if frequency != Frequency.MONTHLY:
        return Recurrence(frequency, first, last, weekdays)
    if draw(st.booleans()):
        return Recurrence(frequency, first, last, weekdays, nth=draw(st.sampled_from(Nth.values)))
    return Recurrence(frequency, first, last, month_day=draw(st.integers(1, 31)))


def by_rrule(recurrence: Recurrence, start: date, end: date) -> list[date]:
    """Return its days in that time as python-dateutil reckons them."""
    midnight = time.min
    said = {
        "dtstart": datetime.combine(recurrence.first_day, midnight),
        "until": datetime.combine(min(end, recurrence.last_day or end), midnight),
        "wkst": 0,
    }
    if recurrence.month_day is not None:
        rule = rrule(MONTHLY, bymonthday=recurrence.month_day, **said)
    elif recurrence.frequency == Frequency.MONTHLY:
        rule = rrule(MONTHLY, byweekday=[weekday(day, recurrence.nth) for day in recurrence.weekdays], **said)
    else:
        interval = 2 if recurrence.frequency == Frequency.FORTNIGHTLY else 1
        rule = rrule(WEEKLY, interval=interval, byweekday=list(recurrence.weekdays), **said)
    return [moment.date() for moment in rule if moment.date() >= start]


def reckoned(zone: str, wall: datetime) -> datetime:
    """Return the first moment at which the clock shows this or is past it, by looking at it every five minutes."""
    info = tz.gettz(zone)
    moment = wall.replace(tzinfo=UTC) - timedelta(hours=40)
    while moment.astimezone(info).replace(tzinfo=None) < wall:
        # A look each hour and, when it is near, each five minutes: no clock of these years changes in between.
        near = wall - moment.astimezone(info).replace(tzinfo=None) < timedelta(hours=26)
        moment += timedelta(minutes=5) if near else timedelta(hours=1)
    return moment


@given(recurrences(), days, st.integers(0, 900))
@example(Recurrence(Frequency.FORTNIGHTLY, date(2026, 12, 24), None, frozenset({0, 3})), date(2026, 12, 1), 60)
@example(Recurrence(Frequency.MONTHLY, date(2024, 1, 31), None, month_day=29), date(2024, 1, 1), 500)
def test_the_days_are_those_of_icalendar(recurrence: Recurrence, start: date, length: int) -> None:
    end = start + timedelta(days=length)
    found = list(recurrence.days(start, end))
    assert found == by_rrule(recurrence, start, end)
    assert all(recurrence.falls_on(on) for on in found)


@given(zones_and_days(), clocks)
@example(("Europe/Paris", date(2027, 3, 28)), time(2, 30))
@example(("Australia/Lord_Howe", date(2026, 10, 4)), time(2, 15))
@example(("Pacific/Apia", date(2011, 12, 30)), time(8))
@example(("America/Santiago", date(2026, 9, 6)), time(0))
def test_a_clock_time_is_the_first_moment_at_which_the_clock_is_there(where: tuple[str, date], clock: time) -> None:
    zone, on = where
    assert moment_on(ZoneInfo(zone), on, clock) == reckoned(zone, datetime.combine(on, clock))


@given(zones_and_days(), clocks, clocks, clocks)
@example(("Europe/Paris", date(2027, 3, 27)), time(22), time(2, 30), time(3))
@example(("Europe/Paris", date(2026, 10, 24)), time(22), time(2, 30), time(2, 45))
@example(("Pacific/Apia", date(2011, 12, 29)), time(12), time(12), time(12))
def test_what_is_apart_on_paper_never_overlaps_and_what_follows_leaves_no_hole(
    where: tuple[str, date], begins: time, middle: time, later: time
) -> None:
    zone, on = ZoneInfo(where[0]), where[1]
    begun = datetime.combine(on, begins)
    ends = datetime.combine(on if middle > begins else on + timedelta(days=1), middle)
    again = datetime.combine(ends.date() if later >= middle else ends.date() + timedelta(days=1), later)
    first = period_on(zone, on, begins, middle)
    follows = moment_on(zone, ends.date(), middle)
    second = moment_on(zone, again.date(), later)
    assert second >= follows >= moment_on(zone, on, begins)
    if first:
        assert first == (moment_on(zone, begun.date(), begins), follows)
        assert first[0] < first[1] <= second


@given(recurrences(), zones, clocks, clocks, st.integers(0, 60))
def test_generated_periods_are_those_of_an_independent_rrule(
    recurrence: Recurrence, zone: str, begins: time, ends: time, length: int
) -> None:
    start = recurrence.first_day
    end = start + timedelta(days=length)
    info = ZoneInfo(zone)
    found = [period for on in recurrence.days(start, end) if (period := period_on(info, on, begins, ends))]
    expected = []
    for on in by_rrule(recurrence, start, end):
        last = on if ends > begins else on + timedelta(days=1)
        moments = reckoned(zone, datetime.combine(on, begins)), reckoned(zone, datetime.combine(last, ends))
        if moments[0] < moments[1]:
            expected.append(moments)
    assert found == expected
    assert all(before[1] <= after[0] for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("on", "hours"), [(date(2026, 10, 24), 9), (date(2027, 3, 27), 7), (date(2026, 11, 28), 8), (date(2026, 12, 31), 8)]
)
def test_a_night_has_the_hours_that_the_law_counts(on: date, hours: int) -> None:
    period = period_on(ZoneInfo("Europe/Paris"), on, time(22), time(6))
    assert period
    assert period[1] - period[0] == timedelta(hours=hours)


def test_a_day_that_the_zone_never_had_has_no_shift() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert period_on(apia, date(2011, 12, 30), time(8), time(16)) is None
    eve = period_on(apia, date(2011, 12, 29), time(22), time(6))
    after = period_on(apia, date(2011, 12, 31), time(0), time(8))
    assert eve
    assert after
    assert eve[1] == after[0]


def test_what_lasts_a_day_ends_when_the_next_begins() -> None:
    paris = ZoneInfo("Europe/Paris")
    sunday = period_on(paris, date(2027, 3, 28), time(8), time(8))
    assert sunday
    assert sunday[1] - sunday[0] == timedelta(hours=24)


@given(zones_and_days(), clocks, clocks, clocks, clocks)
def test_a_break_on_paper_lies_within_its_shift(
    where: tuple[str, date], begins: time, ends: time, pause: time, back: time
) -> None:
    zone, on = ZoneInfo(where[0]), where[1]
    shift = period_on(zone, on, begins, ends)
    part = part_on(zone, on, begins, pause, back)
    assume(shift and part)

    def after(clock: time) -> timedelta:
        gone = datetime.combine(on, clock) - datetime.combine(on, begins)
        return gone if gone >= timedelta() else gone + timedelta(days=1)

    length = after(ends) or timedelta(days=1)
    assume(after(pause) < (after(back) or timedelta(days=1)) <= length)
    assert shift
    assert part
    assert shift[0] <= part[0] < part[1] <= shift[1]
