"""Positions out: one frame per base and second, and to a passenger only their own car, only while it is theirs."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

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
from tracking.wire import decode

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
LATER = EPOCH + 3600


def say(frames: Frames, driver_id: int, *, at: int, latitude: float = 48.0, until: int = LATER) -> None:
    """Have Redis tell of a position on base 1."""
    frames.receive("positions:1", orjson.dumps([driver_id, latitude, -4.0, None, at, until]))


class Screen:
    """A viewer of the topic, and what it has been told."""

    def __init__(self, hub: hubs.Hub, topic: str = "positions:1"):
        self.outlet = hubs.Outlet()
        hub.join(self.outlet, topic)

    async def told(self) -> list[tuple[int, float, int]] | None:
        """Take what waits: (driver, latitude, time) of each vehicle; None when nothing does."""
        if not self.outlet.holds("positions"):
            return None
        frame = (await self.outlet.take())["positions"]
        assert isinstance(frame, bytes)
        return [(vehicle.driver_id, vehicle.latitude, vehicle.at) for vehicle in decode(frame)[1]]


@pytest.mark.asyncio
class TestFrames:
    @pytest.fixture
    def hub(self, monkeypatch: pytest.MonkeyPatch) -> hubs.Hub:
        """A hub that listens to nobody."""
        monkeypatch.setattr(hubs.Hub, "beside", lambda hub, work: work.close())
        return hubs.Hub()

    async def test_one_frame_holds_all_that_moved_and_the_newest_of_each(self, hub: hubs.Hub) -> None:
        frames, screen = Frames(), Screen(hub)
        for driver, second in [(7, 1), (8, 1), (7, 2)]:
            say(frames, driver, at=EPOCH + second)
        frames.deliver(hub, NOW)
        assert await screen.told() == [(7, 48.0, EPOCH + 2), (8, 48.0, EPOCH + 1)]
        frames.deliver(hub, NOW)
        assert await screen.told() is None
        say(frames, 8, at=EPOCH + 3)
        frames.deliver(hub, NOW)
        assert await screen.told() == [(8, 48.0, EPOCH + 3)]

    async def test_an_older_one_that_comes_late_is_left_out(self, hub: hubs.Hub) -> None:
        frames, screen = Frames(), Screen(hub)
        for second in (5, 3):
            say(frames, 7, at=EPOCH + second)
        frames.deliver(hub, NOW)
        assert await screen.told() == [(7, 48.0, EPOCH + 5)]
        say(frames, 7, at=EPOCH + 4)
        frames.deliver(hub, NOW)
        assert await screen.told() is None

    async def test_each_frame_is_encoded_once_however_many_look(
        self, hub: hubs.Hub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        frames, screens, encoded = Frames(), [Screen(hub) for _ in range(50)], []
        monkeypatch.setattr(frames_module, "encode", lambda *_args: encoded.append(1) or b"frame")
        for second in range(3):
            say(frames, 7, at=EPOCH + second)
            frames.deliver(hub, NOW)
            assert {(await screen.outlet.take())["positions"] for screen in screens} == {b"frame"}
        assert len(encoded) == 3

    async def test_nothing_is_encoded_for_nobody(self, hub: hubs.Hub, monkeypatch: pytest.MonkeyPatch) -> None:
        frames = Frames()
        monkeypatch.setattr(frames_module, "encode", lambda *_args: pytest.fail("for nobody"))
        say(frames, 7, at=EPOCH)
        frames.deliver(hub, NOW)

    async def test_who_comes_later_is_told_everything_once(self, hub: hubs.Hub) -> None:
        frames, early = Frames(), Screen(hub)
        say(frames, 7, at=EPOCH)
        frames.deliver(hub, NOW)
        await early.told()
        late, passenger = Screen(hub), Screen(hub, driver_topic(7))
        say(frames, 8, at=EPOCH)
        frames.deliver(hub, NOW)
        assert await early.told() == [(8, 48.0, EPOCH)]
        assert await late.told() == [(7, 48.0, EPOCH), (8, 48.0, EPOCH)]
        assert await passenger.told() == [(7, 48.0, EPOCH)]

    async def test_who_missed_a_frame_is_told_everything(self, hub: hubs.Hub) -> None:
        frames, slow, brisk = Frames(), Screen(hub), Screen(hub)
        for driver in (7, 8, 9):
            say(frames, driver, at=EPOCH)
            frames.deliver(hub, NOW)
            await brisk.told()
        assert await slow.told() == [(7, 48.0, EPOCH), (8, 48.0, EPOCH), (9, 48.0, EPOCH)]

    @pytest.mark.parametrize("topic", ["positions:1", driver_topic(7)])
    async def test_what_is_forgotten_is_told_to_nobody_and_waits_nowhere(self, hub: hubs.Hub, topic: str) -> None:
        frames, frozen = Frames(), Screen(hub, topic)
        say(frames, 7, at=EPOCH)
        frames.deliver(hub, NOW)
        assert frozen.outlet.holds("positions")
        frames.receive(FORGOTTEN, b"7")
        frames.deliver(hub, NOW)
        late = Screen(hub, topic)
        frames.deliver(hub, NOW)
        assert await frozen.told() is None
        assert await late.told() is None

    async def test_one_that_is_forgotten_in_the_same_second_is_told_to_nobody(self, hub: hubs.Hub) -> None:
        frames, screen, passenger = Frames(), Screen(hub), Screen(hub, driver_topic(7))
        say(frames, 7, at=EPOCH)
        frames.receive(FORGOTTEN, b"7")
        frames.deliver(hub, NOW)
        assert await screen.told() is None
        assert await passenger.told() is None

    @pytest.mark.parametrize(("until", "seconds"), [(EPOCH + 60, 60), (LATER, 600)])
    async def test_nothing_is_told_after_the_shift_or_ten_minutes(
        self, hub: hubs.Hub, until: int, seconds: int
    ) -> None:
        frames = Frames()
        say(frames, 7, at=EPOCH, until=until)
        frames.deliver(hub, NOW + timedelta(seconds=seconds - 1))
        before = Screen(hub)
        frames.deliver(hub, NOW + timedelta(seconds=seconds - 1))
        assert await before.told() == [(7, 48.0, EPOCH)]
        after = Screen(hub)
        frames.deliver(hub, NOW + timedelta(seconds=seconds))
        assert await after.told() is None


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
