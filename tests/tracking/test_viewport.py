"""Of many vehicles a map hears those that it shows, and yet never shows one where it is not."""

import math
import random
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from echauffeur.common import hub as hubs
from tracking import frames as frames_module
from tracking.frames import Frames
from tracking.viewport import Viewport
from tracking.wire import Vehicle, decode, snap

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
VEHICLES = 150
SECONDS = 60
BREST = [48.35, -4.55, 48.42, -4.40]


def sees(*edges: object) -> str:
    return orjson.dumps({"sees": edges}).decode()


class TestReading:
    @given(st.lists(st.floats(-90, 90), min_size=4, max_size=4))
    @example([0.0, 0.0, 3.0, 5e-324])
    def test_what_is_read_holds_what_the_map_shows_and_little_more(self, edges: list[float]) -> None:
        south, north = sorted(edges[::2])
        west, east = sorted(edges[1::2])
        view = Viewport.read(sees(south, west, north, east))
        if south == north or west == east:
            assert view is None
            return
        assert view is not None
        assert view.south <= south < north <= view.north
        assert view.west <= west < east <= view.east
        longest = max(north - south, east - west, 1e-4)
        assert view.north - view.south <= 3 * longest
        assert view.east - view.west <= 3 * longest

    def test_maps_that_show_nearly_the_same_share_one(self) -> None:
        views = {Viewport.read(sees(*(edge + shift / 1e4 for edge in BREST))) for shift in range(20)}
        assert len(views) <= 2

    @given(st.text() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(sees) | st.binary())
    @example('{"sees": [0, 0, 5e-324, 5e-324]}')
    @example('{"sees": [90, 180, 90.1, 180]}')
    @example('{"sees": ["nan", 0, 1, 1]}')
    @example('{"sees": {"a": 1}}')
    @example('{"sees": [1, 2, 3, 4, 5]}')
    @example('{"sees": [10, 170, 20, -170]}')
    @example("[" * 10_000)
    def test_anything_else_is_passed_over(self, text: str | bytes) -> None:
        view = Viewport.read(text)
        assert view is None or all(map(math.isfinite, view))


class Screen:
    """A map that looks somewhere, may be slow, and knows only what it was told."""

    def __init__(self, hub: hubs.Hub, chance: random.Random):
        self.chance = chance
        self.outlet = hubs.Outlet()
        hub.join(self.outlet, "positions:1")
        self.shown: dict[int, Vehicle] = {}
        self.bytes = 0

    def look_elsewhere(self) -> None:
        south, west = self.chance.uniform(48.3, 48.4), self.chance.uniform(-4.6, -4.5)
        self.change(Viewport.read(sees(south, west, south + 0.02, west + 0.03)))

    def change(self, view: Viewport | None) -> None:
        self.outlet.view, self.outlet.wants_all = view, True

    async def read(self) -> None:
        if self.outlet._slots:
            frame = (await self.outlet.take())["positions"]
            assert isinstance(frame, bytes)
            self.bytes += len(frame)
            self.shown |= {vehicle.driver_id: vehicle for vehicle in decode(frame)[1]}

    def lies(self, truth: dict[int, Vehicle]) -> list[int]:
        """Return the vehicles that are shown within the viewport and are not there, or the other way round."""
        view = self.outlet.view
        return [
            i for i, real in truth.items()
            if self.shown.get(i) != real and (view is None or view.shows(real) or view.shows(self.shown.get(i, real)))
        ]  # fmt: skip


class Fleet:
    """Vehicles that drive about, now and then far away."""

    def __init__(self, chance: random.Random):
        self.chance = chance
        self.truth: dict[int, Vehicle] = {}

    def move(self, frames: Frames, at: int, share: float) -> None:
        for i in range(1, VEHICLES + 1):
            if i not in self.truth or self.chance.random() < share:
                lat, lon = snap(self.chance.uniform(48.29, 48.46)), snap(self.chance.uniform(-4.61, -4.38))
                frames.receive("positions:1", orjson.dumps([i, lat, lon, None, at, at + 3600]))
                self.truth[i] = frames.known["positions:1"][i].vehicle


async def play(seed: int) -> tuple[list[Screen], int]:
    """Have a fleet move and maps look for a minute; return the maps and how many lies they told in all."""
    chance = random.Random(seed)
    hub = hubs.Hub()
    frames, fleet, screens = Frames(), Fleet(chance), [Screen(hub, chance) for _ in range(6)]
    lies = 0
    for second in range(SECONDS):
        now = NOW + timedelta(seconds=second)
        fleet.move(frames, int(now.timestamp()), chance.choice([0.05, 0.7, 0.95]))
        for screen in screens[1:]:
            if chance.random() < 0.1:
                screen.look_elsewhere()
        frames.deliver(hub, now)
        for screen in screens:
            if chance.random() < 0.8:
                await screen.read()
                lies += len(screen.lies(fleet.truth))
    return screens, lies


@pytest.mark.asyncio
class TestFrames:
    @pytest.fixture(autouse=True)
    def alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the hub listen to nobody."""
        monkeypatch.setattr(hubs.Hub, "beside", lambda hub, work: work.close())

    @pytest.mark.parametrize("seed", range(5))
    async def test_no_map_ever_shows_a_car_where_it_is_not(self, seed: int) -> None:
        screens, lies = await play(seed)
        assert lies == 0
        assert max(screen.bytes for screen in screens[1:]) < screens[0].bytes, "who looks at a part gets less"

    @pytest.mark.parametrize("protection", ["of who left", "of who missed a frame", "of who looks elsewhere"])
    async def test_without_one_of_the_protections_maps_lie(
        self, protection: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        receive = Frames.receive

        def receive_as_if_new_at_its_place(frames: Frames, channel: str, data: bytes) -> None:
            receive(frames, channel, data)
            frames.moved[channel] = {i: frames.known[channel][i].vehicle for i in frames.moved[channel]}

        def change(screen: Screen, view: Viewport | None) -> None:
            screen.outlet.view = view

        if protection == "of who left":
            monkeypatch.setattr(Frames, "receive", receive_as_if_new_at_its_place)
        elif protection == "of who missed a frame":
            monkeypatch.setattr(hubs.Outlet, "holds", lambda _outlet, _kind: False)
        else:
            monkeypatch.setattr(Screen, "change", change)
        assert (await play(1))[1] > 0

    async def test_the_list_beside_is_told_of_all_others_every_ten_seconds(self) -> None:
        hub, chance = hubs.Hub(), random.Random(1)
        frames, fleet, screen = Frames(), Fleet(chance), Screen(hub, chance)
        screen.look_elsewhere()
        for second in range(40):
            now = NOW + timedelta(seconds=second)
            fleet.move(frames, int(now.timestamp()), 1.0)
            frames.deliver(hub, now)
            await screen.read()
            assert len(screen.shown) == VEHICLES
            oldest = min(vehicle.at for vehicle in screen.shown.values())
            assert now.timestamp() - oldest < frames_module.WHOLE_EVERY

    async def test_many_different_viewports_cost_no_more_than_so_many_frames(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hub, chance, encoded = hubs.Hub(), random.Random(1), []
        frames, fleet, screens = Frames(), Fleet(chance), [Screen(hub, chance) for _ in range(200)]
        for number, screen in enumerate(screens):
            screen.outlet.view = Viewport(48, -5, 49, -4 + number)
            screen.outlet.wants_all = False
        monkeypatch.setattr(frames_module, "encode", lambda *_args: encoded.append(1) or b"frame")
        fleet.move(frames, int(NOW.timestamp()), 1.0)
        frames.deliver(hub, NOW)
        assert len(encoded) == frames_module.MOST_VIEWPORTS + 1
        assert all(screen.outlet.holds("positions") for screen in screens)

    async def test_of_few_vehicles_everybody_is_told_everything(self) -> None:
        hub, chance = hubs.Hub(), random.Random(1)
        frames, screen = Frames(), Screen(hub, chance)
        screen.outlet.view = Viewport(10, 10, 11, 11)
        for second in range(2):
            frames.receive("positions:1", orjson.dumps([7, 48.0, -4.0 + second, None, second, 9_999_999_999]))
            frames.deliver(hub, datetime.fromtimestamp(second, UTC))
            await screen.read()
            assert screen.shown[7].longitude == -4.0 + second
