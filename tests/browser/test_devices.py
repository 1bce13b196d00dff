"""Devices: a manager's and a driver's own are set up on a desk and on a phone, and shown their key once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, OpenAs


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_manager_sets_one_up(open_as: OpenAs, axe: Callable[[Page], None], size: dict[str, int]) -> None:
    vehicle = factories.VehicleFactory()
    page = open_as(factories.ManagerFactory(base=vehicle.base), "/bases/brest/devices/", size=size)
    axe(page)
    page.get_by_role("link", name="Add a device").first.click()
    axe(page)
    page.get_by_label("Name").fill("Box")
    page.get_by_label("Vehicle").select_option(label=str(vehicle))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Key of the device")).to_be_visible()
    expect(page.get_by_role("img", name="QR code")).to_have_count(2)
    axe(page)
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("row", name="Box")).to_contain_text("never")
    page.get_by_role("link", name="Box").click()
    expect(page.get_by_label("Key of the device")).to_have_count(0)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="End the key").click()
    expect(page.get_by_role("main")).to_contain_text("Ended")
    axe(page)


def test_a_driver_has_own_ones(open_as: OpenAs, axe: Callable[[Page], None]) -> None:
    page = open_as(factories.DriverFactory().user, "/drive/", size=PHONE)
    page.get_by_role("link", name="My devices").click()
    axe(page)
    page.get_by_role("button", name="Add it and show its key").click()
    expect(page.locator("#id_label")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Name").fill("My Galaxy")
    page.get_by_role("button", name="Add it and show its key").click()
    expect(page.get_by_label("Key of the device")).to_be_visible()
    axe(page)
    for target in page.get_by_role("main").locator("button, input").filter(visible=True).all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 44, target.evaluate("node => node.outerHTML")
