"""Crews on duty that stand somewhere, for the live map's tests in browsers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from drivers.models import Driver, Shift
from echauffeur.bases.models import Base
from tests.factories import DriverFactory, VehicleFactory
from tracking.positions import Position, keep_and_tell

LIVE_MAP = "/bases/brest/map/"


def crews_of(base: Base, number: int) -> list[Driver]:
    """Return that many drivers of the base, each on duty with a vehicle of their own."""
    drivers: list[Driver] = DriverFactory.create_batch(number, base=base)
    for driver, vehicle in zip(drivers, VehicleFactory.create_batch(number, base=base), strict=True):
        Shift.objects.filter(driver=driver).update(vehicle=vehicle)
    return drivers


def stand(driver: Driver, north: float = 0, east: float = 0, *, seconds: float = 0, **more: Any) -> None:
    """Put the driver so many thousandths of a degree from the base's centre, so many seconds ago."""
    at = datetime.now(UTC) - timedelta(seconds=seconds)
    base = driver.base
    position = Position(driver.pk, base.latitude + north / 1000, base.longitude + east / 1000, at, **more)
    keep_and_tell(base.pk, [position], until=at + timedelta(hours=2))
