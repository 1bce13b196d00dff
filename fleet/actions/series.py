"""Vehicles out of service again and again: writing the patterns, and making what they bring ahead.

All of one changes, or from a day on; what is over or running, or was changed by hand, stays. A day that was made once
is left alone from then on, until the pattern itself is changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.common.recurrence import period_on
from echauffeur.common.refusals import Stale
from echauffeur.common.series import begin_anew, days_to_make, end_before, splits
from echauffeur.journal import actions as journal
from fleet.actions.outages import planning
from fleet.actions.vehicles import lock_vehicles
from fleet.commitments import WayOut
from fleet.models import Unavailability, UnavailabilityPattern, UnavailabilityQuerySet, Vehicle
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

    Raises Conflict, Refusal when the database forbids it or the day is past, Stale when it is gone.
    """
    now = timezone.now()
    with planning([pattern.vehicle_id], by=by, way_out=way_out) as vehicles:
        pattern.vehicle = vehicles[pattern.vehicle_id]
        old = _held(pattern) if pattern.pk else None
        if old:
            pattern.skipped = old.skipped
            _coming(old, now, since).delete()
        if old and since and splits(old, since, pattern.vehicle.base):
            begin_anew(pattern, old, since)
        if also:
            also.save(update_fields=["period", "reason", "note"])
        pattern.generated_until = None
        pattern.save()
        if old and old.pk != pattern.pk:
            Unavailability.objects.filter(pattern=old.pk, on__gte=since).update(pattern=pattern)
        return make([pattern], now).count


def remove_pattern(
    *,
    row: UnavailabilityPattern,
    by: User,
    since: date | None = None,
    also: Unavailability | None = None,
) -> None:
    """Remove a pattern with what is to come of it, or, with ``since``, end it the day before.

    What somebody changed by hand stays, and so does what has begun; but ``also``, one of them, goes too unless it is
    over. Raises Refusal when the day is past, Stale when the pattern is gone.
    """
    now = timezone.now()
    with planning([row.vehicle_id], by=by) as vehicles:
        pattern = _held(row)
        _coming(pattern, now, since).delete()
        if also:
            Unavailability.objects.filter(period__startswith__gt=now, pk=also.pk).delete()
        if since and splits(pattern, since, vehicles[row.vehicle_id].base):
            end_before(pattern, since)
        else:
            pattern.delete()


def _held(pattern: UnavailabilityPattern) -> UnavailabilityPattern:
    row = UnavailabilityPattern.objects.filter(pk=pattern.pk).first()
    if row is None:
        raise Stale(GONE)
    return row


def _coming(pattern: UnavailabilityPattern, now: datetime, since: date | None) -> UnavailabilityQuerySet:
    """Return what the pattern made and has not begun, from that local day on if there is one."""
    coming = Unavailability.objects.filter(pattern=pattern.pk, by_hand=False, period__startswith__gt=now)
    return coming.filter(on__gte=since) if since else coming


# --- ahead ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """How many rows were made, and the local days left out because the vehicle is on a mission then."""

    count: int = 0
    left_out: tuple[date, ...] = ()


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
    last = base.local(now).date() + timedelta(days=base.horizon_days)
    behind = Q(generated_until=None) | Q(generated_until__lt=last) & (
        Q(last_day=None) | Q(last_day__gt=F("generated_until"))
    )
    waiting = UnavailabilityPattern.objects.filter(behind, vehicle__base=base, vehicle__enabled=True)
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
