"""Positions out: one frame per base and second, and to a passenger only their own car, only while it is theirs."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import orjson
import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from django.utils import timezone
from pytest_django import Settings

from bookings.consumers import RideConsumer
from bookings.models import Ride
from dispatch import actions as dispatch
from dispatch.models import Mission
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.common import hub as hubs
from tests import factories
from tests.sockets import Listener, close_hub, listening, subscribed
from tracking import frames as frames_module
from tracking.actions.positions import take_in
from tracking.frames import Frames, driver_topic
from tracking.positions import FORGOTTEN, Position, forget

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class FakeHub:
    """Keeps what would be delivered. ``followed`` are the topics that somebody listens to."""

    def __init__(self, *followed: str):
        self.followed = followed
        self.delivered: list[tuple[str, list[list[float]]]] = []

    def is_followed(self, topic: str) -> bool:
        return topic in self.followed

    def deliver(self, topic: str, kind: str, text: str) -> None:
        assert kind == "positions"
        self.delivered.append((topic, orjson.loads(text)["drivers"]))


class TestFrames:
    def test_one_frame_holds_all_that_moved_and_the_newest_of_each(self) -> None:
        frames, hub = Frames(), FakeHub("positions:1")
        for driver, second in [(7, 1), (8, 1), (7, 2)]:
            frames.receive("positions:1", orjson.dumps([driver, 48.0, -4.0, None, second]))
        frames.deliver(hub, NOW)  # type: ignore[arg-type]
        assert hub.delivered == [("positions:1", [[7, 48.0, -4.0, None, 2], [8, 48.0, -4.0, None, 1]])]
        frames.deliver(hub, NOW)  # type: ignore[arg-type]
        assert len(hub.delivered) == 1

    def test_an_older_one_that_comes_late_is_left_out(self) -> None:
        frames, hub = Frames(), FakeHub("positions:1")
        for second in (5, 3):
            frames.receive("positions:1", orjson.dumps([7, 48.0, -4.0, None, second]))
        frames.deliver(hub, NOW)  # type: ignore[arg-type]
        assert hub.delivered == [("positions:1", [[7, 48.0, -4.0, None, 5]])]

    def test_one_that_is_forgotten_in_the_same_second_is_told_to_nobody(self) -> None:
        frames, hub = Frames(), FakeHub("positions:1", driver_topic(7))
        frames.receive("positions:1", orjson.dumps([7, 48.0, -4.0, None, 5]))
        frames.receive(FORGOTTEN, b"7")
        frames.deliver(hub, NOW)  # type: ignore[arg-type]
        assert hub.delivered == []

    def test_nothing_is_encoded_for_nobody(self) -> None:
        frames, hub = Frames(), FakeHub(driver_topic(8))
        for driver in (7, 8):
            frames.receive("positions:1", orjson.dumps([driver, 48.0, -4.0, None, 1]))
        frames.deliver(hub, NOW)  # type: ignore[arg-type]
        assert hub.delivered == [(driver_topic(8), [[8, 48.0, -4.0, None, 1]])]


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
class TestOnSockets:
    @pytest_asyncio.fixture(autouse=True)
    async def own_hub(self) -> AsyncIterator[None]:
        hubs._resting_until = 0.0
        yield
        await close_hub()

    @pytest.fixture
    def driver(self) -> Driver:
        return factories.DriverFactory()

    @pytest.fixture
    def regulator(self, driver: Driver) -> User:
        return factories.RegulatorFactory(base=driver.base)

    @pytest.fixture
    def mission(self, driver: Driver, regulator: User) -> Mission:
        ride = factories.RideFactory(base=driver.base, state="confirmed")
        vehicle = factories.VehicleFactory(base=driver.base)
        mission = dispatch.assign(ride=ride, driver=driver, vehicle=vehicle, by=regulator)
        return dispatch.acknowledge(mission=mission, by=driver.user)

    @pytest.fixture
    def ride(self, mission: Mission) -> Ride:
        return Ride.objects.select_related("customer").get(stops__mission=mission, stops__kind="pick_up")

    async def test_the_tower_gets_one_frame_a_second_with_every_driver(self, driver: Driver, regulator: User) -> None:
        colleague = await in_thread(factories.DriverFactory)(base=driver.base)
        await in_thread(factories.DriverFactory)(base__code="toulon")
        async with listening("/live/base/brest/", regulator) as page:
            await subscribed()
            for _ in range(20):
                await move(driver, colleague)
                await asyncio.sleep(0.1)
            frames = [message for message in await page.all_for(1.2) if message["type"] == "positions"]
        # The latest wins, so an unread viewer would have one; this one read nothing for two seconds.
        assert 1 <= len(frames) <= 4
        assert {row[0] for row in frames[-1]["drivers"]} == {driver.pk, colleague.pk}

    async def test_what_is_switched_off_before_its_frame_is_told_to_nobody(
        self, driver: Driver, regulator: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(frames_module, "FRAME_SECONDS", 0.6)
        async with listening("/live/base/brest/", regulator) as page:
            await subscribed()
            await move(driver)
            await in_thread(forget)(driver.pk)
            assert await positions(page) == []

    async def test_another_base_hears_nothing_of_it(self, driver: Driver) -> None:
        elsewhere = await in_thread(factories.RegulatorFactory)(base__code="toulon")
        async with listening("/live/base/toulon/", elsewhere) as page:
            await subscribed()
            await move(driver)
            assert await positions(page) == []

    async def test_a_passenger_sees_only_their_car_and_only_while_it_is_theirs(
        self, driver: Driver, ride: Ride
    ) -> None:
        colleague = await in_thread(factories.DriverFactory)(base=driver.base)
        async with listening(f"/live/ride/{ride.code}/", ride.customer) as page:
            await subscribed()
            await move(driver, colleague)
            assert await positions(page) == [], "the car has not set out yet"
            for step in (dispatch.depart, dispatch.arrive, dispatch.board):
                await in_thread(step)(ride=ride, by=driver.user)
                await page.hear("step")
                await move(driver, colleague)
                frame = await page.hear("positions")
                assert [row[0] for row in frame["drivers"]] == [driver.pk]
            await in_thread(dispatch.complete)(ride=ride, by=driver.user)
            await page.hear("step")
            await move(driver, colleague)
            assert await positions(page) == [], "the ride is over"

    async def test_a_ride_that_ends_while_the_socket_opens_hides_its_car(
        self, driver: Driver, ride: Ride, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.HEARTBEAT = False  # the next beat would notice too
        for step in (dispatch.depart, dispatch.arrive, dispatch.board):
            await in_thread(step)(ride=ride, by=driver.user)
        accept = RideConsumer.accept

        async def accept_late(consumer: RideConsumer) -> None:
            await in_thread(dispatch.complete)(ride=ride, by=driver.user)
            await accept(consumer)

        monkeypatch.setattr(RideConsumer, "accept", accept_late)
        async with listening(f"/live/ride/{ride.code}/", ride.customer) as page:
            await subscribed()
            await page.hear("hello")
            await move(driver)
            assert await positions(page) == []

    async def test_a_frame_that_fails_silences_none_that_follow(
        self, driver: Driver, regulator: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(frames: Frames, hub: hubs.Hub, now: datetime) -> None:
            monkeypatch.undo()
            raise ZeroDivisionError

        monkeypatch.setattr(Frames, "deliver", fail)
        async with listening("/live/base/brest/", regulator) as page:
            await subscribed()
            await asyncio.sleep(frames_module.FRAME_SECONDS + 0.2)
            await move(driver)
            assert (await page.hear("positions"))["drivers"][0][0] == driver.pk
        assert "No frame this time" in caplog.text

    async def test_a_ride_given_to_somebody_else_hides_the_first_car(
        self, driver: Driver, ride: Ride, regulator: User
    ) -> None:
        async with listening(f"/live/ride/{ride.code}/", ride.customer) as page:
            await subscribed()
            await in_thread(dispatch.depart)(ride=ride, by=driver.user)
            await page.hear("step")
            await in_thread(dispatch.unassign)(ride=ride, by=regulator, reason="replan")
            await page.hear("step")
            await move(driver)
            assert await positions(page) == []


async def positions(page: Listener) -> list[object]:
    """Return the frames of positions that come within the next two frames' time."""
    return [message for message in await page.all_for(2.2) if message["type"] == "positions"]


async def move(*drivers: Driver) -> None:
    """Have each driver's phone send a position."""

    def send() -> None:
        for driver in drivers:
            fresh = Driver.objects.get(pk=driver.pk)
            assert take_in(driver=fresh, positions=[Position(driver.pk, 48.381, -4.494, timezone.now())]).kept

    await in_thread(send)()
