"""What happens at the same moment: never two missions at once on one driver, never one tap with two effects."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import product
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.actions import request
from bookings.models import Ride
from dispatch import actions
from dispatch.models import Mission
from drivers.models import Driver
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from echauffeur.journal.actions import Tap
from fleet.models import Vehicle
from tests import factories
from tests.life import world as worlds
from tests.life.checks import PROMISES, check_database
from tests.life.crowd import at_once
from tests.life.world import Person, World

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 32
CREWS = 3
TRIES = 4


@pytest.fixture
def world() -> World:
    return worlds.build()


@pytest.fixture
def regulator(world: World) -> Person:
    return world.of_kind("regulator")[0]


def confirmed_ride(world: World, *, minutes: int) -> Ride:
    """Return a ride that waits for a driver, wanted in so many minutes."""
    world.base.auto_confirm = True
    wish = world.wish(timezone.now() + timedelta(minutes=minutes))
    return request(base=world.base, wish=wish, by=world.of_kind("customer")[0].user)


Assign = Callable[[Ride, Driver, Vehicle], Any]


def everybody_assigns(world: World, assign: Assign, *, tries: int = TRIES) -> list[Any]:
    """32 clients put rides of the same two hours on three drivers and vehicles; return what each try came to."""
    drivers = factories.DriverFactory.create_batch(CREWS, base=world.base)
    vehicles = factories.VehicleFactory.create_batch(CREWS, base=world.base)
    rides = [confirmed_ride(world, minutes=30 + 4 * number) for number in range(CLIENTS)]

    def client(ride: Ride) -> list[Any]:
        crews = Random(ride.pk).sample(list(product(drivers, vehicles)), tries)
        return [assign(ride, *crew) for crew in crews]

    return [outcome for outcomes in at_once([partial(client, ride) for ride in rides]) for outcome in outcomes]


@pytest.fixture
def on_the_page(regulator: Person) -> Assign:
    """Assign as a regulator's browser does, and return the code of the answer."""
    signed_in = Client()
    signed_in.force_login(regulator.user)
    session = signed_in.cookies["sessionid"].value

    def post(ride: Ride, driver: Driver, vehicle: Vehicle) -> int:
        client = Client(raise_request_exception=False)
        client.cookies["sessionid"] = session
        crew = {"driver": driver.pk, "vehicle": vehicle.pk}
        answer = client.post(reverse("ride-assign", args=[ride.code]), crew, headers={"HX-Request": "true"})
        connections.close_all()  # as the server does after each request: 32 clients share 16 connections
        return answer.status_code

    return post


@pytest.fixture
def in_the_action(regulator: Person) -> Assign:
    """Assign without a page, and return the mission or what was raised."""

    def call(ride: Ride, driver: Driver, vehicle: Vehicle) -> Any:
        try:
            return actions.assign(ride=ride, driver=driver, vehicle=vehicle, by=regulator.user)
        except Exception as error:  # noqa: BLE001  what went wrong is the answer
            return error

    return call


def overlaps() -> int:
    with connection.cursor() as cursor:
        cursor.execute(PROMISES["a driver is on one live mission at a time"])
        return len(cursor.fetchall())


def test_32_clients_never_put_two_missions_on_one_driver(world: World, on_the_page: Assign) -> None:
    codes = Counter(everybody_assigns(world, on_the_page, tries=1))
    assert codes.total() == CLIENTS
    assert set(codes) <= {303, 409, 422}, codes
    assert codes[303] == Mission.objects.live().count() >= CREWS
    assert overlaps() == 0
    check_database()


def test_nor_do_they_deadlock(world: World, in_the_action: Assign) -> None:
    outcomes = everybody_assigns(world, in_the_action)
    assert [error for error in outcomes if not isinstance(error, Mission | Refusal)] == []
    assert overlaps() == 0


def test_without_lock_and_constraint_they_do(
    world: World, in_the_action: Assign, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = actions.create_mission

    def hesitate(*arguments: Any, **named: Any) -> Mission:
        time.sleep(0.1)
        return real(*arguments, **named)

    monkeypatch.setattr(actions, "lock_crew", lambda driver, vehicle: (driver, vehicle))
    monkeypatch.setattr(actions, "create_mission", hesitate)
    with exclusion_constraints_off():
        everybody_assigns(world, in_the_action)
        assert overlaps() > 0


def test_the_constraint_alone_lets_no_overlap_in(
    world: World, in_the_action: Assign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "lock_crew", lambda driver, vehicle: (driver, vehicle))
    everybody_assigns(world, in_the_action)
    assert overlaps() == 0


@contextmanager
def exclusion_constraints_off() -> Iterator[None]:
    """Drop the constraints of missions; put them back on an empty table."""
    constraints = [c for c in Mission._meta.constraints if c.name.endswith("never_overlap")]
    with connection.schema_editor() as editor:
        for constraint in constraints:
            editor.remove_constraint(Mission, constraint)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE dispatch_mission CASCADE")
        with connection.schema_editor() as editor:
            for constraint in constraints:
                editor.add_constraint(Mission, constraint)


def test_one_tap_sent_eight_times_at_once_books_one_ride(world: World) -> None:
    customer = world.of_kind("customer")[0].user
    tap = Tap(uuid4(), "the same wish")
    wish = world.wish(timezone.now() + timedelta(hours=1))
    rides = at_once([partial(request, base=world.base, wish=wish, by=customer, tap=tap)] * 8)
    assert {ride.code for ride in rides} == {Ride.objects.get().code}
    check_database()


def test_cancelling_and_departing_at_once_has_one_winner(world: World, regulator: Person) -> None:
    driver, vehicle = world.of_kind("driver")[0], world.vehicles[0]
    customer = world.of_kind("customer")[0].user
    winners = set()
    for minutes in range(60, 1200, 60):
        ride = confirmed_ride(world, minutes=minutes)
        mission = actions.assign(ride=ride, driver=driver.driver, vehicle=vehicle, by=regulator.user)
        actions.acknowledge(mission=mission, by=driver.user)
        cancelled, departed = at_once(
            [
                partial(actions.cancel, ride=ride, by=customer, party=Party.CUSTOMER, reason="changed_plan"),
                partial(actions.depart, ride=ride, by=driver.user),
            ]
        )
        assert isinstance(cancelled, Refusal) != isinstance(departed, Refusal), (cancelled, departed)
        check_database()
        winners.add(Ride.objects.get(pk=ride.pk).state)
        if isinstance(cancelled, Refusal):
            actions.cancel(ride=ride, by=regulator.user, party=Party.REGULATOR, reason="service")
    assert winners <= {"cancelled", "approaching"}
