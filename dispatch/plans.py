"""How a mission is put together, and kept in spite of what stands against it; under the locks of its crew.

`dispatch.actions` takes the locks and the steps. What the database promises is in `promises`.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bookings.models import Ride
from dispatch.models import Mission, Stop, StopKind
from dispatch.promises import broken_promise
from dispatch.queries.feasibility import AROUND, Slot, drivers_for, slot_for, vehicles_for
from dispatch.queries.means import means_of
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from echauffeur.common.obstacles import Against, Obstacle
from echauffeur.common.refusals import Refusal
from echauffeur.journal import actions as journal
from fleet.models import Vehicle


class Overrulable(Refusal):
    """Nothing but absence, duty or service stands in the way: whoever plans it all the same says why."""

    code = "overrulable"


def feasible_slot(
    ride: Ride, driver: Driver, vehicle: Vehicle, pickup_at: datetime, *, overrule: str = ""
) -> tuple[Slot, list[Against]]:
    """Return the time that the mission takes, and what it is planned in spite of, by the reason in ``overrule``.

    Raises Refusal with every obstacle, Overrulable when a reason would do and there is none.
    """
    if ride.base_id != driver.base_id or ride.base_id != vehicle.base_id:
        raise Refusal(_("Driver, vehicle and ride belong to different bases."))
    means = means_of(ride.base, pickup_at - AROUND, pickup_at + AROUND, drivers=[driver], vehicles=[vehicle])
    (judged,) = drivers_for(means, ride, pickup_at)
    slot = slot_for(ride, pickup_at, judged.approach)
    (car,) = vehicles_for(means, ride, slot, driver=means.drivers[driver.pk])
    obstacles = [*judged.obstacles, *car.obstacles]
    if any(not obstacle.is_overrulable for obstacle in obstacles) or not overrule.strip():
        _check(driver, vehicle, judged.obstacles, car.obstacles)
    return slot, sorted({obstacle.kind for obstacle in obstacles})


def _check(driver: Driver, vehicle: Vehicle, of_driver: list[Obstacle], of_vehicle: list[Obstacle]) -> None:
    """Raise the refusal that names what stands against the driver, else against the vehicle."""
    a_reason_would_do = all(obstacle.is_overrulable for obstacle in [*of_driver, *of_vehicle])
    kind = Overrulable if a_reason_would_do else Refusal
    if of_driver:
        raise kind(
            _("%(driver)s cannot take this ride: %(reasons)s. Choose another driver or time.")
            % {"driver": driver, "reasons": ", ".join(of_driver)},
            field="driver",
        )
    if of_vehicle:
        raise kind(
            _("%(vehicle)s cannot take this ride: %(reasons)s. Choose another vehicle or time.")
            % {"vehicle": vehicle, "reasons": ", ".join(of_vehicle)},
            field="vehicle",
        )


def create_mission(
    ride: Ride, driver: Driver, vehicle: Vehicle, slot: Slot, *, despite: list[Against], overrule: str
) -> Mission:
    """Write the mission with its stops. Should every check have missed something, the database's word is a refusal."""
    mission = Mission(base=ride.base, driver=driver, vehicle=vehicle, period=slot.bounds)
    if despite:
        mission.overrule, mission.despite = overrule.strip(), list(despite)
    try:
        with transaction.atomic():
            mission.save(force_insert=True)
    except IntegrityError as error:
        refusal = broken_promise(error)
        if refusal is None:
            raise
        raise refusal from error
    _add_stops(mission, ride)
    return mission


def _add_stops(mission: Mission, ride: Ride) -> None:
    Stop.objects.bulk_create(
        [
            Stop(
                mission=mission,
                position=1,
                kind=StopKind.PICK_UP,
                ride=ride,
                place=ride.origin,
                label=ride.origin_label,
                latitude=ride.origin_latitude,
                longitude=ride.origin_longitude,
                planned_at=ride.pickup_at,
            ),
            Stop(
                mission=mission,
                position=2,
                kind=StopKind.SET_DOWN,
                ride=ride,
                place=ride.destination,
                label=ride.destination.name,
                latitude=ride.destination.latitude,
                longitude=ride.destination.longitude,
                planned_at=ride.expected_end,
            ),
        ]
    )


def keep_mission(mission: Mission, despite: Iterable[Against], *, reason: str, by: User) -> None:
    """Leave the locked mission as it is in spite of what stands against it, and write down why.

    The entry is the mission's own and not its rides': what the control room says of its people is not for customers.
    """
    rides = Ride.objects.filter(stops__mission=mission, stops__dropped_at=None).distinct()
    despite = sorted(set(despite))
    mission.overrule, mission.despite = reason.strip(), sorted({*mission.despite, *despite})
    mission.save(update_fields=["overrule", "despite"])
    journal.record(
        base=mission.base,
        verb="overrule",
        subject=mission.subject,
        by=by,
        party=Party.REGULATOR,
        from_state=mission.state,
        to_state=mission.state,
        words=mission.overrule,
        data={"despite": despite, "rides": list(rides.values_list("code", flat=True))},
        also_on=[driver_stream(mission)],
    )


def driver_stream(mission: Mission) -> str:
    """Return the stream that the mission's driver follows."""
    return f"driver:{mission.driver_id}"
