"""Live sockets: what they say, to whom, and that nothing makes them fall silent or lie."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from django.db import OperationalError, transaction
from pytest_django import Settings

from dispatch.consumers import TowerConsumer
from drivers.actions.crew import share_position
from drivers.models import Driver
from echauffeur.accounts.models import Membership, Session, User
from echauffeur.common import hub as hubs
from echauffeur.journal import actions as journal
from echauffeur.journal.queries import seq_of
from tests import factories
from tests.services import Services
from tests.sockets import close_hub, listening, lost, subscribed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

TOWER = "/live/base/brest/"
NEVER = 60.0
OFTEN = 0.2


@pytest_asyncio.fixture(autouse=True)
async def own_hub() -> AsyncIterator[None]:
    hubs._resting_until = 0.0
    yield
    await close_hub()


@pytest.fixture
def driver() -> Driver:
    return factories.DriverFactory()


@pytest.fixture
def regulator(driver: Driver) -> User:
    return factories.RegulatorFactory(base=driver.base)


async def take_a_step(driver: Driver) -> int:
    """Have something happen on the driver's base, and return its number there."""

    def step() -> int:
        now = Driver.objects.get(pk=driver.pk)
        share_position(driver=now, sharing=not now.sharing, by=driver.user)
        return seq_of(f"base:{driver.base_id}")

    return await in_thread(step)()


async def test_a_step_is_told_with_its_number_and_nothing_else(driver: Driver, regulator: User) -> None:
    async with listening(TOWER, regulator) as page:
        await subscribed()
        assert await page.hear("hello") == {"type": "hello", "seq": 0}
        seq = await take_a_step(driver)
        heard = await page.hear("step")
    assert heard == {"type": "step", "seq": seq}


async def test_what_is_rolled_back_is_never_told(driver: Driver, regulator: User) -> None:
    def step_back() -> None:
        with transaction.atomic():
            share_position(driver=driver, sharing=False, by=driver.user)
            transaction.set_rollback(True)

    async with listening(TOWER, regulator) as page:
        await subscribed()
        await page.hear("hello")
        await in_thread(step_back)()
        assert {message["type"] for message in await page.all_for(0.5)} <= {"beat"}


class TestHeartbeat:
    """A lost notice is caught up by the next beat; without beats it stays lost."""

    @pytest.fixture
    def lossy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hubs, "publish", lambda notices: False)

    async def test_tells_what_was_lost(self, lossy: None, driver: Driver, regulator: User, settings: Settings) -> None:
        settings.HEARTBEAT_SECONDS = OFTEN
        async with listening(TOWER, regulator) as page:
            await subscribed()
            seq = await take_a_step(driver)
            async with asyncio.timeout(2):
                while (await page.hear("beat"))["seq"] != seq:
                    pass

    async def test_control_without_beats_the_page_stays_behind(
        self, lossy: None, driver: Driver, regulator: User, settings: Settings
    ) -> None:
        settings.HEARTBEAT, settings.HEARTBEAT_SECONDS = False, OFTEN
        async with listening(TOWER, regulator) as page:
            await subscribed()
            await page.hear("hello")
            await take_a_step(driver)
            assert await page.all_for(1) == []

    async def test_costs_one_query_however_many_pages(
        self, driver: Driver, regulator: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[list[str]] = []
        monkeypatch.setattr("echauffeur.journal.live.seqs_of", lambda streams: asked.append(streams) or {})
        settings.HEARTBEAT_SECONDS = 0.5
        async with listening(TOWER, regulator) as one, listening(TOWER, regulator) as two:
            await subscribed()
            await one.hear("beat")
            await two.hear("beat")
            assert asked[-1] == [f"base:{driver.base_id}"]
            assert len(asked) <= 2


class TestRedisAway:
    async def test_the_process_asks_the_database_itself(
        self, driver: Driver, regulator: User, settings: Settings, services: Services
    ) -> None:
        settings.HEARTBEAT_SECONDS, settings.HEARTBEAT_SECONDS_WITHOUT_REDIS = NEVER, OFTEN
        async with listening(TOWER, regulator) as page:
            hub = await subscribed()
            with services.without_valkey():
                seq = await take_a_step(driver)
                async with asyncio.timeout(3):
                    while (await page.hear("beat"))["seq"] != seq:
                        pass
                assert not hub.connected

    async def test_its_return_brings_a_beat_at_once(
        self, driver: Driver, regulator: User, settings: Settings, services: Services
    ) -> None:
        settings.HEARTBEAT_SECONDS = settings.HEARTBEAT_SECONDS_WITHOUT_REDIS = NEVER
        async with listening(TOWER, regulator) as page:
            hub = await subscribed()
            await page.hear("beat")  # for the first connection
            with services.without_valkey():
                await lost(hub)
                await page.hear("beat")
                seq = await take_a_step(driver)
            assert (await page.hear("beat", within=5))["seq"] == seq

    async def test_a_role_withdrawn_as_it_comes_back_is_noticed(
        self, regulator: User, settings: Settings, services: Services
    ) -> None:
        settings.HEARTBEAT_SECONDS = settings.HEARTBEAT_SECONDS_WITHOUT_REDIS = settings.RIGHTS_SECONDS = NEVER
        async with listening(TOWER, regulator) as page:
            hub = await subscribed()
            await page.hear("beat")
            with services.without_valkey():
                await lost(hub)
                await page.hear("beat")
                await in_thread(Membership.objects.filter(user=regulator).delete)()
            assert await page.closed(within=5) == 4403

    async def test_a_redis_that_answers_no_more_is_noticed(
        self, regulator: User, services: Services, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hubs, "PING_SECONDS", OFTEN)
        async with listening(TOWER, regulator):
            hub = await subscribed()
            await asyncio.sleep(3 * OFTEN)
            assert hub.connected
            pid = services.valkey.process.pid
            os.kill(pid, signal.SIGSTOP)
            try:
                await lost(hub)
            finally:
                os.kill(pid, signal.SIGCONT)
            await subscribed()

    async def test_a_saved_step_is_not_slowed_down(self, driver: Driver, services: Services) -> None:
        with services.without_valkey():
            async with asyncio.timeout(1.5):
                await take_a_step(driver)
                await take_a_step(driver)


class TestRights:
    @pytest.mark.parametrize("origin", [None, "http://testserver"])
    async def test_our_own_pages_and_programs_may_open_a_socket(self, regulator: User, origin: str | None) -> None:
        async with listening(TOWER, regulator, origin=origin) as page:
            await page.hear("hello")

    @pytest.mark.parametrize(
        "origin", ["http://elsewhere.example", "https://testserver", "http://testserver:8000", "null", "http://[", "http://testserver.elsewhere.example"]
    )  # fmt: skip
    async def test_pages_of_other_sites_may_not(self, regulator: User, origin: str) -> None:
        with pytest.raises(ConnectionRefusedError):
            async with listening(TOWER, regulator, origin=origin):
                pass

    async def test_whoever_may_not_listen_is_told_why(self, regulator: User, driver: Driver) -> None:
        for path, user, code in [
            (TOWER, None, 4401),
            (TOWER, driver.user, 4403),
            ("/live/base/nowhere/", regulator, 4403),
            ("/live/driver/", regulator, 4403),
            ("/live/rides/", None, 4401),
        ]:
            async with listening(path, user) as page:
                assert await page.closed() == code

    async def test_the_socket_closes_when_the_account_is_disabled(self, regulator: User, settings: Settings) -> None:
        settings.RIGHTS_SECONDS = OFTEN
        async with listening(TOWER, regulator) as page:
            await in_thread(User.objects.filter(pk=regulator.pk).update)(is_active=False)
            assert await page.closed() == 4401

    async def test_a_role_withdrawn_while_the_socket_opens_is_noticed(
        self, regulator: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        accept = TowerConsumer.accept

        async def accept_late(consumer: TowerConsumer) -> None:
            await in_thread(Membership.objects.filter(user=regulator).delete)()
            await accept(consumer)

        monkeypatch.setattr(TowerConsumer, "accept", accept_late)
        async with listening(TOWER, regulator) as page:
            assert await page.closed() == 4403

    async def test_the_socket_closes_when_the_person_signs_out(self, regulator: User, settings: Settings) -> None:
        settings.RIGHTS_SECONDS = OFTEN
        async with listening(TOWER, regulator) as page:
            await in_thread(Session.objects.all().delete)()
            assert await page.closed() == 4401

    async def test_the_socket_closes_when_the_role_is_withdrawn(self, regulator: User, settings: Settings) -> None:
        settings.RIGHTS_SECONDS = OFTEN
        async with listening(TOWER, regulator) as page:
            await in_thread(Membership.objects.filter(user=regulator).delete)()
            assert await page.closed() == 4403

    async def test_a_database_that_is_away_withdraws_no_right_and_ends_no_check(
        self, regulator: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.RIGHTS_SECONDS = OFTEN
        async with listening(TOWER, regulator) as page:
            with monkeypatch.context() as broken:
                broken.setattr(TowerConsumer, "enter", raise_operational_error)
                await asyncio.sleep(3 * OFTEN)
            await in_thread(Membership.objects.filter(user=regulator).delete)()
            assert await page.closed() == 4403


def raise_operational_error(self: Any) -> Any:
    raise OperationalError


class TestHub:
    async def test_a_frozen_viewer_keeps_one_message_of_each_kind_and_costs_others_nothing(self) -> None:
        hub, frozen, reader = hubs.hub(), hubs.Outlet(), hubs.Outlet()
        hub.join(frozen, "stream:x")
        hub.join(reader, "stream:x")
        heard = []
        for number in range(1000):
            hub.deliver("stream:x", "step", str(number))
            hub.deliver("stream:x", "positions", f"p{number}")
            heard.append(await reader.take())
        assert heard[0] == {"step": "0", "positions": "p0"}
        assert len(heard) == 1000
        assert await frozen.take() == {"step": "999", "positions": "p999"}

    async def test_a_message_that_nobody_understands_silences_nothing(self, driver: Driver, regulator: User) -> None:
        async with listening(TOWER, regulator) as page:
            await subscribed()
            for garbage in [b"", b"{", b"[]", b"7", b"\xff"]:
                hubs.ask(lambda client, data=garbage: client.publish("positions:1", data), default=0)
                hubs.ask(lambda client, data=garbage: client.publish("stream:nobody", data), default=0)
            seq = await take_a_step(driver)
            assert (await page.hear("step"))["seq"] == seq

    @pytest.mark.parametrize("end", ["close", "error of ours"])
    async def test_nothing_is_left_of_a_socket_that_ended(
        self, driver: Driver, monkeypatch: pytest.MonkeyPatch, end: str
    ) -> None:
        monkeypatch.setattr("drivers.consumers.hear_positions", lambda user, text: 1 / 0)
        before = asyncio.all_tasks()
        try:
            async with listening("/live/driver/", driver.user) as page:
                hub = await subscribed()
                assert hub.topics() == [driver_stream(driver), f"stream:person:{driver.user_id}"]
                if end == "error of ours":
                    await page.say({})
        except ZeroDivisionError:
            assert end == "error of ours"
        await asyncio.sleep(0)
        assert hub.topics() == []
        left = asyncio.all_tasks() - before - set(hub._tasks)
        assert not {task for task in left if not task.cancelling()}


def driver_stream(driver: Driver) -> str:
    return f"stream:{driver.stream}"


async def test_the_sweeper_tells_what_was_left(driver: Driver, regulator: User, services: Services) -> None:
    with services.without_valkey():
        seq = await take_a_step(driver)
    hubs._resting_until = 0.0
    async with listening(TOWER, regulator) as page:
        await subscribed()
        assert await in_thread(journal.sweep)() == 1
        assert (await page.hear("step"))["seq"] == seq
        assert await in_thread(journal.sweep)() == 0
