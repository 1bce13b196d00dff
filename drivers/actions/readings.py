"""A driver reads the dashboard at the start and the end of a shift, and by that takes the vehicle over."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from drivers.actions.crew import lock_driver
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
    row = lock_driver(driver)
    lock_vehicles([vehicle.pk])
    shift = shift_of_reading(row, read.kind, read.read_at)
    if shift and read.kind == ReadingKind.START and shift.vehicle_id is None and not journal.earlier(tap):
        _take_over(shift, vehicle, by)
    reading = take_reading(vehicle=vehicle, read=read, by=by, party=Party.DRIVER, tap=tap, also_on=(driver.stream,))
    return Taken(reading, shift)


def _take_over(shift: Shift, vehicle: Vehicle, by: User) -> None:
    """Give the shift the vehicle, unless somebody else has it then, by their shift or on a mission."""
    try:
        with transaction.atomic(), kept(drivers=[shift.driver_id], vehicles=[vehicle.pk], by=by):
            shift.vehicle = vehicle
            shift.save(update_fields=["vehicle"])
    except (IntegrityError, Refusal):
        shift.vehicle = None
