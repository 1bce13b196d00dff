"""The manager's pages of vehicles, drivers and service phones: axe finds nothing, and the steps work in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dispatch.models import Mission
from echauffeur.accounts.models import User
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, OpenAs
from tests.life.journeys import Journey, journey_to


@pytest.fixture
def journey(transactional_db: None) -> Journey:
    return journey_to("acknowledged")


@pytest.fixture
def manager(journey: Journey) -> User:
    manager: User = factories.ManagerFactory(base=journey.base)
    return manager


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page(
    journey: Journey, manager: User, open_as: OpenAs, axe: Callable[[Page], None], language: str
) -> None:
    User.objects.update(language=language)
    manager.refresh_from_db()
    Mission.objects.update(overrule="Kept for something else")  # so that the database lets the outage lie over it
    out = factories.UnavailabilityFactory(vehicle=journey.vehicle)
    pattern = factories.UnavailabilityPatternFactory(vehicle=journey.vehicle)
    factories.ReadingFactory(vehicle=journey.vehicle, energy_percent=9)
    phone = factories.HandsetFactory(base=journey.base)
    model = factories.VehicleModelFactory(base=journey.base, name="Jumper")
    root = f"/bases/{journey.base.code}"
    page = open_as(manager, f"{root}/vehicles/")
    paths = [
        "vehicles/", "vehicles/new/", f"vehicles/{journey.vehicle.pk}/", "planning/vehicles/",
        f"planning/vehicles/{journey.vehicle.pk}/", f"planning/vehicles/{journey.vehicle.pk}/readings/",
        f"planning/vehicles/{journey.vehicle.pk}/done/", "planning/unavailabilities/new/",
        f"planning/unavailabilities/{out.pk}/", "planning/outage-patterns/new/",
        f"planning/outage-patterns/{pattern.pk}/", f"planning/outage-patterns/{pattern.pk}/remove/", "models/",
        f"models/{model.pk}/", "drivers/", "drivers/new/", f"drivers/{journey.driver.pk}/", "handsets/",
        "handsets/new/", f"handsets/{phone.pk}/",
    ]  # fmt: skip
    for path in paths:
        page.goto(f"{root}/{path}")
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            axe(page)


def test_a_phone_is_lent_and_a_driver_switched_off(
    journey: Journey, manager: User, open_as: OpenAs, axe: Callable[[Page], None]
) -> None:
    """One walk: lend a phone; then switch its driver off, and be told of the ride and of the phone."""
    phone = factories.HandsetFactory(base=journey.base)
    page = open_as(manager, f"/bases/{journey.base.code}/handsets/{phone.pk}/")
    page.get_by_label("Driver").select_option(label=str(journey.driver.user))
    page.get_by_role("button", name="Lend").click()
    expect(page.get_by_text("was lent to")).to_be_visible()
    page.goto(f"/bases/{journey.base.code}/drivers/{journey.driver.pk}/")
    page.locator("label[for=id_enabled]").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name=journey.ride.code)).to_be_visible()
    expect(page.get_by_text("Take it back")).to_be_visible()
    axe(page)


def test_what_is_wrong_in_a_line_takes_the_focus(journey: Journey, manager: User, open_as: OpenAs) -> None:
    page = open_as(manager, f"/bases/{journey.base.code}/drivers/{journey.driver.pk}/")
    page.locator("[name=licences-1-category]").select_option("B")
    page.locator("[name=licences-1-expires_on]").fill("2098-07-14")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.get_by_role("link", name="stands here twice").click()
    expect(page.locator("[name=licences-1-category]")).to_be_focused()
    expect(page.locator("[name=licences-1-expires_on]")).to_have_value("2098-07-14")
