"""When the demo's drivers are on duty: watches that repeat, in the base's local time."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

Period = tuple[datetime, datetime]

# Start and hours. Watches overlap by half an hour, so that a ride at the change has somebody to drive it.
WATCHES = {
    "morning": (time(5, 30), 8.5),
    "day": (time(8), 9),
    "evening": (time(13, 30), 8.5),
    "night": (time(21, 30), 8.5),
    "noon": (time(12), 8),
    "early": (time(6), 8),
}
ROUND_THE_CLOCK = ("morning", "evening", "night", "morning", "evening", "day", "night", "morning", "evening", "night")
IN_OFFICE_HOURS = ("early", "day", "noon")
LAST_OFFICE_DAY = 4
TIME_ZONE = ZoneInfo("Europe/Paris")


def watches(number: int, first: date, last: date, *, round_the_clock: bool = True) -> Iterator[Period]:
    """Yield the watches of the base's n-th driver that begin from one local date to another (both included)."""
    pattern = ROUND_THE_CLOCK if round_the_clock else IN_OFFICE_HOURS
    starts, hours = WATCHES[pattern[number % len(pattern)]]
    for day in _days(first, last):
        off = (day.toordinal() + number * 3) % 7 in (0, 1) if round_the_clock else day.weekday() > LAST_OFFICE_DAY
        if not off:
            start = datetime.combine(day, starts, TIME_ZONE)
            yield start, start + timedelta(hours=hours)


def always(first: date, last: date) -> Iterator[Period]:
    """Yield watches that leave no gap."""
    for day in _days(first, last):
        clocks = [(day, time(0)), (day, time(12)), (day + timedelta(days=1), time(0))]
        yield from pairwise(datetime.combine(on, clock, TIME_ZONE) for on, clock in clocks)


def is_on_watch(number: int, moment: datetime) -> bool:
    """Return whether the n-th driver of a base that never closes is on duty."""
    today = moment.astimezone(TIME_ZONE).date()
    return any(start <= moment < end for start, end in watches(number, today - timedelta(days=1), today))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
