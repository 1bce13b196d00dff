"""The simulator's people on the real site: one ride from booking to rating, and what they do when things go wrong."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest
from django.db import connection

from bookings.models import Ride
from echauffeur.bases.models import Base
from echauffeur.common.hub import ask
from echauffeur.demo.accounts import PASSWORD, address_of
from echauffeur.demo.bases import BASES
from echauffeur.demo.control import Control
from echauffeur.demo.simulator.customer import SimulatedCustomer
from echauffeur.demo.simulator.driver import SimulatedDriver
from echauffeur.demo.simulator.pace import Pace
from echauffeur.demo.simulator.pages import read
from echauffeur.demo.simulator.phone import NotAsExpected, Phone
from echauffeur.demo.simulator.regulator import Seen, SimulatedRegulator, Waits, rides_on
from echauffeur.demo.simulator.roads import Roads
from echauffeur.demo.simulator.world import until_done
from echauffeur.demo.town.drawing import draw
from echauffeur.journal.models import Entry
from tests.browser.site import Site
from tests.factories import CategoryFactory, DriverFactory, PlaceFactory, RegulatorFactory, UserFactory, VehicleFactory
from tests.services import Services
from tracking.models import Basemap
from tracking.positions import newest


class Instant(Pace):
    """Play without waiting: at the highest speed, and sleeping takes no time."""

    def __init__(self) -> None:
        super().__init__(Control(speed=5))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Steady(Random):
    """People who do what most people do: nobody declines, everybody comes, most rate."""

    def random(self) -> float:
        return 0.5


@pytest.fixture
def site(services: Services, transactional_db: None) -> Iterator[Site]:
    with Site(services, connection.settings_dict["NAME"]) as site:
        yield site


@pytest.fixture
def brest(transactional_db: None) -> Base:
    """A small Brest: a map, a few places on its streets, one regulator, driver, customer and car."""
    ask(lambda client: client.flushdb(), default=None)
    town = draw(BASES[0].plan)
    people = {"password": PASSWORD, "language": "fr"}
    regulator = RegulatorFactory(email=address_of("Relève", "Simulateur"), base__code="brest", **people)
    base = regulator.base
    base.motive_required = True
    base.save()
    CategoryFactory.create_batch(2, base=base)
    Basemap.objects.create(base=base, features=town.features)
    for number, (latitude, longitude) in enumerate(town.spots["base"][:4]):
        PlaceFactory(base=base, name=f"Bâtiment {number}", latitude=latitude, longitude=longitude)
    UserFactory(email=address_of("Anne", "Cliente"), base=base, **people)
    driver = UserFactory(email=address_of("Paul", "Chauffeur"), base=base, **people)
    DriverFactory(base=base, user=driver)
    VehicleFactory(base=base)
    return base


@contextmanager
def listening(phone: Phone, path: str, news: asyncio.Event) -> Iterator[None]:
    task = asyncio.ensure_future(phone.follow(path, news.set))
    try:
        yield
    finally:
        task.cancel()


def test_one_ride_from_booking_to_rating_through_pages_and_sockets(site: Site, brest: Base):
    asyncio.run(play_one_ride(site.url))

    ride = Ride.objects.get()
    assert (ride.state, ride.rating) == ("completed", 5)
    assert ride.category == brest.categories.first()
    assert ride.motive
    steps = ["request", "confirm", "assign", "acknowledge", "depart", "arrive", "board", "complete", "rate"]
    assert steps_of(ride.code) == steps
    # The whole drive takes a second here: what no car does is not taken, but where it set out from is.
    assert newest([brest.drivers.get().pk])


async def play_one_ride(url: str) -> None:
    pace, random = Instant(), Steady()
    phones = [Phone(url, address_of(*name), PASSWORD) for name in NAMES]
    customer = SimulatedCustomer(phones[0], pace, random)
    regulator = SimulatedRegulator(phones[1], pace, random)
    code = await customer.ask()
    assert not await customer.look(code), "the ride goes on"
    town = await customer.phone.get_json("/bases/brest/map.json")
    driver = SimulatedDriver(phones[2], pace, Roads.of_map(town), [(48.384, -4.49)], random)

    await regulator.tick(0.0)
    assert [seen.code for seen in regulator.seen] == [code]
    await regulator.tick(30.0)
    assert len(regulator.seen) == 1, "humans are given a minute first"
    await regulator.tick(70.0)

    await driver.tick(0.0)
    with listening(driver.phone, "/live/driver/", driver.news):
        async with asyncio.timeout(8):
            while driver.phone.socket is None:  # noqa: ASYNC110  a phone has no event to wait for
                await asyncio.sleep(0.05)
        verbs = [await one_step_of(driver) for _ in range(5)]
        assert verbs == ["", "depart", "arrive", "board", "complete"]
        await driver.tick(0.0)
        driver.sent_at = float("-inf")
        await driver.tick(1.0)
        await asyncio.sleep(0.3)
    assert await customer.look(code), "rated: nothing is left to see"
    for phone in phones:
        await phone.close()


NAMES = [("Anne", "Cliente"), ("Relève", "Simulateur"), ("Paul", "Chauffeur")]


async def one_step_of(driver: SimulatedDriver) -> str:
    """Let the driver live in strides of twenty seconds until something was pressed; return what that was."""
    assert driver.work
    before, verb = driver.intent, driver.work.verb
    for _ in range(60):
        await driver.tick(20.0)
        if driver.intent != before:
            return verb
    raise AssertionError(f"The driver never did more than {before!r}")


def test_customer_forgets_a_ride_that_a_reset_took_away() -> None:
    phone = Phone("http://testserver", "anne@brest.example", PASSWORD)
    phone.client = httpx.AsyncClient(
        base_url=phone.site, transport=httpx.MockTransport(lambda request: httpx.Response(404))
    )
    customer = SimulatedCustomer(phone, Instant(), Steady())
    assert asyncio.run(customer.look("R-GONE22")) is True


def test_customer_cancels_and_regulator_disappoints_when_nobody_is_on_duty(site: Site, brest: Base):
    brest.drivers.get().shifts.all().delete()

    async def play() -> tuple[str, str]:
        customer = SimulatedCustomer(Phone(site.url, address_of(*NAMES[0]), PASSWORD), Instant(), Steady())
        regulator = SimulatedRegulator(Phone(site.url, address_of(*NAMES[1]), PASSWORD), Instant(), Steady())
        first, second = await customer.ask(), await customer.ask()
        assert await customer.look(second, cancels=True)
        await regulator.tick(0.0)
        await regulator.tick(100.0)
        soon = datetime.now(UTC) + timedelta(minutes=2)
        await regulator.handle(Seen(first, soon, "waitlisted", waits=True), await regulator.phone.get("/rides/"))
        await customer.phone.close()
        await regulator.phone.close()
        return first, second

    first, second = asyncio.run(play())
    assert steps_of(first) == ["request", "waitlist", "refuse"]
    assert steps_of(second) == ["request", "cancel"]


def steps_of(code: str) -> list[str]:
    return list(Entry.objects.filter(code=code).order_by("seq").values_list("verb", flat=True))


def test_rides_of_the_visitors_driver_are_not_handed_out():
    page = read(
        "/bases/brest/tower/",
        200,
        '<form action="/rides/R-2/assign/">'
        '<button name="crew" value="1-1"><span>Y. Le Gall</span> · Zoé 1</button></form>',
    )
    regulator = SimulatedRegulator(Phone("http://127.0.0.1:9", "", ""), Instant(), Steady())
    assert not asyncio.run(regulator._assign(Seen("R-2", datetime.now(UTC), "", waits=True), page))


def test_tower_is_read_as_its_lists_stand():
    page = read(
        "/bases/brest/tower/",
        200,
        '<li id="watch-R-A"><time class="request__time" datetime="2026-11-23T09:00:00+00:00"></time></li>'
        '<li id="request-R-B"><time class="request__time" datetime="2026-11-23T10:00:00+01:00"></time></li>'
        '<a class="timeline__bar state-on_board" href="/bases/brest/tower/?ride=R-A">…</a>',
    )
    nine = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert rides_on(page) == [Seen("R-A", nine, "on_board", waits=False), Seen("R-B", nine, "", waits=True)]


def test_patience_counts_from_when_a_ride_is_first_seen_and_is_forgotten_with_it():
    waits, ride = Waits(Steady()), Seen("R-A", datetime.now(UTC), "", waits=True)
    assert waits.over([ride], 0) == []
    assert waits.over([ride], 74) == []
    assert waits.over([ride], 2) == [ride]
    assert waits.over([], 1) == []
    assert waits.over([ride], 1) == []


def test_form_is_sent_as_it_stands_on_the_page():
    page = read(
        "/rides/new/",
        200,
        '<form id="f" action="/rides/new/?x=1"><input type="hidden" name="a" value="1">'
        '<input type="radio" name="when" value="asap" checked><input type="radio" name="when" value="at">'
        '<select name="to"><option value="">–</option><option value="3" selected>C</option></select>'
        '<textarea name="note">Bon\njour</textarea><button name="do" value="go">Go <b>now</b></button></form>'
        '<select form="f" name="base"><option value="brest">B</option></select>',
    )
    form = page.form_to(r"/rides/new/")
    assert form.values == {"a": "1", "when": "asap", "to": "3", "note": "Bon\njour", "base": "brest"}
    assert form.choices == {"when": ["asap", "at"], "to": ["", "3"], "base": ["brest"]}
    assert form.buttons[0]["text"] == "Go now"


def test_pause_and_speed_count_at_once():
    async def play() -> float:
        pace = Pace(Control(is_paused=True))
        sleeping = asyncio.ensure_future(pace.sleep(0.5))
        await asyncio.sleep(0.7)
        assert not sleeping.done(), "time stands still while paused"
        pace.control = Control(speed=5)
        await asyncio.wait_for(sleeping, 1.5)
        return pace.speed

    assert asyncio.run(play()) == 5


@pytest.mark.parametrize("error", [httpx.ConnectError("down"), NotAsExpected("502"), KeyError("driver")])
def test_whoever_meets_a_site_that_is_away_tries_again(error: Exception, monkeypatch: pytest.MonkeyPatch):
    tries, told = [], []

    async def sometimes() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise error

    async def at_once(seconds: float) -> None:
        assert seconds <= 30

    monkeypatch.setattr(asyncio, "sleep", at_once)
    asyncio.run(until_done(sometimes, news=lambda: told.append(1)))
    assert (len(tries), len(told)) == (3, 2)


def test_unreachable_site_is_an_error_that_is_tried_again():
    phone = Phone("http://127.0.0.1:9", "nobody@demo.example", "")
    with pytest.raises(httpx.ConnectError):
        asyncio.run(phone.get("/"))
