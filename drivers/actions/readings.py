"""A driver reads the dashboard at the start and the end of a shift, and by that takes the vehicle over."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from drivers.actions.planning import lock_drivers, take_vehicle
from drivers.models import Driver, Shift
from drivers.queries import shift_of_reading
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from echauffeur.journal import actions as journal
from echauffeur.journal.actions import Tap
from fleet.actions.readings import Dashboard, take_reading
from fleet.actions.vehicles import lock_vehicles
from fleet.commitments import kept
from fleet.models import Reading, ReadingKind, Vehicle


@dataclass(frozen=True)
class Taken:
    """What came of a reading: ``shift`` is the one it is for, if any, and what its plan says the driver drives."""

    reading: Reading
    shift: Shift | None

    @property
    def differs_from_plan(self) -> bool:
        """Whether the plan has another vehicle for this driver, or this vehicle with somebody else."""
        return bool(
            self.reading.kind == ReadingKind.START and self.shift and self.shift.vehicle_id != self.reading.vehicle_id
        )


@transaction.atomic
def read_dashboard(*, driver: Driver, vehicle: Vehicle, read: Dashboard, by: User, tap: Tap | None = None) -> Taken:
    """Write what the driver read. At the start of a shift without a vehicle this one becomes its, when it is free.

    Raises what `take_reading` raises.
    """
    journal.earlier(tap)
    # Who has the vehicle by the plan is held too: it is taken off their shift when they do not come.
    expected = Shift.objects.filter(vehicle=vehicle, period__contains=read.read_at).values_list("driver", flat=True)
    drivers = lock_drivers({driver.pk, *expected})
    lock_vehicles([vehicle.pk])
    shift = shift_of_reading(driver, read.kind, read.read_at)
    if shift and read.kind == ReadingKind.START and shift.vehicle_id is None and not journal.earlier(tap):
        _take_over(shift, vehicle, drivers, by)
    reading = take_reading(vehicle=vehicle, read=read, by=by, party=Party.DRIVER, tap=tap, also_on=(driver.stream,))
    return Taken(reading, shift)


def _take_over(shift: Shift, vehicle: Vehicle, drivers: list[Driver], by: User) -> None:
    """Give the shift the vehicle, unless somebody else has it then, by their shift or on a mission.

    The shift is as it is being worked from now on: it no longer follows its pattern.
    """
    try:
        with transaction.atomic(), kept(drivers=[shift.driver_id], vehicles=[vehicle.pk], by=by):
            shift.vehicle, shift.by_hand = vehicle, True
            take_vehicle(shift, drivers)
            shift.save(update_fields=["vehicle", "by_hand"])
    except (IntegrityError, Refusal):
        shift.vehicle = None
