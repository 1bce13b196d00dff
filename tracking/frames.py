"""Positions out: one frame per base and second, each encoded once, however many look."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import orjson

from echauffeur.bases.models import Base
from echauffeur.common import hub as hubs
from tracking.positions import FORGOTTEN, GONE_AFTER
from tracking.viewport import Viewport
from tracking.wire import Vehicle, encode

logger = logging.getLogger(__name__)

FRAME_SECONDS = 1.0
KIND = "positions"
DRIVER = "driver-position:"
# Of more vehicles than this that moved within a second, a map is told those alone that it shows or showed; of all the
# others every so many frames, for the list beside it.
LARGE = 100
WHOLE_EVERY = 10
# Different viewports of one base that get frames of their own; further ones get everything, at no further work.
MOST_VIEWPORTS = 32


@dataclass(frozen=True, slots=True)
class Known:
    """A vehicle's newest position, and until when it may be shown (seconds since 1970)."""

    vehicle: Vehicle
    until: float


@dataclass
class Instant:
    """What there is to say on one topic in one second.

    ``known`` is everything that may be shown; ``moved`` says of each vehicle that moved where it was told to be before.
    """

    now: int
    known: Mapping[int, Vehicle]
    moved: Mapping[int, Vehicle | None]
    is_whole: bool = False
    parts: dict[Viewport, bytes | None] = field(default_factory=dict)

    def frame_for(self, outlet: hubs.Outlet) -> bytes | None:
        """Return what keeps this viewer's map true, or None when nothing is new.

        Who has just come, looks elsewhere or has not taken the last frame gets the whole, since frames build on
        each other.
        """
        if outlet.wants_all or outlet.holds(KIND):
            return self.whole
        if outlet.view is None or len(self.moved) <= LARGE:
            return self.news
        return self.whole if self.is_whole else self._part(outlet.view)

    def of(self, driver_id: int) -> "Instant":
        """Return the same about one vehicle alone."""
        moved = {driver_id: None} if driver_id in self.moved else {}
        return Instant(self.now, {driver_id: self.known[driver_id]}, moved)

    @cached_property
    def whole(self) -> bytes | None:
        return self._encode(self.known)

    @cached_property
    def news(self) -> bytes | None:
        return self._encode(self.moved)

    def _part(self, view: Viewport) -> bytes | None:
        """Return the frame of what moves within this viewport, into it or out of it."""
        if view not in self.parts:
            if len(self.parts) >= MOST_VIEWPORTS:
                return self.news
            self.parts[view] = self._encode(
                [i for i, before in self.moved.items() if view.shows(self.known[i]) or not before or view.shows(before)]
            )
        return self.parts[view]

    def _encode(self, driver_ids: Collection[int]) -> bytes | None:
        return encode((self.known[i] for i in driver_ids), self.now) if driver_ids else None


NOTHING = Instant(0, {}, {})


class Frames:
    """Collects what moves on each base, and hands it out; the latest position of a vehicle wins."""

    def __init__(self) -> None:
        self.known: dict[str, dict[int, Known]] = defaultdict(dict)
        self.moved: dict[str, dict[int, Vehicle | None]] = defaultdict(dict)
        self.seconds = 0

    def receive(self, channel: str, data: bytes) -> None:
        """Take in ``[driver id, latitude, longitude, heading, seconds since 1970, may be shown until]``."""
        if channel == FORGOTTEN:
            self._forget(orjson.loads(data))
            return
        driver_id, latitude, longitude, heading, at, until = orjson.loads(data)
        before = self.known[channel].get(driver_id)
        if before is None or before.vehicle.at <= at:
            self.moved[channel].setdefault(driver_id, before.vehicle if before else None)
            vehicle = Vehicle(driver_id, latitude, longitude, heading, at)
            self.known[channel][driver_id] = Known(vehicle, min(until, at + GONE_AFTER.total_seconds()))

    def _forget(self, driver_id: int) -> None:
        for channel, kept in self.known.items():
            kept.pop(driver_id, None)
            self.moved[channel].pop(driver_id, None)

    def deliver(self, hub: hubs.Hub, now: datetime) -> None:
        """Put into each viewer's slot what is new to them. What waits there is renewed, so that it is never old."""
        self._drop_what_is_gone(now.timestamp())
        self.seconds += 1
        moved, self.moved = self.moved, defaultdict(dict)
        second, is_whole = int(now.timestamp()), self.seconds % WHOLE_EVERY == 0
        everywhere: dict[int, Instant] = {}
        for channel, kept in self.known.items():
            instant = Instant(second, {i: one.vehicle for i, one in kept.items()}, moved[channel], is_whole)
            _hand_out(hub, channel, instant)
            everywhere |= dict.fromkeys(kept, instant)
        for topic in hub.topics(DRIVER):
            driver_id = int(topic.removeprefix(DRIVER))
            _hand_out(hub, topic, everywhere[driver_id].of(driver_id) if driver_id in everywhere else NOTHING)

    def _drop_what_is_gone(self, now: float) -> None:
        for kept in self.known.values():
            for driver_id in [i for i, one in kept.items() if one.until <= now]:
                self._forget(driver_id)


def _hand_out(hub: hubs.Hub, topic: str, instant: Instant) -> None:
    for outlet in hub.viewers(topic):
        frame = instant.frame_for(outlet)
        if frame:
            outlet.put(KIND, frame)
            outlet.wants_all = False
        elif outlet.holds(KIND):
            outlet.drop(KIND)


def frames_for(hub: hubs.Hub) -> Callable[[str, bytes], None]:
    """Return what takes raw positions from Redis, and start handing out frames."""
    frames = Frames()

    async def hand_out() -> None:
        while True:
            await asyncio.sleep(FRAME_SECONDS)
            try:
                frames.deliver(hub, datetime.now(UTC))
            except Exception:
                # One frame that cannot be made must not freeze every map of the process.
                logger.exception("No frame this time")

    hub.beside(hand_out())
    return frames.receive


def position_topic(base: Base) -> str:
    """Return the hub's topic that carries every position of the base."""
    return f"positions:{base.pk}"


def driver_topic(driver_id: int) -> str:
    """Return the hub's topic that carries one driver's positions."""
    return f"{DRIVER}{driver_id}"
