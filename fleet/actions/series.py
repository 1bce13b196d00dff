"""Vehicles out of service again and again: writing the patterns, and making what they bring ahead.

All of one changes, or from a day on; what is over or running, or was changed by hand, stays. A day that was made once
is left alone from then on, until the pattern itself is changed.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.common.recurrence import period_on
from echauffeur.common.series import Made, behind, days_to_make, last_to_make, rewrite, withdraw
from echauffeur.journal import actions as journal
from fleet.actions.outages import held, planning
from fleet.actions.vehicles import lock_vehicles
from fleet.commitments import WayOut
from fleet.models import Unavailability, UnavailabilityPattern, Vehicle
from fleet.queries.availability import vehicle_times

GONE = _("Somebody else just removed this. Go back to the plan: it shows what holds now.")


def save_pattern(
    *,
    pattern: UnavailabilityPattern,
    by: User,
    since: date | None = None,
    also: Unavailability | None = None,
    way_out: WayOut | None = None,
) -> int:
    """Write a new or changed pattern and make what it brings within the base's horizon; return how many.

    ``since``: the change holds from that local day on: the old pattern ends the day before, and a new one, which
    ``pattern`` is then, begins. Without, it holds for all to come. What somebody changed by hand stays, and so does
    what has begun; but for ``also``, one of them that is written as it is.

    Raises Conflict, Refusal when the database forbids it or the day is past, Stale when it is gone, or ``also`` is, or
    is another vehicle's by now.
    """
    now = timezone.now()
    with planning([pattern.vehicle_id], by=by, way_out=way_out) as vehicles:
        pattern.vehicle = vehicles[pattern.vehicle_id]
        base = pattern.vehicle.base
        rewrite(pattern, Unavailability.objects.all(), base, now=now, since=since, gone=GONE)
        if also:
            held(also, vehicles)
            also.save(update_fields=["period", "reason", "note"])
        return make([pattern], now).count


def remove_pattern(*, row: UnavailabilityPattern, by: User, since: date | None = None) -> None:
    """Remove a pattern with what is to come of it, or, with ``since``, end it the day before.

    What somebody changed by hand stays, and so does what has begun. Raises Refusal when the day is past, Stale when the
    pattern is gone.
    """
    with planning([row.vehicle_id], by=by) as vehicles:
        base = vehicles[row.vehicle_id].base
        withdraw(row, Unavailability.objects.all(), base, now=timezone.now(), since=since, gone=GONE)


# --- ahead ---------------------------------------------------------------------------------------------------------


def make(patterns: Iterable[UnavailabilityPattern], now: datetime, *, spares_missions: bool = False) -> Made:
    """Make what these patterns bring that is not over and not made yet, as far as their bases can be booked.

    The caller holds their vehicles, which come with their base. ``spares_missions``: nobody is there to be asked what
    becomes of a mission, so what would lie on one is left out.
    """
    made, left_out = 0, set[date]()
    for pattern in patterns:
        base = pattern.vehicle.base
        first, last = days_to_make(pattern, base, now)
        there = set(Unavailability.objects.filter(pattern=pattern).values_list("on", flat=True)) | set(pattern.skipped)
        rows = [
            Unavailability(
                vehicle=pattern.vehicle,
                period=DateTimeTZRange(*period),
                reason=pattern.reason,
                note=pattern.note,
                pattern=pattern,
                on=on,
                by_hand=False,
            )
            for on in pattern.recurrence.days(first, last)
            if on not in there
            and (period := period_on(base.zone, on, pattern.begins, pattern.ends))
            and period[1] > now
        ]
        if spares_missions:
            taken = _days_on_missions(base, rows)
            rows = [row for row in rows if row.on not in taken]
            left_out.update(taken)
        made += len(Unavailability.objects.bulk_create(rows))
        pattern.generated_until = last
        pattern.save(update_fields=["generated_until"])
    return Made(made, tuple(sorted(left_out)))


def _days_on_missions(base: Base, rows: list[Unavailability]) -> list[date]:
    """Return the local days of those of these rows, all of one vehicle, that would lie on a mission of it."""
    if not rows:
        return []
    start, end = min(row.period.lower for row in rows), max(row.period.upper for row in rows)
    (vehicle,) = vehicle_times(base, start, end, only=[rows[0].vehicle_id])
    return [row.on for row in rows if row.on and vehicle.busy(row.period.lower, row.period.upper)]


def make_ahead(base: Base, now: datetime | None = None) -> int:
    """Make what the base's own today brings within its horizon, and return how many rows that were.

    Doing it twice, or twice at once, makes none twice: the second waits for the vehicles and finds nothing left. What
    would lie on a mission that was planned before is left out, and the journal says so.
    """
    now = now or timezone.now()
    patterns = UnavailabilityPattern.objects.filter(vehicle__base=base, vehicle__enabled=True)
    waiting = patterns.filter(behind(last_to_make(base, now)))
    ids = sorted(set(waiting.values_list("vehicle", flat=True)))
    return sum(_make_for(base, vehicle, now) for vehicle in ids)


@transaction.atomic
def _make_for(base: Base, vehicle_id: int, now: datetime) -> int:
    held = lock_vehicles([vehicle_id])
    vehicle = Vehicle.objects.of(base).filter(pk__in=held).first()
    if vehicle is None:
        return 0
    vehicle.base = base
    patterns = list(UnavailabilityPattern.objects.filter(vehicle=vehicle).order_by("pk"))
    for pattern in patterns:
        pattern.vehicle = vehicle
    made = make(patterns, now, spares_missions=True)
    if made.count or made.left_out:
        left_out = {"left_out": [on.isoformat() for on in made.left_out]} if made.left_out else {}
        journal.record(
            base=base,
            verb="generate",
            subject=vehicle.subject,
            by=None,
            party=Party.RULE,
            data={"fields": [], "unavailabilities": made.count} | left_out,
        )
    return made.count
