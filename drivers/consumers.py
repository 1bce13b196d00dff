"""The live socket of a driver's phone: hears of new missions, and brings positions in."""

from datetime import UTC, datetime
from typing import Any

import orjson
from channels.db import database_sync_to_async

from dispatch.access import driver_to_be
from drivers.models import Driver
from echauffeur.common.refusals import Refusal
from echauffeur.journal.live import LiveConsumer
from tracking.actions import take_in
from tracking.positions import Position


class DriverConsumer(LiveConsumer):
    """The driver hears of own missions and sends ``{"type": "position", lat, lon, accuracy, heading, at}``."""

    def enter(self) -> tuple[str, list[str]]:
        driver = driver_to_be(self.scope["user"])
        return f"driver:{driver.pk}", []

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            message = orjson.loads(text_data or "")
            taken = await database_sync_to_async(self._take)(message)
            answer = {"type": "position_taken" if taken else "position_later", "at": message["at"]}
        except Refusal as refusal:
            answer = {"type": "position_refused", "reason": refusal.code, "message": str(refusal)}
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError):
            answer = {"type": "position_refused", "reason": "malformed"}
        await self.send(orjson.dumps(answer).decode())

    def _take(self, message: dict[str, Any]) -> bool:
        driver = driver_to_be(self.scope["user"])
        return take_in(driver=driver, position=position_from(driver, message))


def position_from(driver: Driver, message: dict[str, Any]) -> Position:
    """Return the position that a phone sent. Raises KeyError, TypeError or ValueError when it is malformed."""
    heading, accuracy = message.get("heading"), message.get("accuracy")
    return Position(
        driver_id=driver.pk,
        latitude=float(message["lat"]),
        longitude=float(message["lon"]),
        at=datetime.fromtimestamp(float(message["at"]), UTC),
        heading=None if heading is None else int(heading) % 360,
        accuracy=None if accuracy is None else int(accuracy),
    )
