"""What a driver's plan is made of, as the pages of planning and of settings show it."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.models import Absence, Driver, Shift, ShiftPattern
from echauffeur.common.recurrence import Frequency, Nth, Weekday

SHOWN_AHEAD = timedelta(days=14)
WEEKDAYS: dict[frozenset[int], Promise] = {
    frozenset(range(5)): gettext_lazy("Monday to Friday"),
    frozenset(range(7)): gettext_lazy("every day"),
    frozenset({5, 6}): gettext_lazy("at weekends"),
}


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


def days_in_words(pattern: ShiftPattern) -> str:
    """Return on which days a pattern comes back, in a few words."""
    if pattern.month_day:
        return _("On day %(n)d of each month") % {"n": pattern.month_day}
    known = WEEKDAYS.get(frozenset(pattern.weekdays))
    names = str(known) if known else ", ".join(str(Weekday(day).label) for day in sorted(pattern.weekdays))
    if pattern.frequency == Frequency.MONTHLY:
        return _("Each month: %(nth)s %(days)s") % {"nth": Nth(pattern.nth or 1).label.lower(), "days": names}
    if pattern.frequency == Frequency.FORTNIGHTLY:
        return _("Every other week: %(days)s") % {"days": names}
    return _("Every week: %(days)s") % {"days": names}
