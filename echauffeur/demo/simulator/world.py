"""Everybody together: who is on watch, when requests come in, and going on whatever happens to the site."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx

from echauffeur.demo import control
from echauffeur.demo.accounts import PASSWORD, address_of
from echauffeur.demo.people import FILL_IN, roster
from echauffeur.demo.simulator.customer import SimulatedCustomer
from echauffeur.demo.simulator.driver import SimulatedDriver
from echauffeur.demo.simulator.pace import Pace
from echauffeur.demo.simulator.phone import NotAsExpected, Phone
from echauffeur.demo.simulator.regulator import TOWER, SimulatedRegulator
from echauffeur.demo.simulator.roads import Point, Roads
from echauffeur.demo.watches import is_on_watch

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_REQUESTS = 140.0
MOST_OPEN_REQUESTS = 9
RUSH = 6
LONGEST_PAUSE = 30.0
TICK = 1.0
LIVE_TOWER = "/live/base/brest/"


class World:
    """Brest, played against the site at this address."""

    def __init__(self, site: str, seed: int | None = None):
        self.site, self.random = site, Random(seed)
        self.pace = Pace(control.Control())
        self.names = roster()["brest"]
        self.customers = [self._customer(*name) for name in self.names["customers"][:-1]]
        self.roads = Roads()
        self.homes: list[Point] = []
        self.open_requests: set[asyncio.Task[None]] = set()
        self.rushes_due = 0

    async def run(self) -> None:
        """Play until cancelled."""
        await until_done(self._learn_the_town)
        drivers = [self._drive(number) for number in range(1, len(self.names["drivers"]))]
        everybody = [self._obey(), self._regulate(), self._demand(), *drivers]
        await asyncio.gather(*everybody)

    async def _learn_the_town(self) -> None:
        phone = self._phone(FILL_IN.first_name, FILL_IN.last_name)
        await phone.get(TOWER)
        town = await phone.get_json("/bases/brest/map.json")
        await phone.close()
        self.roads = Roads.of_map(town)
        places = [f for f in town["features"] if f["properties"]["layer"] in ("place", "gate")]
        points = [place["geometry"]["coordinates"] for place in places]
        self.homes = [(latitude, longitude) for longitude, latitude in points]

    # --- who plays ---

    async def _drive(self, number: int) -> None:
        """Play one driver whenever on watch, and until the last ride is over."""
        while True:
            if not is_on_watch(number, datetime.now(UTC)):
                await asyncio.sleep(30)
                continue
            phone = self._phone(*self.names["drivers"][number])
            driver = SimulatedDriver(phone, self.pace, self.roads, self.homes, self.random)

            def goes_on(driver: SimulatedDriver = driver, number: int = number) -> bool:
                return driver.is_busy or is_on_watch(number, datetime.now(UTC))

            await self._live(phone, "/live/driver/", driver, goes_on)

    async def _regulate(self) -> None:
        phone = self._phone(FILL_IN.first_name, FILL_IN.last_name)
        await self._live(phone, LIVE_TOWER, SimulatedRegulator(phone, self.pace, self.random), lambda: True)

    async def _live(
        self, phone: Phone, path: str, person: SimulatedDriver | SimulatedRegulator, goes_on: Callable[[], bool]
    ) -> None:
        """Let the person live second by second for as long as they go on."""
        await until_done(lambda: person.tick(0.0))
        listening = asyncio.create_task(phone.follow(path, person.news.set))
        last = time.monotonic()
        try:
            while goes_on():
                await asyncio.sleep(TICK)
                now = time.monotonic()
                played, last = (now - last) * self.pace.speed, now
                await until_done(lambda played=played: person.tick(played), news=person.news.set)  # type: ignore[misc]
        finally:
            listening.cancel()
            await phone.close()

    # --- requests ---

    async def _demand(self) -> None:
        """Let customers ask for rides, now and then, and many at once when a rush is called."""
        while True:
            await self._until_next_request()
            if len(self.open_requests) < MOST_OPEN_REQUESTS + self.rushes_due:
                task = asyncio.create_task(self._request(self.random.choice(self.customers)))
                self.open_requests.add(task)
                task.add_done_callback(self.open_requests.discard)

    async def _until_next_request(self) -> None:
        left, last = self.random.expovariate(1 / SECONDS_BETWEEN_REQUESTS), time.monotonic()
        while left > 0:
            if self.rushes_due:
                self.rushes_due -= 1
                await self.pace.sleep(self.random.uniform(2, 8))
                return
            await asyncio.sleep(TICK)
            now = time.monotonic()
            left, last = left - (now - last) * self.pace.speed, now

    async def _request(self, customer: SimulatedCustomer) -> None:
        with suppress(NotAsExpected, httpx.HTTPError):
            code = await customer.ask()
            await until_done(lambda: customer.follow(code))

    # --- what it is told ---

    async def _obey(self) -> None:
        """Read every second what the demo's page asks for, and say that we live."""
        self.pace.control = await asyncio.to_thread(control.read)
        while True:
            told = await asyncio.to_thread(control.read, self.pace.control)
            self.rushes_due += RUSH * max(0, told.rushes - self.pace.control.rushes)
            self.pace.control = told
            await asyncio.to_thread(control.say_alive)
            await asyncio.sleep(TICK)

    def _phone(self, first_name: str, last_name: str) -> Phone:
        return Phone(self.site, address_of(first_name, last_name), PASSWORD)

    def _customer(self, first_name: str, last_name: str) -> SimulatedCustomer:
        return SimulatedCustomer(self._phone(first_name, last_name), self.pace, self.random)


async def until_done(
    what: Callable[[], Coroutine[Any, Any, None] | Awaitable[None]], news: Callable[[], None] = lambda: None
) -> None:
    """Do it, again and again with growing pauses while the site is away or answers something unexpected.

    ``news`` is called after each failure, as what was known of the site may no longer hold.
    """
    pause = 1.0
    while True:
        try:
            await what()
        except (httpx.HTTPError, NotAsExpected, OSError, ValueError, KeyError) as error:
            logger.warning("Trying again in %.0f s: %r", pause, error)
            news()
            await asyncio.sleep(pause * Random().uniform(0.7, 1))
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            return
