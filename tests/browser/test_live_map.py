"""A map of many cars: it hears those that it shows, and never shows one where it is not."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from drivers.models import Driver
from echauffeur.accounts.models import User
from tests.browser.conftest import OpenAs
from tests.factories import DriverFactory, RegulatorFactory
from tracking import frames
from tracking.positions import Position, keep_and_tell
from tracking.wire import snap

CROWD = range(1_000_001, 1_000_001 + 2 * frames.LARGE)  # cars that drive about far away, of no driver on the page
HERE, NEAR, FAR = (48.383, -4.495), (48.3835, -4.4955), (48.46, -4.30)
FAR_TOO = (48.461, -4.301)
SMALL = 100  # bytes: a frame without the crowd
# The list's point of one driver; and whether the car is drawn within the map as one sees it.
LISTED = """id => {
  const { lat, lon } = document.querySelector(`[data-driver-id="${id}"]`).dataset;
  return [Number(lat), Number(lon)];
}"""
DRAWN = """label => {
  const map = document.getElementById("map").getBoundingClientRect();
  return [...document.querySelectorAll("#map .car")].some((car) => {
    const { left, right, top, bottom } = car.getBoundingClientRect();
    const isWithin = right > map.left && left < map.right && bottom > map.top && top < map.bottom;
    return isWithin && car.getAttribute("aria-label") === label;
  });
}"""


@pytest.fixture
def regulator() -> User:
    return RegulatorFactory()


def tell(base_id: int, *cars: tuple[int, tuple[float, float]]) -> None:
    """Have these cars, and the whole crowd far away, say where they are."""
    at = timezone.now()
    for driver_id, point in [*cars, *((i, (48.5, -4.2 + i % 90 / 1000)) for i in CROWD)]:
        keep_and_tell(base_id, [Position(driver_id, *point, at)], until=at + timedelta(hours=1))


def expect_at(page: Page, driver: Driver, point: tuple[float, float], *, drawn: bool) -> None:
    """Wait until list and map say so, while everybody goes on saying where they are."""
    wanted = [[*map(snap, point)], drawn]
    for _ in range(40):
        tell(driver.base_id, (driver.pk, point))
        found = [page.evaluate(LISTED, driver.pk), page.evaluate(DRAWN, driver.short_name)]
        if found == wanted:
            return
        page.wait_for_timeout(300)
    raise AssertionError(f"{found} instead of {wanted}")


def test_a_car_that_leaves_the_map_is_not_left_standing_on_it(open_as: OpenAs, regulator: User) -> None:
    leaving, distant = DriverFactory.create_batch(2, base=regulator.base)
    tell(regulator.base.pk, (leaving.pk, HERE))  # the one car that is known: the map begins close to it
    page = open_as(regulator, "/bases/brest/tower/")
    heard: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: heard.append(len(data))))
    page.reload()
    expect(page.locator("#live-state[data-state=live]")).to_be_visible()
    expect_at(page, leaving, HERE, drawn=True)
    heard.clear()
    expect_at(page, leaving, NEAR, drawn=True)
    expect_at(page, leaving, FAR, drawn=False)
    expect_at(page, distant, FAR_TOO, drawn=False)
    expect_at(page, leaving, HERE, drawn=True)
    assert min(heard) < SMALL, "the map hears of what it shows alone"
