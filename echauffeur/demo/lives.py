"""Rides of the past, told step by step as the actions would have written them, but without the database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import models

from bookings.models import Ride
from bookings.states import RIDE
from dispatch.models import Mission, Stop, StopKind
from dispatch.queries.feasibility import LEAST_APPROACH
from dispatch.states import MISSION
from drivers.models import Driver
from echauffeur.accounts.models import Membership, User
from echauffeur.bases.models import Category, Place
from echauffeur.common.lifecycle import Party
from echauffeur.common.models import CODE_ALPHABET
from fleet.models import Vehicle


@dataclass
class Note:
    """One journal entry to be: its rows have no primary keys yet."""

    at: datetime
    verb: str
    row: Ride | Mission | Membership
    by: User | None
    party: Party
    from_state: str
    to_state: str
    reason: str = ""
    words: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    also_on: list[tuple[str, models.Model]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        if isinstance(self.row, Membership):
            return "membership"
        return "ride" if isinstance(self.row, Ride) else "mission"

    @property
    def code(self) -> str:
        return self.row.role if isinstance(self.row, Membership) else self.row.code

    def streams(self) -> list[str]:
        """Return the streams it is told on, the base's first, in the journal's own order."""
        own = {f"{self.kind}:{self.row.pk}", *(f"{kind}:{row.pk}" for kind, row in self.also_on)}
        return [f"base:{self.row.base_id}", *sorted(own)]


@dataclass(frozen=True)
class Wanted:
    """What somebody asked for: the plain facts of a ride."""

    customer: User | None
    booked_by: User
    passenger_name: str
    origin: Place
    destination: Place
    pickup_at: datetime
    requested_at: datetime
    passengers: int = 1
    luggage: int = 0
    wheelchairs: int = 0
    note: str = ""
    category: Category | None = None
    motive: str = ""


class Life:
    """A ride with its missions, stops and notes. Each verb is one step, checked by the lifecycle's own table."""

    def __init__(self, wanted: Wanted, random: Random):
        self.random = random
        self.notes: list[Note] = []
        self.missions: list[Mission] = []
        self.stops: list[Stop] = []
        base = wanted.origin.base
        self.ride = Ride(
            code=self._code("R"), base=base, customer=wanted.customer, booked_by=wanted.booked_by,
            passenger_name=wanted.passenger_name, phone=wanted.booked_by.phone, origin=wanted.origin,
            origin_label=wanted.origin.name, origin_latitude=wanted.origin.latitude,
            origin_longitude=wanted.origin.longitude, destination=wanted.destination, wanted_at=wanted.pickup_at,
            pickup_at=wanted.pickup_at, minutes=base.ride_minutes, passengers=wanted.passengers,
            luggage=wanted.luggage, wheelchairs=wanted.wheelchairs, note=wanted.note,
            category=wanted.category, motive=wanted.motive,
            requested_at=wanted.requested_at, state_since=wanted.requested_at,
        )  # fmt: skip
        party = Party.CUSTOMER if wanted.customer else Party.REGULATOR
        self._note(
            wanted.requested_at, "request", self.ride, wanted.booked_by, party, from_state="", to_state=self.ride.state
        )

    def _code(self, prefix: str) -> str:
        return f"{prefix}-{''.join(self.random.choices(CODE_ALPHABET, k=6))}"

    @property
    def mission(self) -> Mission | None:
        """The mission that carries the ride now."""
        return next((m for m in self.missions if m.state in MISSION.live), None)

    # --- the control room ---

    def confirm(self, at: datetime, by: User) -> None:
        self._step(at, "confirm", by, Party.REGULATOR)

    def waitlist(self, at: datetime, by: User) -> None:
        self._step(at, "waitlist", by, Party.REGULATOR)

    def refuse(self, at: datetime, by: User, reason: str, words: str) -> None:
        self._step(at, "refuse", by, Party.REGULATOR, reason=reason, words=words)

    def assign(self, at: datetime, by: User, driver: Driver, vehicle: Vehicle) -> None:
        ride = self.ride
        period = ride.pickup_at - LEAST_APPROACH, ride.expected_end
        mission = Mission(code=self._code("M"), base=ride.base, driver=driver, vehicle=vehicle, period=period)
        self.missions.append(mission)
        self.stops += [
            Stop(
                mission=mission, position=1, kind=StopKind.PICK_UP, ride=ride, place=ride.origin,
                label=ride.origin_label, latitude=ride.origin_latitude, longitude=ride.origin_longitude,
                planned_at=ride.pickup_at,
            ),
            Stop(
                mission=mission, position=2, kind=StopKind.SET_DOWN, ride=ride, place=ride.destination,
                label=ride.destination.name, latitude=ride.destination.latitude,
                longitude=ride.destination.longitude, planned_at=ride.expected_end,
            ),
        ]  # fmt: skip
        data = {"mission": mission.code, "driver": str(driver), "vehicle": vehicle.name, "plate": vehicle.plate}
        self._step(at, "assign", by, Party.REGULATOR, data=data)
        self._note(at, "plan", mission, by, Party.REGULATOR, from_state="", to_state=mission.state)

    # --- the driver ---

    def acknowledge(self, at: datetime) -> None:
        self._move(at, "acknowledge")
        self._step(at, "acknowledge", self._driver, Party.DRIVER)

    def decline(self, at: datetime, reason: str, words: str) -> None:
        mission, driver = self._carried, self._driver
        data = {"mission": mission.code, "driver": str(mission.driver)}
        self._step(at, "decline", driver, Party.DRIVER, reason=reason, words=words, data=data)
        self._drop_stops(at)
        self._move(at, "call_off", driver, Party.DRIVER)

    def depart(self, at: datetime) -> None:
        self._step(at, "depart", self._driver, Party.DRIVER)
        self._move(at, "set_out")

    def arrive(self, at: datetime) -> None:
        self._step(at, "arrive", self._driver, Party.DRIVER)
        self.stops[-2].arrived_at = at

    def board(self, at: datetime) -> None:
        self._step(at, "board", self._driver, Party.DRIVER)
        self.stops[-2].done_at = at

    def complete(self, at: datetime) -> None:
        self._step(at, "complete", self._driver, Party.DRIVER)
        self.stops[-1].arrived_at = self.stops[-1].done_at = at
        self._move(at, "finish")

    def no_show(self, at: datetime) -> None:
        self._leave(at, "no_show", self._driver, Party.DRIVER, reason="no_show")

    # --- the customer ---

    def cancel(self, at: datetime, by: User, party: Party, reason: str, words: str = "") -> None:
        self._leave(at, "cancel", by, party, reason=reason, words=words)

    def rate(self, at: datetime, by: User, rating: int, words: str) -> None:
        self.ride.rating, self.ride.rating_words = rating, words
        state = self.ride.state
        data = {"rating": rating}
        self._note(at, "rate", self.ride, by, Party.CUSTOMER, from_state=state, to_state=state, data=data)

    # --- what the steps share ---

    @property
    def _carried(self) -> Mission:
        assert self.mission is not None
        return self.mission

    @property
    def _driver(self) -> User:
        return self._carried.driver.user

    def _leave(self, at: datetime, verb: str, by: User, party: Party, *, reason: str, words: str = "") -> None:
        self._step(at, verb, by, party, reason=reason, words=words)
        if self.mission:
            self._drop_stops(at)
            self._move(at, "call_off", by, party)

    def _drop_stops(self, at: datetime) -> None:
        for stop in self.stops:
            if stop.mission is self.mission and stop.is_open:
                stop.dropped_at = at

    def _step(self, at: datetime, verb: str, by: User, party: Party, **more: Any) -> None:
        ride, from_state = self.ride, self.ride.state
        step = RIDE.check(verb, from_state, party)
        ride.state, ride.state_since = step.target, at
        if step.target in RIDE.final:
            ride.ended_at = at
            ride.end_reason, ride.end_words = more.get("reason", ""), more.get("words", "")
        self._note(at, verb, ride, by, party, from_state=from_state, to_state=ride.state, **more)

    def _move(self, at: datetime, verb: str, by: User | None = None, party: Party = Party.DRIVER) -> None:
        mission = self._carried
        by, from_state = by or mission.driver.user, mission.state
        mission.state = MISSION.check(verb, from_state, party).target
        mission.ended_at = at if mission.state in MISSION.final else None
        self._note(at, verb, mission, by, party, from_state=from_state, to_state=mission.state, carrier=mission)

    def _note(
        self, at: datetime, verb: str, row: Ride | Mission, by: User | None, party: Party,
        *, from_state: str, to_state: str, carrier: Mission | None = None, **more: Any,
    ) -> None:  # fmt: skip
        if isinstance(row, Ride):
            also_on: list[tuple[str, models.Model]] = [("customer", row.customer)] if row.customer else []
            carrier = None if verb == "rate" else self.mission
        else:
            also_on, carrier = [], carrier or row
        if carrier is not None:
            also_on.append(("driver", carrier.driver))
        self.notes.append(Note(at, verb, row, by, party, from_state, to_state, also_on=also_on, **more))


def steps_of(lives: list[Life], others: Iterable[Note] = ()) -> Iterator[Note]:
    """Yield the notes of all these lives, and others, in the order of their time."""
    yield from sorted([*others, *(note for life in lives for note in life.notes)], key=lambda note: note.at)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
