"""The live map as a regulator works it: list first, map second, on both sizes of screen, by keyboard alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from dispatch import actions
from echauffeur.accounts.models import User
from tests.browser.conftest import DESKTOP, PHONE, OpenAs
from tests.browser.crews import LIVE_MAP, crews_of, stand
from tests.browser.guard import Guard
from tests.factories import RegulatorFactory
from tests.life.journeys import journey_to
from tracking.positions import forget

CARS = ".map .car"
NO_LONGER = "The map no longer follows"


@pytest.fixture
def regulator() -> User:
    return RegulatorFactory()


def opened(page: Page) -> Page:
    expect(page.locator("#live-state[data-state=live]")).to_be_visible()
    return page


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_a_full_one(
    open_as: OpenAs, axe: Callable[[Page], None], regulator: User, size: dict[str, int], scheme: str
) -> None:
    drivers = crews_of(regulator.base, 100)
    for n, driver in enumerate(drivers[:90]):
        stand(driver, n // 2 % 5, n // 10, seconds=40 if n % 7 == 0 else 1, heading=n)
    regulator.language = "fr" if scheme == "dark" else "en"
    regulator.save()
    page = opened(open_as(regulator, LIVE_MAP, size=size, color_scheme=scheme))
    expect(page.locator("[data-crew]")).to_have_count(100)
    axe(page)
    page.locator("[data-crew]").first.click()
    expect(page.locator(".crew__more")).to_be_visible()
    axe(page)
    if size == PHONE:
        page.locator(".fleet-view [value=map]").check()
        expect(page.locator(".crew:visible")).to_have_count(1)
    expect(page.locator(".map .cars").first).to_be_visible()
    axe(page)


def test_nobody_on_duty_and_nobody_found_are_said(
    open_as: OpenAs, axe: Callable[[Page], None], regulator: User
) -> None:
    page = opened(open_as(regulator, LIVE_MAP))
    expect(page.get_by_text("Nobody is on duty now.")).to_be_visible()
    axe(page)
    crews_of(regulator.base, 1)
    page.goto(f"{LIVE_MAP}?q=nobody")
    expect(page.get_by_text("Nobody on duty is like that.")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("[data-crew]")).to_have_count(1)


def test_worked_by_keyboard_alone(open_as: OpenAs, regulator: User) -> None:
    drivers = crews_of(regulator.base, 3)
    for n, driver in enumerate(drivers):
        stand(driver, n, n)
    journey = journey_to("waiting", base=regulator.base, regulator=regulator)
    stand(journey.driver, 3, 3)
    page = opened(open_as(regulator, LIVE_MAP))
    expect(page.locator("[data-crew]")).to_have_count(4)
    page.keyboard.press("/")
    page.keyboard.type(journey.driver.user.last_name.lower())
    expect(page.locator("[data-crew]")).to_have_count(1)
    assert f"q={journey.driver.user.last_name.lower()}" in page.url
    actions.board(ride=journey.ride, by=journey.driver.user)
    expect(page.locator("[data-crew] + .badge")).to_have_text(
        "On board"
    )  # a live update keeps the filter, and the hand
    assert focused(page) == "fleet-words"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused(page) == f"crew-link-{journey.driver.pk}"
    page.keyboard.press("Enter")
    expect(page.locator(".crew__stops li")).to_have_count(2)
    expect(page.locator(".map-stop.is-done")).to_have_count(1)
    expect(page.locator(".map-way:not(.is-done)")).to_be_visible()
    assert focused(page) == f"crew-link-{journey.driver.pk}"
    page.keyboard.press("Escape")
    expect(page.locator(".crew__more")).to_have_count(0)
    assert focused(page) == f"crew-link-{journey.driver.pk}"
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(page.locator("[data-crew]")).to_have_count(4)
    assert "q=" not in page.url
    page.locator("#group-all").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-crew]")).to_have_count(3)
    expect(page.locator(CARS)).to_have_count(3)
    assert page.url.endswith("?state=free")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.leaflet-marker-pane, .leaflet-cars-pane')") is None


def test_arrows_walk_through_the_list(open_as: OpenAs, regulator: User) -> None:
    crews_of(regulator.base, 3)
    page = opened(open_as(regulator, LIVE_MAP))
    page.locator("[data-crew]").first.focus()
    for key, at in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowDown", 2), ("ArrowUp", 1)):
        page.keyboard.press(key)
        expect(page.locator("[data-crew]").nth(at)).to_be_focused()


def test_a_car_opens_its_row_and_a_row_its_car(open_as: OpenAs, regulator: User) -> None:
    far, near = crews_of(regulator.base, 2)
    stand(far, -9, -9)
    stand(near, 9, 9)
    page = opened(open_as(regulator, LIVE_MAP))
    page.locator(CARS, has_text=far.short_name).click()
    expect(page.locator(f"#crew-link-{far.pk}")).to_be_focused()
    expect(page.locator(f"#crew-{far.pk} .crew__more")).to_be_visible()
    expect(page.locator(f"{CARS}.is-selected")).to_contain_text(far.short_name)
    page.locator(f"#crew-link-{near.pk}").click()
    expect(page.locator(f"{CARS}.is-selected")).to_contain_text(near.short_name)


def test_the_way_of_whom_the_address_names_is_in_sight(open_as: OpenAs, regulator: User) -> None:
    """Far from the base as well, on the first look."""
    journey = journey_to("on_board", base=regulator.base, regulator=regulator)
    stand(journey.driver, 90, 90)
    page = opened(open_as(regulator, f"{LIVE_MAP}?crew={journey.driver.pk}"))
    expect(page.locator(f"{CARS}.is-selected")).to_be_in_viewport()
    expect(page.locator(".map-stop")).to_have_count(2)
    for stop in page.locator(".map-stop").all():
        expect(stop).to_be_in_viewport()


def test_a_followed_car_stays_in_the_middle_until_the_map_is_moved(open_as: OpenAs, regulator: User) -> None:
    driver, other = crews_of(regulator.base, 2)
    stand(driver, 1, 1)
    stand(other, -9, 2)
    page = opened(open_as(regulator, f"{LIVE_MAP}?crew={driver.pk}"))
    row, on_map = page.locator(f"#crew-{driver.pk} [data-follow]"), page.locator(".map-follow")
    expect(on_map).to_contain_text(f"Follow {driver.short_name}")
    row.focus()
    page.keyboard.press("Enter")
    for button in (row, on_map):
        expect(button).to_have_attribute("aria-pressed", "true")
    stand(driver, 6, 7)
    expect_in_the_middle(page, driver.short_name)
    actions_on_page = page.locator(f"#crew-{driver.pk}")
    page.evaluate("document.dispatchEvent(new CustomEvent('live:refresh'))")
    expect(actions_on_page.locator("[data-follow]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("f")
    expect(row).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("f")
    expect(on_map).to_have_attribute("aria-pressed", "true")
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 420, box["y"] + 380, steps=5)
    page.mouse.up()
    expect(page.locator("#messages")).to_contain_text(f"{NO_LONGER} {driver.short_name}: you moved it.")
    for button in (row, on_map):
        expect(button).to_have_attribute("aria-pressed", "false")
    assert focused(page) != "BODY"


def test_a_car_that_is_no_longer_seen_is_no_longer_followed(open_as: OpenAs, regulator: User) -> None:
    (driver,) = crews_of(regulator.base, 1)
    stand(driver, 1, 1)
    page = opened(open_as(regulator, LIVE_MAP))
    page.locator(f"#crew-{driver.pk} [data-follow]").click()
    expect(page.locator(".map-follow")).to_contain_text(f"Following {driver.short_name}")
    forget(driver.pk)
    page.evaluate("document.dispatchEvent(new CustomEvent('live:refresh'))")
    expect(page.locator("#messages")).to_contain_text("the list no longer says where the car is")
    expect(page.locator(CARS)).to_have_count(0)
    expect(page.locator(f"#crew-{driver.pk}")).to_contain_text("No position")


def expect_in_the_middle(page: Page, name: str) -> None:
    page.wait_for_function(
        """(name) => {
          const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];
          const car = [...document.querySelectorAll(".map .car")].find((car) => car.textContent.includes(name));
          const [map, here] = [document.getElementById("map"), car].map((one) => middle(one.getBoundingClientRect()));
          return Math.hypot(map[0] - here[0], map[1] - here[1]) < 4;
        }""",
        arg=name,
    )


def test_a_group_says_who_is_in_it_and_parts_when_pressed(open_as: OpenAs, regulator: User) -> None:
    drivers = crews_of(regulator.base, 3)
    for driver, east in zip(drivers, (0, 0.6, 18), strict=True):
        stand(driver, 0, east)
    page = opened(open_as(regulator, LIVE_MAP))
    group = page.locator(".map .cars")
    expect(group).to_have_text("2")
    on_top = """(group) => {
      const { x, y, width } = group.getBoundingClientRect();
      return document.elementFromPoint(x + width / 2, y + width / 2).className;
    }"""
    assert group.evaluate(on_top) == "cars__count"
    assert {*group.get_attribute("title").split(", ")} == {driver.short_name for driver in drivers[:2]}
    expect(page.locator(CARS)).to_have_count(1)
    group.click()
    expect(page.locator(CARS)).to_have_count(3)
    expect(group).to_have_count(0)


def test_of_cars_at_one_spot_each_can_be_had(open_as: OpenAs, regulator: User) -> None:
    drivers = crews_of(regulator.base, 3)
    for driver in drivers:
        stand(driver)
    page = opened(open_as(regulator, LIVE_MAP))
    expect(page.locator(".map .cars")).to_have_text("3")
    page.locator(".map .cars").click()
    expect(page.locator("[data-crew]:focus")).to_have_count(1)
    expect(page.locator(f"{CARS}.is-selected")).to_have_count(1)
    expect(page.locator(".map .cars")).to_have_text("2")


def test_without_a_network_it_says_since_when_and_the_list_stays(
    open_as: OpenAs, axe: Callable[[Page], None], regulator: User, guard: Guard
) -> None:
    guard.forgive("ERR_", "map could not be drawn", "WebSocket")
    (driver,) = crews_of(regulator.base, 1)
    stand(driver, 1, 1)
    fails = {"map": True}

    def answer(route: Route) -> None:
        if fails["map"]:
            route.abort()
        else:
            route.continue_()

    page = open_as(regulator, "/account/")
    page.route("**/map.json", answer)
    page.goto(LIVE_MAP)
    expect(page.locator(".map-failed")).to_have_text("The map cannot be drawn now. The list holds the same facts.")
    expect(page.locator(CARS)).to_have_count(1)
    axe(page)
    fails["map"] = False
    page.evaluate("document.dispatchEvent(new CustomEvent('live:refresh'))")
    expect(page.locator(".map-failed")).to_have_count(0)
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#live-state[data-state=old]")).to_be_visible(timeout=25_000)
    expect(page.locator("#live-banner")).to_contain_text(re.compile("since"))
    expect(page.locator(f"#crew-{driver.pk}")).to_be_visible()
    axe(page)
