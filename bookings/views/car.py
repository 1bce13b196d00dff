"""What whoever follows a ride may know of its car."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from bookings.models import Ride
from bookings.states import CAR_IN_SIGHT, RideState
from bookings.views.words import minutes_for
from dispatch.models import Mission
from tracking import positions
from tracking.positions import Position
from tracking.travel import estimated_seconds

TELLS_FOR = timedelta(minutes=1)


@dataclass(frozen=True)
class Spot:
    """A point with its name. Degrees WGS 84."""

    label: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Car:
    """The car of a ride. ``position`` only while it comes for, or carries, this very ride.

    ``minutes`` is the estimated drive from the position to ``target``, none once the position is too old to tell;
    ``pace`` is seconds of driving per metre of straight distance, with which the page keeps the estimate current.
    """

    driver_id: int
    first_name: str
    model: str
    colour: str
    plate: str
    position: Position | None = None
    target: Spot | None = None
    minutes: int | None = None
    pace: float = 0.0


def car_of(ride: Ride, mission: Mission | None) -> Car | None:
    """Return the car that comes for, carries or carried the ride, if there is one."""
    if mission is None:
        return None
    vehicle, driver = mission.vehicle, mission.driver
    position = positions.newest([driver.pk]).get(driver.pk) if ride.state in CAR_IN_SIGHT else None
    target = _target(ride)
    return Car(
        driver_id=driver.pk,
        first_name=driver.user.first_name,
        model=vehicle.model.name,
        colour=vehicle.colour,
        plate=vehicle.plate,
        position=position,
        target=target,
        minutes=_minutes(ride, position, target),
        pace=ride.base.winding_factor / (ride.base.mean_speed_kmh / 3.6),
    )


def _minutes(ride: Ride, position: Position | None, target: Spot | None) -> int | None:
    if position is None or target is None or timezone.now() - position.at > TELLS_FOR:
        return None
    return minutes_for(estimated_seconds(ride.base, position, target))


def _target(ride: Ride) -> Spot | None:
    """Return where the car is heading for this ride; nothing once it is there."""
    if ride.state == RideState.APPROACHING:
        return start_of(ride)
    if ride.state == RideState.ON_BOARD:
        return end_of(ride)
    return None


def start_of(ride: Ride) -> Spot:
    return Spot(ride.origin_label, ride.origin_latitude, ride.origin_longitude)


def end_of(ride: Ride) -> Spot:
    return Spot(ride.destination.name, ride.destination.latitude, ride.destination.longitude)
