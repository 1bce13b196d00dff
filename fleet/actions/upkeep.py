"""What was due is done: the next dates of a vehicle, which by that can be given again."""

from collections.abc import Iterable

from django.db import transaction

from echauffeur.accounts.models import User
from fleet.actions.outages import end_unavailability
from fleet.actions.vehicles import save_vehicle
from fleet.commitments import WayOut
from fleet.models import Unavailability, Vehicle


@transaction.atomic
def finish_upkeep(
    *,
    vehicle: Vehicle,
    fields: Iterable[str],
    by: User,
    out: Unavailability | None = None,
    way_out: WayOut | None = None,
) -> Vehicle:
    """Write the vehicle's next limits, and put it back into service where ``out`` still keeps it in the workshop.

    Raises what `save_vehicle` and `end_unavailability` raise.
    """
    saved = save_vehicle(vehicle=vehicle, fields=fields, by=by, way_out=way_out)
    if out is not None:
        end_unavailability(out=out, by=by)
    return saved
