"""Missions that cannot be driven as they are planned, because their driver or vehicle has changed since.

Nothing is taken off them: the regulator decides. Whoever made the change is told which ones, and why.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Prefetch
from django.utils import timezone

from bookings.models import Ride
from dispatch.models import Mission, MissionQuerySet, Stop, StopKind
from dispatch.queries.feasibility import Slot, driver_obstacles, vehicle_obstacles
from dispatch.queries.means import Means, means_of
from drivers.models import Driver
from echauffeur.bases.models import Base
from fleet.models import Vehicle, VehicleModel


@dataclass(frozen=True)
class Stranded:
    """A ride on a mission that its driver or vehicle cannot take any more, and every reason."""

    mission: Mission
    ride: Ride
    reasons: list[str]


def stranded_of_driver(driver: Driver) -> list[Stranded]:
    """Return what this driver is to drive and cannot."""
    return _stranded(driver.base, Mission.objects.filter(driver=driver))


def stranded_of_vehicle(vehicle: Vehicle) -> list[Stranded]:
    """Return what this vehicle is to carry and cannot."""
    return _stranded(vehicle.base, Mission.objects.filter(vehicle=vehicle))


def stranded_of_model(model: VehicleModel, base: Base) -> list[Stranded]:
    """Return what vehicles of this model on this base are to carry and cannot."""
    return _stranded(base, Mission.objects.filter(vehicle__model=model))


def _stranded(base: Base, missions: MissionQuerySet) -> list[Stranded]:
    picked_up = Stop.objects.filter(kind=StopKind.PICK_UP, dropped_at=None).select_related("ride__destination")
    theirs = missions.of(base).live().select_related("base", "driver", "vehicle")
    rows = list(theirs.prefetch_related(Prefetch("stops", picked_up, to_attr="pick_ups")))
    if not rows:
        return []
    now = timezone.now()
    start, end = min(row.starts_at for row in rows), max([now, *(row.ends_at for row in rows)])
    means = means_of(base, start, end, drivers=[row.driver for row in rows], vehicles=[row.vehicle for row in rows])
    return [
        Stranded(row, stop.ride, reasons)
        for row in rows
        for stop in row.pick_ups  # type: ignore[attr-defined]
        if (reasons := _reasons(means, row, stop.ride, now))
    ]


def _reasons(means: Means, mission: Mission, ride: Ride, now: datetime) -> list[str]:
    driver = means.drivers[mission.driver_id]
    # What it is on already is this mission, and no reason against it.
    vehicle = replace(means.vehicles[mission.vehicle_id], engagements=[])
    slot = Slot(max(mission.starts_at, now), max(mission.ends_at, now))  # what is left of it
    return [
        *driver_obstacles(means.base, ride, slot, driver),
        *vehicle_obstacles(means.base, ride, slot, vehicle, driver),
    ]
