"""What a pattern of shifts makes of some days: its shifts on the base's clock, with their breaks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from drivers.models import ShiftPattern
from echauffeur.bases.holidays import holiday_on
from echauffeur.common.recurrence import part_on, period_on

Period = tuple[datetime, datetime]
Clocks = tuple[time, time]
# Nobody looks further for the next shift of a pattern: the 29th of a February comes once in four years, or eight.
FURTHEST = timedelta(days=366 * 8)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Occurrence:
    """One shift of a pattern: the local day it is for, and its period and breaks in UTC."""

    on: date
    period: Period
    breaks: list[Period]


def occurrences(pattern: ShiftPattern, first: date, last: date) -> Iterator[Occurrence]:
    """Yield the pattern's shifts that begin from one local day to another (both included), in order.

    Left out are the skipped days, public holidays unless it is for these too, and what the clocks skip entirely.
    """
    base, skipped = pattern.driver.base, set(pattern.skipped)
    for on in pattern.recurrence.days(first, last):
        if on in skipped or (not pattern.on_holidays and holiday_on(base.holiday_calendar, on)):
            continue
        if period := period_on(base.zone, on, pattern.begins, pattern.ends):
            yield Occurrence(on, period, breaks_on(base.zone, on, pattern.begins, pattern.breaks, period))


def next_occurrences(pattern: ShiftPattern, now: datetime, count: int) -> list[Occurrence]:
    """Return the pattern's next shifts that are not over at that moment."""
    first = pattern.driver.base.local(now).date() - ONE_DAY
    first = max(first, pattern.first_day)
    coming = (one for one in occurrences(pattern, first, first + FURTHEST) if one.period[1] > now)
    return list(islice(coming, count))


def breaks_on(zone: ZoneInfo, on: date, begins: time, breaks: Iterable[Iterable[time]], within: Period) -> list[Period]:
    """Return the breaks of a shift that begins on that day at that time; those that lie outside it are left out."""
    parts = (part_on(zone, on, begins, *pause) for pause in breaks)
    return [part for part in parts if part and within[0] <= part[0] and part[1] <= within[1]]


def misplaced_break(begins: time, ends: time, breaks: Iterable[Clocks]) -> Clocks | None:
    """Return the first break, on paper, that is not within the hours or overlaps the one before; None when all fit.

    Breaks are in order of the clock from the beginning on.
    """

    def after(clock: time) -> timedelta:
        gone = _since_midnight(clock) - _since_midnight(begins)
        return gone if gone >= timedelta() else gone + ONE_DAY

    length, free_from = after(ends) or ONE_DAY, timedelta()
    for pause in sorted(breaks, key=lambda pause: after(pause[0])):
        start, end = after(pause[0]), after(pause[1]) or ONE_DAY
        if not free_from <= start < end <= length:
            return pause
        free_from = end
    return None


def in_order(begins: time, breaks: Iterable[Clocks]) -> list[Clocks]:
    """Return the breaks as they come in a shift that begins at that time: those of the next day last."""
    return sorted(breaks, key=lambda pause: (pause[0] < begins, pause))


def clocks_of(zone: ZoneInfo, period: Period) -> Clocks:
    """Return from when until when it lasts on the zone's clock, without the day."""
    return period[0].astimezone(zone).time(), period[1].astimezone(zone).time()


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
