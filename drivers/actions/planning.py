"""What all planning of drivers has in common: the locks, the missions that must stay possible, and the telling."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from drivers.models import Absence, Driver, Shift, ShiftPattern
from echauffeur.accounts.models import User
from echauffeur.accounts.queries import party_on
from echauffeur.common.periods import bounds_of
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal import actions as journal
from echauffeur.journal.edits import Edit, clash_in_words, record_edits
from fleet import commitments
from fleet.actions.vehicles import lock_vehicles
from fleet.commitments import WayOut
from fleet.queries.availability import vehicle_times


def lock_drivers(driver_ids: Iterable[int]) -> list[Driver]:
    """Keep these drivers from every action that books or plans them, and return them, with their bases, by id.

    Raises Stale when one of them is gone.
    """
    wanted = sorted(set(driver_ids))
    rows = Driver.objects.select_for_update(no_key=True, of=("self",)).select_related("base", "user")
    found = list(rows.filter(pk__in=wanted).order_by("pk"))
    if len(found) != len(wanted):
        raise Stale(_("Somebody else just removed this driver. Go back to the list."))
    return found


@contextmanager
def planning(
    driver_ids: Iterable[int],
    field: str,
    *,
    by: User,
    way_out: WayOut | None = None,
    vehicles: Iterable[int | None] = (),
    told: Mapping[int, dict[str, Any]] | None = None,
) -> Iterator[list[Driver]]:
    """Hold these drivers, and vehicles, while their plan changes; then tell each of it, as a change of ``field``.

    ``told``: what a driver's phone is told beside that, as JSON, by the driver's key.

    Raises Conflict when missions would be stranded and no way out was chosen, Refusal when the plan of somebody else,
    saved in the meantime, forbids it. Nothing is written then.
    """
    with transaction.atomic():
        drivers = lock_drivers(driver_ids)
        taken = lock_vehicles([pk for pk in vehicles if pk])
        ids = [driver.pk for driver in drivers]
        with journal.gathered(), commitments.kept(drivers=ids, vehicles=taken, way_out=way_out, by=by):
            try:
                with transaction.atomic():
                    yield drivers
            except IntegrityError as error:
                raise Refusal(clash_in_words(error, Shift, ShiftPattern, Absence)) from error
            edits = [
                Edit(driver.base, "change", driver.subject, (field,), data=_data(driver, told or {}))
                for driver in drivers
            ]
            if edits:
                record_edits(edits, by=by, party=party_on(by, drivers[0].base))


def holders_of(shift: Shift) -> set[int]:
    """Return the ids of the other drivers whose shifts have the shift's vehicle during its time."""
    there = Shift.objects.filter(vehicle=shift.vehicle_id, period__overlap=shift.period).exclude(pk=shift.pk)
    return set(there.values_list("driver", flat=True)) if shift.vehicle_id else set()


def take_vehicle(shift: Shift, drivers: Iterable[Driver]) -> None:
    """Take the shift's vehicle off the shifts of those of these drivers, who are held, that do not come for it then."""
    if shift.vehicle_id is None:
        return
    held = {driver.pk: driver for driver in drivers}
    start, end = bounds_of(shift.period)
    (vehicle,) = vehicle_times(held[shift.driver_id].base, start, end, only=[shift.vehicle_id])
    void = [one.shift for one in vehicle.given if one.driver in held and one.is_void(start, end)]
    Shift.objects.filter(pk__in=void).exclude(pk=shift.pk).update(vehicle=None)


def _data(driver: Driver, told: Mapping[int, dict[str, Any]]) -> tuple[tuple[str, Any], ...]:
    return (("plan", told[driver.pk]),) if driver.pk in told else ()
