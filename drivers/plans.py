"""What a driver's plan is made of, as the pages of planning and of settings show it."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from drivers.models import Absence, Driver, Shift, ShiftPattern
from echauffeur.common.series import days_in_words

SHOWN_AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class PatternLine:
    """A pattern, and on which days it comes back, in a few words."""

    row: ShiftPattern
    days: str


@dataclass(frozen=True)
class Plan:
    """Patterns that are not over, absences that are not over, and the shifts of the next days."""

    patterns: list[PatternLine]
    absences: list[Absence]
    shifts: list[Shift]


def plan_of(driver: Driver) -> Plan:
    """Return the driver's plan, in three queries; the base's own today is the day it counts from."""
    now, today = timezone.now(), driver.base.today()
    patterns = driver.patterns.filter(Q(last_day=None) | Q(last_day__gte=today))
    lines = [PatternLine(row, days_in_words(row)) for row in patterns]
    shifts = driver.shifts.not_over(now).filter(period__startswith__lt=now + SHOWN_AHEAD)
    rows: list[Shift] = list(shifts.select_related("vehicle", "pattern").order_by("period"))
    return Plan(lines, list(driver.absences.not_over(now).order_by("period")), rows)
