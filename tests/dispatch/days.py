"""A base's day of any size: drivers, vehicles, rides in all states and the missions that carry them."""

from datetime import datetime, timedelta

from django.utils import timezone

from bookings.models import Ride
from bookings.states import RideState
from dispatch.models import Mission, Stop, StopKind
from dispatch.states import MissionState
from drivers.models import Driver
from echauffeur.bases.models import Base, Place
from fleet.models import Vehicle
from tests.factories import BaseFactory, DriverFactory, PlaceFactory, UserFactory, VehicleFactory

DRIVERS = 14
EVERY_NTH_TO_HANDLE = 10
TO_HANDLE = [RideState.REQUESTED, RideState.CONFIRMED, RideState.WAITLISTED]


def busy_day(code: str, rides: int) -> Base:
    """Make a base with that many rides spread over its today; every tenth waits to be handled."""
    base = BaseFactory(code=code)
    places = PlaceFactory.create_batch(8, base=base)
    customer = UserFactory(base=base)
    drivers = DriverFactory.create_batch(DRIVERS, base=base)
    vehicles = VehicleFactory.create_batch(DRIVERS, base=base)
    start, end = base.day(base.today())
    made = [
        _ride(base, places, customer, n, start + (end - start) * n / rides, waits=n % EVERY_NTH_TO_HANDLE == 0)
        for n in range(rides)
    ]
    Ride.objects.bulk_create(made)
    crews = list(zip(drivers, vehicles, strict=True))
    for n, ride in enumerate(ride for ride in made if ride.state not in TO_HANDLE):
        _carry(ride, *crews[n % DRIVERS])
    return base


def _ride(base: Base, places: list[Place], customer: object, n: int, pickup_at: datetime, *, waits: bool) -> Ride:
    now = timezone.now()
    origin, destination = places[n % 8], places[(n + 3) % 8]
    over = not waits and pickup_at < now - timedelta(minutes=30)
    return Ride(
        base=base,
        customer=customer,
        booked_by=customer,
        passenger_name=f"Passenger {n}",
        phone="+33612345678",
        origin=origin,
        origin_label=origin.name,
        origin_latitude=origin.latitude,
        origin_longitude=origin.longitude,
        destination=destination,
        wanted_at=pickup_at,
        pickup_at=pickup_at,
        minutes=15,
        state=TO_HANDLE[n // EVERY_NTH_TO_HANDLE % 3] if waits else RideState.COMPLETED if over else RideState.ASSIGNED,
        ended_at=now if over else None,
    )


def _carry(ride: Ride, driver: Driver, vehicle: Vehicle) -> None:
    over = ride.state == RideState.COMPLETED
    ends_at = ride.pickup_at + timedelta(minutes=15)
    mission = Mission.objects.create(
        base=ride.base,
        driver=driver,
        vehicle=vehicle,
        period=(ride.pickup_at - timedelta(minutes=5), ends_at),
        state=MissionState.DONE if over else MissionState.PLANNED,
        ended_at=ends_at if over else None,
    )
    halts = [
        (StopKind.PICK_UP, ride.origin, ride.pickup_at),
        (StopKind.SET_DOWN, ride.destination, ends_at),
    ]
    Stop.objects.bulk_create(
        Stop(
            mission=mission,
            position=position,
            kind=kind,
            ride=ride,
            place=place,
            label=place.name,
            latitude=place.latitude,
            longitude=place.longitude,
            planned_at=at,
            done_at=at if over else None,
        )
        for position, (kind, place, at) in enumerate(halts, start=1)
    )
