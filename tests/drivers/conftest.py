"""A driver with one ride of their own, on a base in control."""

from dataclasses import dataclass

import pytest
from django.test import Client

from bookings.models import Ride
from dispatch import actions as dispatch
from dispatch.models import Mission
from drivers.models import Driver
from echauffeur.accounts.models import User
from tests import factories


@dataclass
class Duty:
    """``client`` is signed in as the driver."""

    driver: Driver
    regulator: User
    client: Client

    def give(self, ride: Ride | None = None) -> Mission:
        """Put a confirmed ride (in an hour, unless it is given) on a mission of the driver's."""
        ride = ride or factories.RideFactory(base=self.driver.base)
        if ride.state != "confirmed":
            Ride.objects.filter(pk=ride.pk).update(state="confirmed")
            ride.refresh_from_db()
        vehicle = factories.VehicleFactory(base=self.driver.base)
        return dispatch.assign(ride=ride, driver=self.driver, vehicle=vehicle, by=self.regulator)


@pytest.fixture
def duty() -> Duty:
    driver = factories.DriverFactory()
    client = Client()
    client.force_login(driver.user)
    return Duty(driver, factories.RegulatorFactory(base=driver.base), client)
