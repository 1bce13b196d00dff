"""Which driver with which vehicle: the best pairs for a ride, for the regulator to choose from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.models import Ride
from bookings.rules import Wish
from dispatch.queries.feasibility import AROUND, LEAST_APPROACH, Slot, drivers_for, slot_for, vehicle_obstacles
from dispatch.queries.means import DriverMeans, Means, VehicleMeans, means_of
from drivers.models import Driver
from echauffeur.bases.models import Base
from fleet.models import Vehicle


@dataclass(frozen=True)
class Proposal:
    """A driver and a vehicle that can carry the ride, and the estimated minutes to reach its pick-up."""

    driver: Driver
    vehicle: Vehicle
    minutes: int

    @property
    def crew(self) -> str:
        """The pair as one form value."""
        return f"{self.driver.pk}-{self.vehicle.pk}"


def promise_for(ride: Ride, now: datetime) -> datetime:
    """Return the pick-up that can still be promised: the one that was, or the next minute a car may be there."""
    soonest = (now + LEAST_APPROACH).replace(second=0, microsecond=0) + timedelta(minutes=1)
    return max(ride.pickup_at, soonest)


def is_anybody_free(base: Base, wish: Wish, pickup_at: datetime, now: datetime) -> bool:
    """Return whether, as things stand, somebody with a vehicle could carry what is wished for. Three queries."""
    origin = wish.origin
    ride = Ride(
        base=base,
        origin_latitude=origin.latitude,
        origin_longitude=origin.longitude,
        destination=wish.destination,
        pickup_at=pickup_at,
        minutes=base.ride_minutes,
        passengers=wish.passengers,
        wheelchairs=wish.wheelchairs,
    )
    promise = promise_for(ride, now)
    means = means_of(base, promise - AROUND, promise + AROUND)
    return next(proposals_for(means, ride, promise), None) is not None


def proposals_for(means: Means, ride: Ride, pickup_at: datetime) -> Iterator[Proposal]:
    """Yield a pair for each driver who can take the ride, the nearest first: as many as are asked for are judged."""
    for candidate in drivers_for(means, ride, pickup_at):
        if not candidate.possible:
            return
        driver = means.drivers[candidate.row.pk]
        slot = slot_for(ride, pickup_at, candidate.approach)
        if vehicle := _vehicle_for(means, ride, slot, driver):
            yield Proposal(driver.row, vehicle, candidate.approach_minutes)


def _vehicle_for(means: Means, ride: Ride, slot: Slot, driver: DriverMeans) -> Vehicle | None:
    """Return the vehicle of the driver's shift, else the one they have anyway, else the smallest that is left over.

    Left over is best what nobody else uses, then any that fits.
    """
    usual = usual_vehicle(driver, slot.starts_at)

    def preference(vehicle: VehicleMeans) -> tuple[bool, bool, bool, int, int, str]:
        is_theirs = vehicle.time.is_given_to(driver.row.pk, slot.starts_at, slot.ends_at)
        used_by_others = any(e.mission.driver_id != driver.row.pk for e in vehicle.engagements)
        model, name = vehicle.row.model, vehicle.row.name
        return not is_theirs, vehicle.row.pk != usual, used_by_others, model.wheelchair_places, model.seats, name

    for vehicle in sorted(means.vehicles.values(), key=preference):
        if not vehicle_obstacles(means.base, ride, slot, vehicle, driver):
            return vehicle.row
    return None


def usual_vehicle(driver: DriverMeans, moment: datetime) -> int | None:
    """Return the id of the vehicle of the driver's mission nearest to that moment, if there is one."""
    nearest = min(driver.engagements, key=lambda e: abs(e.starts_at - moment), default=None)
    return nearest.mission.vehicle_id if nearest else None
