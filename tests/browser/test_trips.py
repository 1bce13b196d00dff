"""A trip is played once more: by keyboard, with its hole said and drawn; and its driver sees at once who looked."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenAs
from tests.dispatch.trips import trip_with_a_hole
from tests.life.journeys import Journey


@pytest.fixture
def journey(transactional_db: None) -> Journey:
    return trip_with_a_hole(timezone.now().replace(second=0, microsecond=0) - timedelta(hours=2))


def test_a_trip_is_played_by_keyboard_alone(open_as: OpenAs, journey: Journey, axe: Callable[[Page], None]) -> None:
    assert journey.mission
    driver = open_as(journey.driver.user, "/drive/")
    page = open_as(journey.regulator, reverse("trip", args=[journey.mission.code]))
    axe(page)
    page.get_by_label("A complaint").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Look at the trip").focus()
    page.keyboard.press("Enter")
    expect(driver.locator("main").get_by_text("has looked at the way of")).to_be_visible()

    slider = page.get_by_role("slider", name="Time of the trip")
    slider.focus()
    page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext") == f"{journey.base.local(journey.mission.ended_at):%H:%M:%S}"
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("PageUp")
    expect(page.locator("output")).to_contain_text("no position from")
    assert "no position from" in (slider.get_attribute("aria-valuetext") or "")
    expect(page.locator(".car")).to_have_class(re.compile("is-stale"))
    expect(page.locator("path.trail-hole")).to_have_count(1)
    expect(page.locator("[data-moment][aria-current]")).to_contain_text("No position")

    page.get_by_role("button", name="Show").first.press("Enter")
    assert slider.input_value() == "0"
    play = page.get_by_role("button", name="Play", exact=True)
    play.press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(slider).not_to_have_value("0")
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        axe(page)
    for size in (DESKTOP, PHONE):
        driver.set_viewport_size(size)
        driver.goto(reverse("my-looks"))
        axe(driver)


def test_without_a_map_the_list_holds_all(open_as: OpenAs, journey: Journey) -> None:
    assert journey.mission
    page = open_as(journey.regulator, reverse("trip", args=[journey.mission.code]), java_script_enabled=False)
    page.get_by_label("A complaint").check(force=True)
    page.get_by_role("button", name="Look at the trip").click()
    lines = page.locator("[data-moment]")
    expect(lines).to_have_count(5)
    expect(lines.filter(has_text="No position")).to_have_count(1)
    expect(page.get_by_role("slider")).to_have_count(0)
