"""A base with a request, a driver and a vehicle, and somebody to steer it."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import translation

from bookings import actions as rides
from bookings.models import Ride
from dispatch import actions
from echauffeur.bases.models import Base
from tests.factories import BaseFactory, DriverFactory, RegulatorFactory, RideFactory, VehicleFactory


@pytest.fixture
def base(db: None) -> Base:
    return BaseFactory(code="brest")


@pytest.fixture
def regulator(base: Base, client: Client) -> object:
    """A regulator of the base, signed in with ``client``."""
    person = RegulatorFactory(base=base)
    client.force_login(person)
    return person


@pytest.fixture
def crew(base: Base) -> SimpleNamespace:
    """``driver``, ``vehicle``, and ``pair``, their form value."""
    driver, vehicle = DriverFactory(base=base), VehicleFactory(base=base)
    return SimpleNamespace(driver=driver, vehicle=vehicle, pair=f"{driver.pk}-{vehicle.pk}")


@pytest.fixture
def ride(base: Base) -> Ride:
    """A request in one hour."""
    return RideFactory(base=base)


@pytest.fixture
def assigned(ride: Ride, crew: SimpleNamespace, regulator: object) -> Ride:
    """The ride, confirmed and assigned."""
    rides.confirm(ride=ride, by=regulator)
    actions.assign(ride=ride, driver=crew.driver, vehicle=crew.vehicle, by=regulator)
    ride.refresh_from_db()
    return ride


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Sentences are compared in the language they are written in."""
    with translation.override("en"):
        yield
