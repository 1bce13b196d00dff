"""The phone says where the car is, and by that alone driver and control room read that it seems to have arrived."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from bookings.models import Ride
from dispatch import actions as dispatch
from dispatch.models import Stop
from echauffeur.journal.models import Entry
from tests import factories
from tests.browser.conftest import PHONE, OpenAs
from tests.drivers.conftest import Duty
from tracking.actions.positions import take_in
from tracking.positions import Position

pytestmark = pytest.mark.django_db(transaction=True)

METRE = 1 / 111_195  # degrees north


def test_the_phone_brings_the_car_there_and_the_driver_says_so(open_as: OpenAs, axe: Callable[[Page], None]) -> None:
    driver = factories.DriverFactory()
    duty = Duty(driver, factories.RegulatorFactory(base=driver.base), None)  # type: ignore[arg-type]
    ride = factories.RideFactory(base=driver.base)
    mission = duty.give(ride)
    dispatch.acknowledge(mission=mission, by=driver.user)
    dispatch.depart(ride=ride, by=driver.user)
    Ride.objects.update(state_since=timezone.now() - timedelta(minutes=5))
    stop = Stop.objects.get(ride=ride, kind="pick_up")

    here = {"latitude": stop.latitude + 10 * METRE, "longitude": stop.longitude, "accuracy": 8}
    away = here | {"latitude": stop.latitude + 85 * METRE}
    # It has stood there for half a minute, as far as the phone has told by now.
    stood = Position(driver.pk, stop.latitude, stop.longitude, timezone.now() - timedelta(seconds=30), accuracy=8)
    take_in(driver=driver, positions=[stood])

    phone = open_as(driver.user, "/drive/", size=PHONE, geolocation=away, permissions=["geolocation"])
    tower = open_as(duty.regulator, f"/bases/{driver.base.code}/tower/?ride={ride.code}")
    expect(phone.locator("#sharing-state[data-state=sent]")).to_be_visible()
    expect(tower.locator("#tower-detail")).to_contain_text("The driver is on the way")
    assert not Entry.objects.filter(verb="seem_there").exists()

    phone.context.set_geolocation(here)  # type: ignore[arg-type]
    button = phone.get_by_role("button", name="I am there")
    expect(button).to_have_accessible_description(f"You seem to be at {stop.label}. Confirm it:")
    expect(tower.locator(".seems-there")).to_contain_text("By its position, the car arrived at")
    expect(tower.locator(".timeline__there")).to_be_visible()
    axe(phone)
    axe(tower)
    ride.refresh_from_db()
    assert ride.state == "approaching"

    button.click()
    expect(phone.get_by_role("button", name="Passengers on board")).to_be_visible()
    expect(phone.locator(".is-proposed")).to_have_count(0)
    expect(tower.locator(".seems-there")).to_have_count(0)
