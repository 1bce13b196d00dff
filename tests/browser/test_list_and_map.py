"""After five hundred random changes the live map says what its list says, and the list what is true."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Error, Page, expect

from dispatch.queries.live_map import Crew, live_map_of
from drivers.actions.crew import save_driver, share_position
from drivers.actions.shifts import save_shift
from drivers.models import Driver, Shift
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.refusals import Refusal
from echauffeur.journal.queries import seq_of
from tests.browser.conftest import OpenAs
from tests.browser.crews import LIVE_MAP, crews_of, stand
from tests.factories import PlaceFactory, RegulatorFactory
from tests.life.journeys import FORWARD, Journey
from tracking.actions.positions import forget_off_duty, take_in
from tracking.positions import Position, forget

SEED = 20_261_127
CHANGES = 500
LOOK_EVERY = 125
CREWS = 20
CORNERS = [(-6, -9), (7, 10)]  # thousandths of a degree from the centre: two places, by which the map is measured

DISAGREEMENTS = Path(__file__).with_name("agreement.js").read_text()
AGREE = f"() => ({DISAGREEMENTS}\n)().length === 0"
# Whether the list is what the server has: [[id, state, latitude or null, seconds since 1970], …].
TRUE = """(truth) => {
  const now = Date.now() / 1000;
  const listed = [...document.querySelectorAll(".crew")].map(({ dataset: { driverId, state, lat, at } }) =>
    [Number(driverId), state, ...(lat && now - at < 590 ? [Number(lat), Number(at)] : [null, null])]);
  return JSON.stringify(listed) === JSON.stringify(truth);
}"""
# Everything that the map would do when the page changes, it does not: what it listens to, it asks for after its drawing
# has come, outside of any script's first run.
DEAF = """
const [listen, repeat] = [document.addEventListener, window.setInterval];
document.addEventListener = function (...what) { document.currentScript && listen.apply(document, what); };
window.setInterval = (...what) => document.currentScript && repeat(...what);
"""


class World:
    """A base whose people do things at random, through the actions that pages and phones call."""

    def __init__(self, regulator: User) -> None:
        self.base: Base = regulator.base
        self.random = random.Random(SEED)
        self.boss = regulator
        self.journeys = [Journey(base=self.base, regulator=regulator) for _ in range(CREWS)]
        self.drivers: list[Driver] = [*crews_of(self.base, CREWS), *(journey.driver for journey in self.journeys)]
        changes: list[tuple[Callable[[], bool], int]] = [
            (self.move, 60), (self.step, 20), (self.switch_sharing, 8), (self.turn_shift, 7), (self.switch_driver, 5),
        ]  # fmt: skip
        self.kinds = [change for change, _weight in changes]
        self.weights = [weight for _change, weight in changes]

    def change(self, number: int) -> None:
        """Change something, that many times."""
        while number:
            with suppress(Refusal):  # such as a shift that a mission needs: nothing was changed
                number -= self.random.choices(self.kinds, self.weights)[0]()

    def somebody(self) -> Driver:
        return Driver.objects.select_related("user", "base").get(pk=self.random.choice(self.drivers).pk)

    def move(self) -> bool:
        driver, seconds = self.somebody(), self.random.choice([0, 0, 0, 45, 700])
        if driver.sharing and driver.enabled and driver.shifts.running().exists():
            north, east = self.random.uniform(-5, 5), self.random.uniform(-8, 8)
            stand(driver, north, east, seconds=seconds, heading=self.random.randrange(360))
        else:
            assert not take_in(driver=driver, positions=[Position(driver.pk, 48.38, -4.49, timezone.now())]).kept
        return True

    def step(self) -> bool:
        journey = self.random.choice(self.journeys)
        taken = getattr(journey, "taken", 0)
        if taken == len(FORWARD):
            return False
        journey.take(FORWARD[taken])
        journey.taken = taken + 1  # type: ignore[attr-defined]
        return True

    def switch_sharing(self) -> bool:
        driver = self.somebody()
        if not share_position(driver=driver, sharing=not driver.sharing, by=driver.user).sharing:
            forget(driver.pk)
        return True

    def turn_shift(self) -> bool:
        driver, now = self.somebody(), timezone.now()
        shift = driver.shifts.running(now).first() or Shift(driver=driver, period=(now, now + timedelta(hours=5)))
        if shift.pk:
            shift.period = (shift.period.lower, now)
        save_shift(shift=shift, by=self.boss)
        forget_off_duty([driver.pk])
        return True

    def switch_driver(self) -> bool:
        driver = self.somebody()
        driver.enabled = not driver.enabled
        save_driver(driver=driver, fields=["enabled"], by=self.boss)
        forget_off_duty([driver.pk])
        return True

    def truth(self, **look: str) -> list[list[object]]:
        return [_as_listed(crew) for crew in live_map_of(self.base, now=timezone.now(), **look).shown]


def _as_listed(crew: Crew) -> list[object]:
    here = crew.position
    where = [here.latitude, int(here.at.timestamp())] if here else [None, None]
    return [crew.driver.pk, crew.state, *where]


@pytest.fixture
def world() -> World:
    world = World(RegulatorFactory(is_superuser=True))
    for n, (north, east) in enumerate(CORNERS):
        at = {"latitude": world.base.latitude + north / 1000, "longitude": world.base.longitude + east / 1000}
        PlaceFactory(base=world.base, name=f"Corner {n}", **at)
    return world


def opened(open_as: OpenAs, world: World, *, before: str = "") -> Page:
    """Open the live map, and note on it where the two places are."""
    page = open_as(world.boss, "/help/")
    corners = [
        [f"Corner {n}", world.base.latitude + north / 1000, world.base.longitude + east / 1000]
        for n, (north, east) in enumerate(CORNERS)
    ]
    page.add_init_script(f"window.corners = {corners!r};{before}")
    page.goto(LIVE_MAP)
    expect(page.locator("#live-state[data-state=live]")).to_be_visible()
    expect(page.locator(".map-name", has_text="Corner")).to_have_count(2)
    return page


def expect_true(page: Page, world: World, **look: str) -> None:
    """Wait until the page has heard of everything, and says it."""
    seq = seq_of(f"base:{world.base.pk}")
    page.wait_for_function("seq => Number(document.getElementById('live').dataset.seq) >= seq", arg=seq)
    page.wait_for_function(TRUE, arg=world.truth(**look))


def expect_agreement(page: Page, *, timeout: int = 10_000) -> None:
    try:
        page.wait_for_function(AGREE, timeout=timeout)
    except Error as error:
        raise AssertionError("\n".join(page.evaluate(DISAGREEMENTS))) from error


def test_list_and_map_agree_after_five_hundred_random_changes(open_as: OpenAs, world: World) -> None:
    page = opened(open_as, world)
    for _, zoom in zip(range(CHANGES // LOOK_EVERY), cycle(("Zoom in", "Zoom out")), strict=False):
        world.change(LOOK_EVERY)
        page.get_by_role("button", name=zoom).click()
        expect_true(page, world)
        expect_agreement(page)
    assert {crew.state for crew in live_map_of(world.base, now=timezone.now()).crews} > {"free", "approaching"}
    page.goto(f"{LIVE_MAP}?state=free")
    expect(page.locator(".map-name", has_text="Corner")).to_have_count(2)
    expect_true(page, world, group="free")
    expect_agreement(page)


def test_a_map_that_does_not_hear_is_found_out(open_as: OpenAs, world: World) -> None:
    """The control of the test above: it must see a map that is no longer a view of its list."""
    world.change(40)
    page = opened(open_as, world, before=DEAF)
    expect_agreement(page)
    world.change(60)
    expect_true(page, world)
    with pytest.raises(AssertionError, match="drawn"):
        expect_agreement(page, timeout=2_000)
