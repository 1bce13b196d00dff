"""Who takes a driver or a vehicle out of service waits for who is just booking it; and sees what came of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from dispatch.actions import lock_crew
from drivers.actions import crew as drivers
from drivers.actions import planning, shifts
from drivers.models import Driver
from echauffeur.accounts.models import User
from fleet.actions import handsets, outages, vehicles
from fleet.commitments import Conflict
from fleet.models import Unavailability
from tests.factories import BaseFactory, DriverFactory, HandsetFactory, ManagerFactory, UnavailabilityFactory
from tests.life.crowd import at_once
from tests.life.journeys import Journey, journey_to

pytestmark = pytest.mark.django_db(transaction=True)

CHANGES: dict[str, Callable[[Journey, User], Any]] = {
    "vehicle off": lambda j, by: vehicles.save_vehicle(vehicle=off(j.vehicle), fields=["enabled"], by=by),
    "model": lambda j, by: vehicles.save_model(model=j.vehicle.model, fields=["seats"], by=by),
    "out of service": lambda j, by: outages.save_unavailability(
        out=Unavailability(vehicle=j.vehicle, period=(timezone.now(), None), reason="breakdown"), by=by
    ),
    "back in service": lambda j, by: outages.end_unavailability(out=j.vehicle.unavailabilities.get(), by=by),
    "driver off": lambda j, by: drivers.save_driver(driver=off(j.driver), fields=["enabled"], by=by),
    "shifts": lambda j, by: shifts.remove_shift(row=j.driver.shifts.get(), by=by),
}


def off(row: Any) -> Any:
    row.enabled = False
    return row


@contextmanager
def impatient() -> Iterator[None]:
    """A transaction that gives up on a lock after a moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
        yield


def waits(change: Callable[[Journey, User], Any]) -> bool:
    """Whether the change waits for somebody who is booking the driver and vehicle of a mission."""
    journey = journey_to("assigned")
    journey.vehicle.refresh_from_db()
    hour = timedelta(hours=1)
    UnavailabilityFactory(vehicle=journey.vehicle, period=(timezone.now() + 90 * hour, timezone.now() + 91 * hour))
    manager = ManagerFactory(base=journey.base)

    def try_it() -> None:
        with impatient():
            change(journey, manager)

    with transaction.atomic():
        lock_crew(journey.driver, journey.vehicle)
        (outcome,) = at_once([try_it])
    if outcome is None or isinstance(outcome, Conflict):
        return False  # it came through, or to its own judgement of what is planned
    assert "lock timeout" in str(outcome), outcome
    return True


@pytest.mark.parametrize("name", CHANGES)
def test_it_waits_for_who_is_booking(name: str) -> None:
    assert waits(CHANGES[name])


@pytest.mark.parametrize("name", ["model", "out of service", "shifts"])
def test_without_the_lock_it_would_not(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: writing these rows alone meets no lock of the vehicle's or driver's."""
    for module in (outages, vehicles):
        monkeypatch.setattr(module, "lock_vehicles", list)
    monkeypatch.setattr(drivers, "lock_driver", lambda driver: driver)
    monkeypatch.setattr(planning, "lock_drivers", lambda ids: list(Driver.objects.filter(pk__in=ids)))
    assert not waits(CHANGES[name])


def test_one_phone_is_lent_once_however_many_try() -> None:
    """Two managers lend the same phone to two drivers: one of them is told that it is gone."""
    base = BaseFactory()
    manager, handset = ManagerFactory(base=base), HandsetFactory(base=base)
    people = [driver.user for driver in DriverFactory.create_batch(4, base=base)]

    outcomes = at_once([partial(handsets.lend, handset=handset, holder=person, by=manager) for person in people])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Handset", *["WrongState"] * 3]
