"""Three browsers at once play a ride's life: each screen shows the others' steps at once, and shows the truth."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from bookings.models import Ride
from echauffeur.accounts.models import User
from tests import factories
from tests.browser.booking import book
from tests.browser.comparing import expect_same_as_afresh
from tests.browser.conftest import PHONE, OpenAs

AT_ONCE = 2_000  # milliseconds


@dataclass
class Screens:
    """The customer's, regulator's and driver's open pages."""

    customer: Page
    tower: Page
    phone: Page

    @property
    def all(self) -> list[Page]:
        return [self.customer, self.tower, self.phone]

    def of_ride(self, code: str, state: str) -> None:
        """Demand that customer and control room see this state, within two seconds and without a reload."""
        expect(self.customer.locator(f"#hero.state-{state}")).to_be_visible(timeout=AT_ONCE)
        expect(self.tower.locator(f".tower-detail .panel__head .badge.state-{state}")).to_be_visible(timeout=AT_ONCE)

    def tell_the_truth(self) -> None:
        for page in self.all:
            expect_same_as_afresh(page)


@pytest.fixture
def people() -> dict[str, User]:
    base = factories.BaseFactory()
    for name in ("Gare maritime", "Hôpital"):
        factories.PlaceFactory(base=base, name=name)
    factories.VehicleFactory(base=base)
    driver = factories.DriverFactory(base=base)
    return {
        "customer": factories.UserFactory(base=base),
        "regulator": factories.RegulatorFactory(base=base),
        "driver": driver.user,
    }


@pytest.fixture
def screens(people: dict[str, User], open_as: OpenAs) -> Iterator[Screens]:
    screens = Screens(
        open_as(people["customer"], "/rides/new/", size=PHONE),
        open_as(people["regulator"], "/bases/brest/tower/"),
        open_as(people["driver"], "/drive/", size=PHONE),
    )
    loads = dict.fromkeys(screens.all, 0)
    for page in screens.all:
        expect(page.locator("#main")).to_be_visible()
        page.on("load", lambda page: loads.update({page: loads[page] + 1}))
    yield screens
    assert loads[screens.tower] == loads[screens.phone] == 0, "a page was loaded again instead of following"


def step(phone: Page, verb: str) -> Locator:
    """Return the driver's one big button, when it is this verb's."""
    return phone.locator(f"form[id^=step-{verb}-]:not([hidden]) button")


def test_a_ride_from_booking_to_rating_on_three_screens(screens: Screens) -> None:
    code = book(screens.customer)

    request = screens.tower.locator(f"#request-{code}")
    expect(request).to_be_visible(timeout=AT_ONCE)
    screens.tell_the_truth()

    request.get_by_role("link").click()
    screens.of_ride(code, "requested")
    screens.tower.locator(f".tower-detail form#assign-{code} button").first.click()
    screens.of_ride(code, "assigned")
    expect(step(screens.phone, "acknowledge")).to_be_visible(timeout=AT_ONCE)
    screens.tell_the_truth()

    for verb, state in [
        ("acknowledge", "acknowledged"),
        ("depart", "approaching"),
        ("arrive", "waiting"),
        ("board", "on_board"),
        ("complete", "completed"),
    ]:
        screens.phone.once("dialog", lambda dialog: dialog.accept())
        step(screens.phone, verb).click()
        screens.of_ride(code, state)
        screens.tell_the_truth()

    happened = screens.tower.locator(".tower-detail .history li").count()
    screens.customer.get_by_role("button", name="5 of 5").click()
    expect(screens.tower.locator(".tower-detail .history li")).to_have_count(happened + 1, timeout=AT_ONCE)
    screens.tell_the_truth()
    assert Ride.objects.get().rating == 5


def test_what_the_customer_cancels_vanishes_from_tower_and_phone(screens: Screens) -> None:
    code = book(screens.customer)
    screens.tower.locator(f"#request-{code}").get_by_role("link").click()
    screens.tower.locator(f".tower-detail form#assign-{code} button").first.click()
    expect(step(screens.phone, "acknowledge")).to_be_visible(timeout=AT_ONCE)

    screens.customer.get_by_text("Cancel this ride").first.click()
    cancel = screens.customer.locator(f"form[action='/rides/{code}/cancel/']")
    cancel.get_by_label("No longer needed").check()
    cancel.get_by_role("button").last.click()

    screens.of_ride(code, "cancelled")
    expect(step(screens.phone, "acknowledge")).to_have_count(0, timeout=AT_ONCE)
    screens.tell_the_truth()
