"""The customer's and the guest's pages in a real browser: by keyboard, without scripts, live, clean for axe."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from bookings import actions
from bookings.models import Ride
from bookings.rules import Origin, Wish
from bookings.states import CancelReason, RideState
from dispatch import actions as dispatch
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from tests import factories
from tests.browser.comparing import expect_same_as_afresh
from tests.browser.conftest import DESKTOP, PHONE, OpenAs
from tracking.positions import Position, keep_and_tell

Axe = Callable[[Page], None]
MOST_KEYS = 25


@pytest.fixture
def customer() -> User:
    base = factories.BaseFactory()
    factories.PlaceFactory(base=base, name="Gare maritime", latitude=48.380, longitude=-4.490)
    factories.PlaceFactory(base=base, name="Hôpital", aliases=["HIA"], latitude=48.390, longitude=-4.500)
    factories.VehicleFactory(base=base, plate="ZZ-123-ZZ", colour="grey")
    user: User = factories.UserFactory(base=base)
    return user


class Keyboard:
    """A keyboard that counts what is pressed beside text."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
        self.pressed += times

    def tab_to(self, name: str) -> None:
        """Press Tab until the control of that name has the focus."""
        target = self.page.get_by_label(name, exact=True).or_(self.page.get_by_role("button", name=name)).first
        for _ in range(MOST_KEYS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.press("Tab")
        pytest.fail(f"“{name}” is not reached by Tab")


def test_a_ride_is_booked_by_keyboard_in_few_presses(customer: User, open_as: OpenAs) -> None:
    page = open_as(customer, "/rides/new/")
    keys = Keyboard(page)
    expect(page.get_by_role("combobox", name="From")).to_be_focused()
    for name, text, place in (("From", "gare", "Gare maritime"), ("To", "hia", "Hôpital")):
        keys.tab_to(name)
        page.keyboard.type(text)
        expect(page.get_by_role("option", name=place)).to_be_visible()
        keys.press("Enter")
        expect(page.get_by_role("combobox", name=name)).to_have_value(place)
    keys.press("Enter")
    expect(page.get_by_role("heading", name="As soon as possible")).to_be_focused()
    keys.tab_to("Ask for this ride")
    keys.press("Enter")
    expect(page.locator("#hero.state-requested")).to_be_visible()
    assert Ride.objects.get().destination.name == "Hôpital"
    assert keys.pressed < MOST_KEYS


def test_going_back_with_the_browser_loses_nothing_and_sends_nothing_twice(customer: User, open_as: OpenAs) -> None:
    page = open_as(customer, "/rides/new/", size=PHONE)
    fill(page)
    page.get_by_label("Note for the driver").fill("Blue door")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Blue door")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Note for the driver")).to_have_value("Blue door")
    expect(page.get_by_role("combobox", name="From")).to_have_value("Gare maritime")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Ask for this ride").dblclick()
    expect(page.locator("#hero.state-requested")).to_be_visible()
    page.go_back()
    expect(page.locator("#hero.state-requested")).to_be_visible()
    assert Ride.objects.count() == 1


def test_without_scripts_the_same_pages_book_cancel_and_share(customer: User, open_as: OpenAs) -> None:
    page = open_as(customer, "/rides/new/", java_script_enabled=False)
    page.get_by_label("From").select_option("Gare maritime")
    page.get_by_label("To", exact=True).select_option("Hôpital")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Ask for this ride").click()
    expect(page.get_by_role("heading", name="Request sent")).to_be_visible()
    page.get_by_text("Let somebody follow the car").click()
    page.get_by_role("button", name="Make a link").click()
    assert "/t/" in page.get_by_label("Tracking link").input_value()
    page.get_by_text("Cancel this ride").first.click()
    page.get_by_role("button", name="Cancel this ride").click()
    expect(page.get_by_text("Choose a reason: it helps the control room plan.").first).to_be_visible()
    page.get_by_label("Booked twice").check(force=True)
    page.get_by_role("button", name="Cancel this ride").click()
    expect(page.get_by_role("heading", name="Ride cancelled")).to_be_visible()


def test_an_unknown_place_is_said_with_what_was_typed(customer: User, open_as: OpenAs, axe: Axe) -> None:
    page = open_as(customer, "/rides/new/", size=PHONE)
    page.get_by_role("combobox", name="From").fill("Zanzibar")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("group", name="This was not sent yet")).to_be_focused()
    expect(page.get_by_role("combobox", name="From")).to_have_value("Zanzibar")
    expect(page.get_by_text("has no place called “Zanzibar”").first).to_be_visible()
    axe(page)


def test_my_position_is_a_start(customer: User, open_as: OpenAs) -> None:
    here = {"latitude": 48.3815, "longitude": -4.4905}
    page = open_as(customer, "/rides/new/", geolocation=here, permissions=["geolocation"])
    page.get_by_role("button", name="From here").click()
    expect(page.get_by_role("combobox", name="From")).to_have_value("My position (±0 m)")
    page.get_by_role("combobox", name="To").fill("Hop")
    page.get_by_role("option", name="Hôpital").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Near Gare maritime")).to_be_visible()


def test_another_base_brings_its_places_and_keeps_the_note(customer: User, open_as: OpenAs) -> None:
    factories.BaseFactory(code="toulon")
    page = open_as(customer, "/rides/new/")
    page.get_by_label("Note for the driver").fill("Blue door")
    page.get_by_label("Base", exact=True).select_option("Toulon")
    expect(page.get_by_role("heading", name="Rides of Toulon")).to_be_visible()
    expect(page.get_by_label("Note for the driver")).to_have_value("Blue door")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_follows_every_step_and_is_clean_for_axe(
    size: dict[str, int], customer: User, open_as: OpenAs, axe: Axe
) -> None:
    ride = asked_by(customer)
    page = open_as(customer, f"/rides/{ride.code}/", size=size)
    guest = open_as(None, f"/t/{actions.share(ride=ride, by=customer)}/", size=size)
    expect(page.locator("#live-state[data-state=live]")).to_be_attached()
    loads: list[Request] = []
    page.on("request", lambda request: loads.append(request) if request.is_navigation_request() else None)
    for state, take in steps_of(ride, customer):
        take()
        expect(page.locator(f"#hero.state-{state}")).to_be_visible()
        expect(guest.locator(f"#hero.state-{state}")).to_be_visible()
        for shown in (page, guest):
            axe(shown)
            if size is DESKTOP:  # a wider screen shows no other words
                expect_same_as_afresh(shown)
    assert loads == []


def test_on_a_phone_a_plate_stays_whole_and_what_belongs_to_a_ride_stands_under_it(
    customer: User, open_as: OpenAs
) -> None:
    coming, past = asked_by(customer), asked_by(customer)
    for word, step in steps_of(coming, customer):
        step()
        if word == "approaching":
            break
    User.objects.filter(driving__missions__stops__ride=coming).update(first_name="Bérangère")
    dispatch.cancel(ride=past, by=customer, party=Party.CUSTOMER, reason=CancelReason.NO_LONGER_NEEDED)
    page = open_as(customer, "/rides/", size=PHONE)
    lines = page.get_by_text("ZZ-123-ZZ", exact=True).evaluate("plate => plate.getClientRects().length")
    assert lines == 1
    route, again = page.locator(".past-ride .strong"), page.get_by_role("link", name="Book again")
    assert route.bounding_box()["x"] == pytest.approx(again.bounding_box()["x"], abs=1)  # type: ignore[index]


def asked_by(customer: User) -> Ride:
    ends = list(customer.base.places.all())  # type: ignore[union-attr]
    wish = Wish(Origin.at(ends[0]), ends[1], None, "Camille Durand", "+33612345678")
    return actions.request(base=ends[0].base, wish=wish, by=customer)


def steps_of(ride: Ride, customer: User) -> list[tuple[str, Callable[[], Any]]]:
    """Return each state of the ride's life after the request, and how to bring it about."""
    regulator = factories.RegulatorFactory(base=ride.base)
    driver = factories.DriverFactory(base=ride.base)
    vehicle = ride.base.vehicles.get()

    def assign() -> None:
        dispatch.assign(ride=ride, driver=driver, vehicle=vehicle, by=regulator)

    def acknowledge() -> None:
        dispatch.acknowledge(mission=driver.missions.get(), by=driver.user)

    return [
        ("confirmed", lambda: actions.confirm(ride=ride, by=regulator)),
        ("assigned", assign),
        ("acknowledged", acknowledge),
        ("approaching", lambda: dispatch.depart(ride=ride, by=driver.user)),
        ("waiting", lambda: dispatch.arrive(ride=ride, by=driver.user)),
        ("on_board", lambda: dispatch.board(ride=ride, by=driver.user)),
        ("completed", lambda: dispatch.complete(ride=ride, by=driver.user)),
    ]


def test_the_arrival_follows_the_car(customer: User, open_as: OpenAs) -> None:
    ride = asked_by(customer)
    page = open_as(customer, f"/rides/{ride.code}/")
    expect(page.locator("#live-state[data-state=live]")).to_be_attached()
    for state, take in steps_of(ride, customer):
        take()
        if state == RideState.APPROACHING:
            break
    expect(page.get_by_text("The car’s position is not known right now.")).to_be_visible()
    driver = ride.stops.first().mission.driver  # type: ignore[union-attr]
    for north, minutes in ((0.05, "16 min"), (0.01, "3 min")):
        at = timezone.now()
        here = Position(driver.pk, ride.origin_latitude + north, ride.origin_longitude, at)
        keep_and_tell(ride.base_id, [here], until=at + timedelta(hours=1))
        expect(page.locator("#eta [data-eta-value]")).to_have_text(minutes)
        expect(page.get_by_text("Position:")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_other_pages_are_clean_for_axe(
    language: str, size: dict[str, int], customer: User, open_as: OpenAs, axe: Axe
) -> None:
    User.objects.filter(pk=customer.pk).update(language=language)
    customer.refresh_from_db()
    page = open_as(customer, "/rides/", size=size)
    axe(page)
    ride = asked_by(customer)
    dispatch.cancel(ride=ride, by=customer, party=Party.CUSTOMER, reason=CancelReason.DUPLICATE)
    asked_by(customer)
    for path in ("/rides/", f"/rides/{ride.code}/", "/rides/new/?fresh", "/track/"):
        page.goto(path)
        axe(page)
    page.goto("/rides/new/?fresh")
    page.locator("input[name=when][value=at]").check(force=True)
    axe(page)


def fill(page: Page) -> None:
    for label, place in (("From", "Gare maritime"), ("To", "Hôpital")):
        page.get_by_role("combobox", name=label).fill(place)
        page.get_by_role("option", name=place).click()
