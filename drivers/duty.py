"""A driver's own time, as they read it themselves: shifts and absences, week by week, and the hours that makes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from drivers.models import Absence, Driver, Shift
from echauffeur.bases.models import Base
from echauffeur.common.recurrence import monday_of
from echauffeur.common.series import last_to_make

Span = tuple[datetime, datetime]

# Longer ago than this nobody looks for a shift in their calendar.
LOOKS_BACK = timedelta(weeks=4)


@dataclass(frozen=True)
class Duty:
    """A shift with its breaks, and when the driver is away during it. All spans lie within the shift, in order."""

    shift: Shift
    breaks: list[Span]
    away: list[Span]

    @property
    def starts_at(self) -> datetime:
        starts_at: datetime = self.shift.period.lower
        return starts_at

    @property
    def ends_at(self) -> datetime:
        ends_at: datetime = self.shift.period.upper
        return ends_at

    @property
    def worked(self) -> timedelta:
        """How long the driver is on duty: without breaks and absences, in hours that really pass."""
        return self.ends_at - self.starts_at - _length([*self.breaks, *self.away])

    @property
    def is_off(self) -> bool:
        """Whether the driver is away all the time."""
        return _length(self.away) >= self.ends_at - self.starts_at


@dataclass(frozen=True)
class Away:
    """When a driver is away. Why stands nowhere near it. ``ends_at`` None: nobody knows yet."""

    absence: Absence

    @property
    def starts_at(self) -> datetime:
        starts_at: datetime = self.absence.period.lower
        return starts_at

    @property
    def ends_at(self) -> datetime | None:
        ends_at: datetime | None = self.absence.period.upper
        return ends_at


@dataclass(frozen=True)
class Week:
    """A week from Monday on, with what begins in it in order."""

    monday: date
    entries: list[Duty | Away]

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def worked(self) -> timedelta:
        return sum((entry.worked for entry in self.entries if isinstance(entry, Duty)), timedelta())

    @property
    def hours_and_minutes(self) -> tuple[int, int]:
        return divmod(int(self.worked / timedelta(minutes=1)), 60)


def horizon_of(base: Base, now: datetime) -> datetime:
    """Return until when the base can be booked, and so until when shifts are planned."""
    return base.day(last_to_make(base, now))[1]


def duties_of(driver: Driver, start: datetime, end: datetime) -> tuple[list[Duty], list[Away]]:
    """Return the driver's shifts and absences that touch the time from start to end, each in order; two queries."""
    shifts = list(Shift.objects.overlapping(start, end).filter(driver=driver).select_related("vehicle"))
    first, last = min([start, *(s.period.lower for s in shifts)]), max([end, *(s.period.upper for s in shifts)])
    absences = list(Absence.objects.overlapping(first, last).filter(driver=driver).order_by("period"))
    duties = [
        Duty(shift, _within(shift, shift.breaks), _within(shift, [a.period for a in absences])) for shift in shifts
    ]
    shown = [a for a in absences if a.period.lower < end and (a.period.upper is None or a.period.upper > start)]
    return sorted(duties, key=lambda duty: duty.starts_at), [Away(absence) for absence in shown]


def weeks_of(driver: Driver, now: datetime) -> list[Week]:
    """Return the driver's weeks from now until as far as is planned; weeks without anything are left out."""
    duties, away = duties_of(driver, now, horizon_of(driver.base, now))
    entries: list[Duty | Away] = [*duties, *away]
    local = driver.base.local

    def monday(entry: Duty | Away) -> date:
        on = local(max(entry.starts_at, now) if isinstance(entry, Away) else entry.starts_at).date()
        return monday_of(on)

    entries.sort(key=lambda entry: (monday(entry), entry.starts_at))
    return [Week(day, list(of_week)) for day, of_week in groupby(entries, key=monday)]


def _within(shift: Shift, periods: Iterable[Any]) -> list[Span]:
    """Return what of these periods, which may be without end, lies in the shift, in order."""
    lower, upper = shift.period.lower, shift.period.upper
    cut = ((max(lower, p.lower), min(upper, p.upper or upper)) for p in periods)
    return sorted((begins, ends) for begins, ends in cut if begins < ends)


def _length(spans: Iterable[Span]) -> timedelta:
    """Return how long the spans last together; what two of them share counts once."""
    length, reached = timedelta(), None
    for begins, ends in sorted(spans):
        since = begins if reached is None else max(begins, reached)
        length += max(ends - since, timedelta())
        reached = ends if reached is None else max(reached, ends)
    return length
