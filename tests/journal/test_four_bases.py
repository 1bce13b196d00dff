"""Thousands of changes on four bases at once: every open page hears all that is its own, and nothing that is not."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from django.db import connection, transaction
from django.utils import timezone

from bookings.consumers import RidesConsumer
from dispatch.consumers import TowerConsumer
from drivers.actions.crew import share_position
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.common import hub as hubs
from echauffeur.common.lifecycle import Party
from echauffeur.journal import actions as journal
from echauffeur.journal.actions import Subject
from tests import factories
from tests.env import SOCKET_CHANGES
from tests.rules.doors import Side, cookies_of
from tests.sockets import Listener, close_hub, listening, subscribed
from tracking.positions import Position, keep_and_tell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

CODES = ("brest", "cherbourg", "toulon", "cayenne")
# Each stream counts in a range of its own, so that a number tells which stream it was heard on.
RANGE = 10_000_000
AT_ONCE = 50


@dataclass
class Page:
    """One open socket: whose, which numbers may come, which drivers' positions may, and what came."""

    name: str
    path: str
    cookie: str
    stream: str
    person: User | None
    drivers: set[int] = field(default_factory=set)
    heard: list[dict[str, Any]] = field(default_factory=list)


class Country:
    """Some bases, everybody on them, and what may happen to them."""

    def __init__(self, *codes: str) -> None:
        self.sides = [Side(code) for code in codes]
        self.others = {side.base.pk: factories.DriverFactory(base=side.base) for side in self.sides}
        for side in self.sides:
            side.journey.take("depart")  # so that its customer and guest see the car
        self.chance = random.Random(3)
        pages = {side.base.pk: self._pages(side) for side in self.sides}
        self.pages = [page for own in pages.values() for page in own]
        self.streams = {base: sorted({page.stream for page in own}) for base, own in pages.items()}
        self.ranges = self._spread_streams()
        self.last_seen: dict[int, tuple[float, float]] = {}

    def _pages(self, side: Side) -> list[Page]:
        ride, tower = side.journey.ride, f"base:{side.base.pk}"
        drivers = set(Driver.objects.of(side.base).values_list("pk", flat=True))
        own = {side.journey.driver.pk}
        pages = []
        for persona, user in side.people.items():
            cookie = "; ".join(f"{name}={value}" for name, value in cookies_of(user, side.token, persona).items())

            def page(
                path: str, stream: str, seen: set[int], *, who: tuple[str, str, User | None] = (persona, cookie, user)
            ) -> None:
                pages.append(Page(f"{who[0]} of {side.base.code} on {path}", path, who[1], stream, who[2], seen))

            if persona in {"regulator", "manager", "administrator"}:
                page(f"/live/base/{side.base.code}/", tower, drivers)
            if user is not None:
                page("/live/rides/", f"customer:{user.pk}", set())
            if persona in {"driver", "other driver"}:
                page("/live/driver/", f"driver:{Driver.objects.get(user=user).pk}", set())
            if persona == "customer":
                page(f"/live/ride/{ride.code}/", ride.stream, own)
            if persona == "guest":
                page("/live/track/", ride.stream, own)
        return pages

    def _spread_streams(self) -> dict[str, int]:
        """Have every stream count in a range of its own, and return the ranges' numbers."""
        people = {f"person:{page.person.pk}" for page in self.pages if page.person}
        names = sorted({page.stream for page in self.pages} | people)
        with connection.cursor() as cursor:
            for number, name in enumerate(names, start=1):
                cursor.execute(
                    "INSERT INTO journal_stream (name, seq) VALUES (%s, %s)"
                    " ON CONFLICT (name) DO UPDATE SET seq = EXCLUDED.seq",
                    [name, number * RANGE],
                )
        return {name: number for number, name in enumerate(names, start=1)}

    def change(self, times: int) -> None:
        """Have so many things happen, here and there."""
        with transaction.atomic():
            for _ in range(times):
                side = self.chance.choice(self.sides)
                what = self.chance.choices((self._step, self._move, self._switch, self._right), (80, 17, 2, 1))[0]
                what(side)

    def _step(self, side: Side) -> None:
        ride, mission = side.journey.ride, side.journey.mission
        assert mission
        about = [ride.subject, mission.subject, side.journey.driver.subject, Subject("vehicle", 1, "")]
        subject, also = self.chance.choice(about), self.chance.sample(self.streams[side.base.pk], k=2)
        journal.record(base=side.base, verb="test", subject=subject, by=None, party=Party.REGULATOR, also_on=also)

    def _move(self, side: Side) -> None:
        driver = self.chance.choice([side.journey.driver, self.others[side.base.pk]])
        point = self.chance.uniform(48, 49), self.chance.uniform(-5, -4)
        position = Position(driver.pk, *point, timezone.now())
        self.last_seen[driver.pk] = tuple(position.wire[1:3])  # type: ignore[assignment]
        assert keep_and_tell(side.base.pk, [position], until=timezone.now() + timedelta(hours=1))

    def _switch(self, side: Side) -> None:
        driver = Driver.objects.get(pk=side.journey.driver.pk)
        share_position(driver=driver, sharing=not driver.sharing, by=driver.user)

    def _right(self, side: Side) -> None:
        """Tell a person that rights may have changed: their sockets look again, and find that nothing has."""
        user = self.chance.choice([user for user in side.people.values() if user])
        subject = Subject("person", user.pk, "")
        journal.record(base=side.base, verb="test", subject=subject, by=None, party=Party.REGULATOR)

    def numbers(self) -> dict[str, int]:
        """Return how far each stream has come."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, seq FROM journal_stream")
            return dict(cursor.fetchall())


class Ledger:
    """What was put into each outlet: steps by their number, whatever is coalesced afterwards."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps: dict[int, list[int]] = {}
        put = hubs.Outlet.put

        def note(outlet: hubs.Outlet, kind: str, text: str) -> None:
            if kind == "step":
                self.steps.setdefault(id(outlet), []).append(orjson.loads(text)["seq"])
            put(outlet, kind, text)

        monkeypatch.setattr(hubs.Outlet, "put", note)

    def check_gapless(self) -> None:
        for steps in self.steps.values():
            assert steps == list(range(steps[0], steps[0] + len(steps))), "a number is missing or foreign"


@asynccontextmanager
async def everybody_listens(country: Country) -> AsyncIterator[None]:
    """Open every page, and let each write down what it hears."""

    async def write_down(page: Page, listener: Listener) -> None:
        while True:
            page.heard.append(await listener._next())

    async with AsyncExitStack() as open_pages:
        listeners = [
            await open_pages.enter_async_context(listening(page.path, cookie=page.cookie)) for page in country.pages
        ]
        await subscribed()
        writers = [asyncio.create_task(write_down(*pair)) for pair in zip(country.pages, listeners, strict=True)]
        yield
        for writer in writers:
            writer.cancel()
        ended = await asyncio.gather(*writers, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended


async def play(country: Country, changes: int) -> None:
    """Have it all happen while everybody listens, and wait until the last frame and notice are out."""
    async with everybody_listens(country):
        for _ in range(changes // AT_ONCE):
            await in_thread(country.change)(AT_ONCE)
        await asyncio.sleep(2.5)


def check(country: Country, numbers: dict[str, int]) -> None:
    """Fail with everything foreign that somebody heard, and with everything of their own that they did not."""
    for page in country.pages:
        told = [message["seq"] for message in page.heard if message["type"] in {"hello", "step", "beat"}]
        foreign = [seq for seq in told if seq // RANGE != country.ranges[page.stream]]
        assert not foreign, f"{page.name} heard {foreign[:3]}"
        steps = [message["seq"] for message in page.heard if message["type"] == "step"]
        assert steps == sorted(set(steps)), f"{page.name} heard steps out of order"
        assert told, f"{page.name} heard nothing"
        assert told[-1] == numbers[page.stream], f"{page.name} missed the end"
        rows = [row for message in page.heard if message["type"] == "positions" for row in message["drivers"]]
        assert {row[0] for row in rows} <= page.drivers, f"{page.name} saw a foreign car"
        seen = {row[0]: (row[1], row[2]) for row in rows}
        assert seen == {driver: at for driver, at in country.last_seen.items() if driver in page.drivers}, page.name


@pytest_asyncio.fixture(autouse=True)
async def own_hub() -> AsyncIterator[None]:
    hubs._resting_until = 0.0
    yield
    await close_hub()


async def test_nobody_hears_of_another_base_and_nobody_misses_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    country = await in_thread(Country)(*CODES)
    ledger = Ledger(monkeypatch)
    await play(country, SOCKET_CHANGES)
    check(country, await in_thread(country.numbers)())
    ledger.check_gapless()
    assert len(ledger.steps) == len(country.pages)
    assert sum(len(page.heard) for page in country.pages) > len(country.pages)


def follow_the_first_base(monkeypatch: pytest.MonkeyPatch) -> None:
    enter = TowerConsumer.enter

    def follow(consumer: TowerConsumer) -> tuple[str, list[str]]:
        _stream, topics = enter(consumer)
        return "base:" + consumer.wrong, topics  # type: ignore[attr-defined]

    monkeypatch.setattr(TowerConsumer, "enter", follow)


def see_all_cars(monkeypatch: pytest.MonkeyPatch) -> None:
    enter = TowerConsumer.enter

    def follow(consumer: TowerConsumer) -> tuple[str, list[str]]:
        stream, topics = enter(consumer)
        return stream, [*topics, "positions:" + consumer.wrong]  # type: ignore[attr-defined]

    monkeypatch.setattr(TowerConsumer, "enter", follow)


def follow_another_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    enter = RidesConsumer.enter

    def follow(consumer: RidesConsumer) -> tuple[str, list[str]]:
        stream, topics = enter(consumer)
        return f"customer:{int(stream.partition(':')[2]) + 1}", topics

    monkeypatch.setattr(RidesConsumer, "enter", follow)


def lose_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    deliver, count = hubs.Hub.deliver, iter(range(1_000_000))

    def lossy(hub: hubs.Hub, topic: str, kind: str, text: str) -> None:
        if kind != "step" or next(count) % 100:
            deliver(hub, topic, kind, text)

    monkeypatch.setattr(hubs.Hub, "deliver", lossy)


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (follow_the_first_base, "of cherbourg on /live/base/cherbourg/ heard"),
        (see_all_cars, "of cherbourg on /live/base/cherbourg/ saw a foreign car"),
        (follow_another_customer, "on /live/rides/ heard"),
        (lose_a_notice, "a number is missing|missed the end"),
    ],
)
async def test_a_mistake_is_found(
    mistake: Callable[[pytest.MonkeyPatch], None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    country = await in_thread(Country)(*CODES[:2])
    monkeypatch.setattr(TowerConsumer, "wrong", str(country.sides[0].base.pk), raising=False)
    mistake(monkeypatch)
    ledger = Ledger(monkeypatch)
    await play(country, 300)
    numbers = await in_thread(country.numbers)()

    def check_all() -> None:
        check(country, numbers)
        ledger.check_gapless()

    with pytest.raises(AssertionError, match=said):
        check_all()
