"""Positions out: one frame per base and second, encoded once."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime

import orjson

from echauffeur.bases.models import Base
from echauffeur.common import hub as hubs
from tracking.positions import FORGOTTEN

logger = logging.getLogger(__name__)

FRAME_SECONDS = 1.0


class Frames:
    """Collects what moved and hands out one frame per base and second, encoded once; the latest position wins."""

    def __init__(self) -> None:
        self.moved: dict[str, dict[int, list[float | int | None]]] = defaultdict(dict)

    def receive(self, channel: str, data: bytes) -> None:
        if channel == FORGOTTEN:
            self._forget(orjson.loads(data))
            return
        driver_id, *_, at = wire = orjson.loads(data)
        known = self.moved[channel].get(driver_id)
        if known is None or known[-1] <= at:
            self.moved[channel][driver_id] = wire

    def _forget(self, driver_id: int) -> None:
        for drivers in self.moved.values():
            drivers.pop(driver_id, None)

    def deliver(self, hub: hubs.Hub, now: datetime) -> None:
        moved, self.moved = self.moved, defaultdict(dict)
        for channel, drivers in moved.items():
            self._hand_out(hub, channel, list(drivers.values()), now)
            for driver_id, wire in drivers.items():
                self._hand_out(hub, driver_topic(driver_id), [wire], now)

    @staticmethod
    def _hand_out(hub: hubs.Hub, topic: str, drivers: list[list[float | int | None]], now: datetime) -> None:
        if drivers and hub.is_followed(topic):
            frame = {"type": "positions", "at": int(now.timestamp()), "drivers": drivers}
            hub.deliver(topic, "positions", orjson.dumps(frame).decode())


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
    return f"driver-position:{driver_id}"
