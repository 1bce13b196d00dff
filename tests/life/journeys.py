"""Rides brought to a given state, step by step, as people would."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from bookings import actions as booking
from bookings.models import Ride
from bookings.rules import Origin, Wish
from bookings.states import RideState
from dispatch import actions as dispatch
from dispatch.models import Mission
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from fleet.models import Vehicle
from tests import factories


@dataclass
class Journey:
    """One ride with everybody it needs: each journey has a driver and a vehicle of its own."""

    base: Base = field(default_factory=factories.BaseFactory)
    customer: User = None  # type: ignore[assignment]
    regulator: User = None  # type: ignore[assignment]
    minutes: int = 60

    def __post_init__(self) -> None:
        self.customer = self.customer or factories.UserFactory(base=self.base)
        self.regulator = self.regulator or factories.RegulatorFactory(base=self.base)
        self.driver: Driver = factories.DriverFactory(base=self.base)
        self.vehicle: Vehicle = factories.VehicleFactory(base=self.base)
        self.mission: Mission | None = None
        places = [Origin.at(factories.PlaceFactory(base=self.base)), factories.PlaceFactory(base=self.base)]
        wanted_at = timezone.now() + timedelta(minutes=self.minutes)
        wish = Wish(*places, wanted_at, self.customer.get_full_name(), "+33612345678")  # type: ignore[arg-type]
        self.ride: Ride = booking.request(base=self.base, wish=wish, by=self.customer)

    def take(self, verb: str) -> None:
        """Take one step, by whoever takes it in an ordinary life."""
        steps: dict[str, Callable[[], object]] = {
            "confirm": lambda: booking.confirm(ride=self.ride, by=self.regulator),
            "waitlist": lambda: booking.waitlist(ride=self.ride, by=self.regulator),
            "refuse": lambda: booking.refuse(
                ride=self.ride, by=self.regulator, reason="no_capacity", words="No car is free."
            ),
            "cancel": lambda: dispatch.cancel(
                ride=self.ride, by=self.customer, party=Party.CUSTOMER, reason="changed_plan"
            ),
            "assign": self._assign,
            "acknowledge": lambda: dispatch.acknowledge(mission=self.mission, by=self.driver.user),  # type: ignore[arg-type]
        }
        by_driver = {name: getattr(dispatch, name) for name in ("depart", "arrive", "board", "complete")}
        if verb in by_driver:
            by_driver[verb](ride=self.ride, by=self.driver.user)
        else:
            steps[verb]()
        self.ride.refresh_from_db()

    def _assign(self) -> None:
        self.mission = dispatch.assign(ride=self.ride, driver=self.driver, vehicle=self.vehicle, by=self.regulator)

    def __str__(self) -> str:
        return f"{self.ride.code} ({self.ride.state})"


FORWARD = ["confirm", "assign", "acknowledge", "depart", "arrive", "board", "complete"]
WAYS: dict[str, list[str]] = {
    RideState.REQUESTED: [],
    RideState.WAITLISTED: ["waitlist"],
    RideState.REFUSED: ["refuse"],
    RideState.CANCELLED: ["cancel"],
} | {
    state: FORWARD[: number + 1]
    for number, state in enumerate(
        [
            RideState.CONFIRMED,
            RideState.ASSIGNED,
            RideState.ACKNOWLEDGED,
            RideState.APPROACHING,
            RideState.WAITING,
            RideState.ON_BOARD,
            RideState.COMPLETED,
        ]
    )
}


def journey_to(state: str, **who: object) -> Journey:
    """Return a journey whose ride has come to this state."""
    journey = Journey(**who)  # type: ignore[arg-type]
    for verb in WAYS[state]:
        journey.take(verb)
    assert journey.ride.state == state
    return journey
