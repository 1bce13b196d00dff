"""Making the shifts of patterns ahead, of many drivers at once: a handful of queries, however many shifts.

A day that was generated once is left alone from then on (`ShiftPattern.generated_until`): what somebody removed,
changed by hand, or left out because another shift was there, comes back only when the pattern itself is changed.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from drivers.models import Driver, Shift, ShiftPattern
from drivers.rota import Occurrence, Period, occurrences
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.common.series import Made, behind, days_to_make, last_to_make
from echauffeur.journal import actions as journal

BATCH = 2000
# So many drivers are kept from everybody else at once, for a moment.
DRIVERS_AT_ONCE = 50


class Diary:
    """When drivers are on duty already, to find what a new shift would overlap."""

    def __init__(self) -> None:
        self.periods: dict[int, list[Period]] = defaultdict(list)

    @classmethod
    def of(cls, driver_ids: Iterable[int], start: datetime, end: datetime) -> "Diary":
        """Return the shifts of these drivers in that time, in one query."""
        diary = cls()
        rows = Shift.objects.overlapping(start, end).filter(driver__in=list(driver_ids)).order_by("period")
        for driver, period in rows.values_list("driver", "period"):
            diary.periods[driver].append((period.lower, period.upper))
        return diary

    def take(self, driver_id: int, period: Period) -> bool:
        """Write the shift down, and return whether the driver was free."""
        taken = self.periods[driver_id]
        at = bisect_left(taken, period)
        before, after = taken[at - 1] if at else None, taken[at] if at < len(taken) else None
        if (before and before[1] > period[0]) or (after and after[0] < period[1]):
            return False
        insort(taken, period)
        return True


def generate(patterns: Iterable[ShiftPattern], now: datetime) -> Made:
    """Make the shifts of these patterns that are not over and not made yet, as far as their bases can be booked.

    The caller holds their drivers. Of what overlaps, what is there goes first, then the older pattern.
    """
    wanted, reached = [], defaultdict(list)
    for pattern in sorted(patterns, key=lambda pattern: pattern.pk):
        first, last = days_to_make(pattern, pattern.driver.base, now)
        found = occurrences(pattern, first, last)
        wanted += [(pattern, one) for one in found if one.period[1] > now]
        reached[last].append(pattern.pk)
    shifts, left_out = _without_overlaps(wanted)
    Shift.objects.bulk_create(shifts, batch_size=BATCH)
    for last, made in reached.items():
        ShiftPattern.objects.filter(pk__in=made).update(generated_until=last)
    return Made(len(shifts), tuple(sorted(set(left_out))))


def _without_overlaps(wanted: list[tuple[ShiftPattern, Occurrence]]) -> tuple[list[Shift], list[date]]:
    if not wanted:
        return [], []
    made = set(Shift.objects.filter(pattern__in={pattern.pk for pattern, _one in wanted}).values_list("pattern", "on"))
    drivers = {pattern.driver_id for pattern, _one in wanted}
    start, end = min(one.period[0] for _p, one in wanted), max(one.period[1] for _p, one in wanted)
    diary, shifts, left_out = Diary.of(drivers, start, end), [], []
    for pattern, one in wanted:
        if (pattern.pk, one.on) in made:
            continue
        if not diary.take(pattern.driver_id, one.period):
            left_out.append(one.on)
            continue
        shifts.append(
            Shift(
                driver_id=pattern.driver_id,
                period=DateTimeTZRange(*one.period),
                breaks=[DateTimeTZRange(*pause) for pause in one.breaks],
                pattern=pattern,
                on=one.on,
                by_hand=False,
            )
        )
    return shifts, left_out


def generate_ahead(base: Base, now: datetime | None = None) -> int:
    """Make what the base's own today brings within its horizon, and return how many shifts that were.

    Doing it twice, or twice at once, makes none twice: the second waits for the drivers and finds nothing left.
    """
    now = now or timezone.now()
    drivers = Driver.objects.of(base).enabled().filter(behind(last_to_make(base, now), "patterns__"))
    ids = sorted(set(drivers.values_list("pk", flat=True)))
    chunks = [ids[n : n + DRIVERS_AT_ONCE] for n in range(0, len(ids), DRIVERS_AT_ONCE)]
    return sum(_generate_for(base, chunk, now) for chunk in chunks)


@transaction.atomic
def _generate_for(base: Base, driver_ids: list[int], now: datetime) -> int:
    held = Driver.objects.enabled().select_for_update(no_key=True, of=("self",)).filter(pk__in=driver_ids)
    patterns = list(ShiftPattern.objects.filter(driver__in=list(held.order_by("pk"))).select_related("driver"))
    for pattern in patterns:
        pattern.driver.base = base
    made = generate(patterns, now).count
    if made:
        told = {"fields": [], "shifts": made}
        journal.record(base=base, verb="generate", subject=base.subject, by=None, party=Party.RULE, data=told)
    return made
