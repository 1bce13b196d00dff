"""Writing what stands on a vehicle's dashboard, under the vehicle's lock: kilometres only ever go up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal import actions as journal
from echauffeur.journal.actions import Tap
from fleet.actions.vehicles import lock_vehicles
from fleet.actions.warnings import warn_of
from fleet.due import kilometres_in_words
from fleet.models import Reading, Vehicle

# More than this within a day is rather a digit too many than a long drive: whoever typed it is asked.
MOST_KM_PER_DAY = 1_500
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Dashboard:
    """What was read: kilometres, the energy left in percent (None: not said), when, and at which occasion.

    ``sure``: whoever read it says that even a great jump is right.
    """

    kind: str
    kilometres: int
    read_at: datetime
    energy: int | None = None
    sure: bool = False


@transaction.atomic
def take_reading(
    *,
    vehicle: Vehicle,
    read: Dashboard,
    by: User,
    party: Party,
    tap: Tap | None = None,
    also_on: tuple[str, ...] = (),
) -> Reading:
    """Write a reading and tell of it; the same tap again gives the same reading.

    Raises Refusal when it lies in the future, between readings that it does not fit, or jumps and nobody is sure;
    Stale when the vehicle is gone.
    """
    if done := journal.earlier(tap):
        if reading := Reading.objects.filter(pk=done.data["reading"]).first():
            return reading
        raise Stale(_("A base manager took this reading out. Read the dashboard again."))
    lock_vehicles([vehicle.pk])
    row = Vehicle.objects.select_related("base").filter(pk=vehicle.pk).first()
    if row is None:
        raise Stale(_("Somebody else just removed this vehicle. Go back to the list."))
    _check(row, read)
    reading = Reading.objects.create(
        vehicle=row,
        kind=read.kind,
        read_at=read.read_at,
        kilometres=read.kilometres,
        energy_percent=read.energy,
        by=by,
    )
    _record("read", reading, by=by, party=party, tap=tap, also_on=also_on)
    warn_of([row], row.base)
    return reading


@transaction.atomic
def remove_reading(*, row: Reading, by: User, party: Party = Party.MANAGER) -> None:
    """Take a wrong reading out; the journal keeps what it said. Raises Stale when it is gone."""
    lock_vehicles([row.vehicle_id])
    reading = Reading.objects.select_related("vehicle__base").filter(pk=row.pk).first()
    if reading is None:
        raise Stale(_("Somebody else just removed this reading. The page shows what holds now."))
    _record("remove_reading", reading, by=by, party=party)
    reading.delete()


def _record(
    verb: str, reading: Reading, *, by: User, party: Party, tap: Tap | None = None, also_on: tuple[str, ...] = ()
) -> None:
    journal.record(
        base=reading.vehicle.base,
        verb=verb,
        subject=reading.vehicle.subject,
        by=by,
        party=party,
        tap=tap,
        also_on=also_on,
        data={
            "reading": reading.pk,
            "read": reading.kind,
            "kilometres": reading.kilometres,
            "energy": reading.energy_percent,
        },
    )


def _check(vehicle: Vehicle, read: Dashboard) -> None:
    """Raise Refusal unless the reading fits the vehicle's others. The vehicle is locked."""
    if read.read_at > timezone.now():
        raise Refusal(_("This time is still to come. Write when you read it."), field="read_at")
    before = vehicle.readings.filter(read_at__lte=read.read_at).first()
    after = vehicle.readings.filter(read_at__gt=read.read_at).last()
    if before and read.kilometres < before.kilometres:
        raise Refusal(
            _(
                "The last reading of %(vehicle)s, on %(when)s, says %(km)s, and kilometres only go up. Look again at "
                "the dashboard. If that reading is wrong, a base manager can remove it."
            )
            % _said(vehicle, before),
            field="kilometres",
        )
    if after and read.kilometres > after.kilometres:
        raise Refusal(
            _(
                "A later reading of %(vehicle)s, on %(when)s, says only %(km)s. Look again at the kilometres and the "
                "time. If that reading is wrong, a base manager can remove it."
            )
            % _said(vehicle, after),
            field="kilometres",
        )
    if before and not read.sure:
        _check_jump(vehicle, read, before)


def _check_jump(vehicle: Vehicle, read: Dashboard, before: Reading) -> None:
    driven = read.kilometres - before.kilometres
    if driven > MOST_KM_PER_DAY * max(1.0, (read.read_at - before.read_at) / A_DAY):
        raise Refusal(
            _(
                "That is %(driven)s more than the last reading of %(vehicle)s: %(km)s on %(when)s. If it is right, "
                "tick the box; else look again at the dashboard."
            )
            % (_said(vehicle, before) | {"driven": kilometres_in_words(driven)}),
            field="sure",
            code="unsure",
        )


def _said(vehicle: Vehicle, reading: Reading) -> dict[str, str]:
    base: Base = vehicle.base
    when = date_format(base.local(reading.read_at), "SHORT_DATETIME_FORMAT")
    return {"vehicle": vehicle.name, "when": when, "km": kilometres_in_words(reading.kilometres)}
