"""Booking for a caller against the rules of the base: the sheet comes back whole, asks why, and the tower tells it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from bookings.models import Ride
from tests import factories
from tests.browser.conftest import PHONE, OpenAs


def test_a_regulator_overrules_with_a_reason(open_as: OpenAs, axe: Callable[[Page], None]) -> None:
    base = factories.BaseFactory(greatest_party=2, motive_required=True)
    factories.VehicleFactory(base=base)
    for name in ("Gare maritime", "Hôpital"):
        factories.PlaceFactory(base=base, name=name)
    factories.CategoryFactory(base=base, name="Liaison")
    factories.CategoryFactory(base=base, name="Groupe")
    page = open_as(factories.RegulatorFactory(base=base), "/bases/brest/rides/new/", size=PHONE)
    page.get_by_role("combobox", name="From").fill("Gare")
    page.get_by_role("option", name="Gare maritime").click()
    page.get_by_role("combobox", name="To").fill("Hop")
    page.get_by_role("option", name="Hôpital").click()
    page.get_by_label("Passengers").fill("3")
    page.get_by_role("radio", name="Groupe").check()
    page.get_by_label("Passenger", exact=True).fill("M. Kerbrat")
    page.get_by_label("Passenger's phone").fill("06 12 34 56 78")
    page.get_by_role("button", name="Book, then choose a driver").click()

    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.get_by_label("Passenger", exact=True)).to_have_value("M. Kerbrat")
    expect(page.get_by_role("radio", name="Groupe")).to_be_checked()
    asked = page.get_by_role("region", name="Book it all the same?")
    expect(asked).to_contain_text("Brest takes parties of up to 2 passengers.")
    expect(asked).to_contain_text("A ride of Brest needs a motive.")
    axe(page)
    assert not Ride.objects.exists()

    page.get_by_label("Overrule, because…").fill("Ordre du commandement")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#tower-detail")).to_contain_text("Against the rules: parties of up to 2 · a motive is needed")
    expect(page.locator("#tower-detail")).to_contain_text("“Ordre du commandement”")
