"""The control tower as a regulator works it: by keyboard alone, beside a colleague, and on both sizes of screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bookings import actions as rides
from bookings.models import Ride
from bookings.states import RideState
from echauffeur.accounts.models import User
from tests.browser.comparing import expect_same_as_afresh
from tests.browser.conftest import DESKTOP, PHONE, OpenAs
from tests.dispatch.days import busy_day
from tests.factories import DriverFactory, ManagerFactory, RegulatorFactory, RideFactory, VehicleFactory

AT_ONCE = 2_000  # milliseconds
TOWER = "/bases/brest/tower/"


@pytest.fixture
def regulator() -> User:
    return RegulatorFactory()


@pytest.fixture
def requests(regulator: User) -> list[Ride]:
    """Two requests, and a driver with a vehicle for them."""
    DriverFactory(base=regulator.base)
    VehicleFactory(base=regulator.base)
    return sorted(RideFactory.create_batch(2, base=regulator.base), key=lambda ride: ride.pickup_at)


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.closest('[data-request-code]')?.dataset.requestCode ?? ''")


def on_its_day(ride: Ride) -> str:
    """Return the address of the tower's day on which the ride stands: late in the evening it is tomorrow's."""
    return f"{TOWER}?day={ride.base.local(ride.pickup_at):%Y-%m-%d}"


def state_of(ride: Ride) -> str:
    return Ride.objects.get(pk=ride.pk).state


def test_requests_are_handled_by_keyboard_alone(open_as: OpenAs, regulator: User, requests: list[Ride]) -> None:
    first, second = requests
    page = open_as(regulator, on_its_day(first))
    page.keyboard.press("j")
    assert focused(page) == first.code
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator(f"#request-{first.code}")).to_have_count(0)
    expect(page.locator(f"#request-{second.code} [data-request]")).to_be_focused()
    assert state_of(first) == RideState.ASSIGNED
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_contain_text(second.code)
    page.keyboard.press("r")
    expect(page.locator("#id_refuse_reason_0")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("All our cars are out.")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.matches('[data-fills]')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#to-handle")).to_be_focused()
    assert Ride.objects.get(pk=second.pk).end_words == "All our cars are out."
    page.keyboard.press("Escape")
    expect(page.locator("#tower-detail")).to_have_count(0)


def test_two_regulators_see_each_others_steps(open_as: OpenAs, regulator: User, requests: list[Ride]) -> None:
    ride = requests[0]
    colleague = RegulatorFactory(base=regulator.base)
    mine, theirs = open_as(regulator, f"{TOWER}?ride={ride.code}"), open_as(colleague, f"{TOWER}?ride={ride.code}")
    for page in (mine, theirs):
        expect(page.locator("#live-state[data-state=live]")).to_be_visible()
    theirs.get_by_text("Refuse", exact=False).first.click()
    theirs.locator("#id_refuse_words").fill("We are thinking about")
    mine.locator(f"#confirm-{ride.code} button").click()
    expect(theirs.locator(".tower-detail .badge").first).to_have_text("Confirmed", timeout=AT_ONCE)
    expect(mine.locator(".tower-detail .badge").first).to_have_text("Confirmed")
    # What the colleague was typing is still in their hands; that it is too late is said when they send it.
    theirs.locator(f"#refuse-{ride.code} button[data-fills]").first.click()
    theirs.locator(f"#refuse-{ride.code} .form__actions button").click()
    expect(theirs.locator("[data-error-summary]")).to_contain_text("the state is now “Confirmed”")
    assert state_of(ride) == RideState.CONFIRMED
    expect_same_as_afresh(mine)


def test_address_and_page_stay_one(open_as: OpenAs, regulator: User, requests: list[Ride]) -> None:
    """Choosing, assigning from the list and going back: the page is a function of its address throughout."""
    page = open_as(regulator, f"{TOWER}?ride={requests[1].code}")
    page.locator(f"#propose-{requests[0].code} button").first.click()
    expect(page.locator("#detail")).to_contain_text(requests[0].code)
    assert page.url.endswith(f"?ride={requests[0].code}")
    rides.confirm(ride=requests[1], by=regulator)
    expect(page.locator(f"#request-{requests[1].code} .badge")).to_have_text("Confirmed", timeout=AT_ONCE)
    expect(page.locator("#detail")).to_contain_text(requests[0].code)
    expect_same_as_afresh(page)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(
    open_as: OpenAs, axe: Callable[[Page], None], regulator: User, size: dict[str, int], scheme: str
) -> None:
    busy_day("brest", 60)
    page = open_as(regulator, TOWER, size=size, color_scheme=scheme)
    expect(page.locator("#live-state[data-state=live]")).to_be_visible()
    axe(page)
    page.locator("[data-request-code] [data-request]").first.click()
    expect(page.locator("#detail")).to_be_visible()
    page.locator("[id^=why-] summary").click()
    page.locator("[id^=choose-] summary").click()
    axe(page)
    page.locator("[id^=do-refuse] summary").click()
    page.locator("[id^=refuse-] .form__actions button").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    axe(page)


def test_empty_day_and_a_managers_view_and_the_call_page(
    open_as: OpenAs, axe: Callable[[Page], None], regulator: User
) -> None:
    page = open_as(regulator, f"{TOWER}?day=2026-01-01")
    expect(page.get_by_text("Nobody is on duty on this day.")).to_be_visible()
    axe(page)
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Book for a caller")).to_be_visible()
    axe(page)
    axe(open_as(ManagerFactory(base=regulator.base), TOWER))
