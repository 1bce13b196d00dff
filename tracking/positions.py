"""The newest position of each driver: in, and kept in Redis for ten minutes. Out of it come the frames."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import starmap
from typing import Any

import orjson
import redis

from echauffeur.common import hub as hubs
from tracking import trails
from tracking.dwells import dwell_key
from tracking.wire import snap, snap_heading

STALE_AFTER = timedelta(seconds=30)
GONE_AFTER = timedelta(minutes=10)
FORGOTTEN = "positions:forgotten"


@dataclass(frozen=True)
class Position:
    """Where a driver's phone was. Degrees WGS 84, heading in degrees from north, accuracy in metres."""

    driver_id: int
    latitude: float
    longitude: float
    at: datetime
    heading: int | None = None
    accuracy: int | None = None

    @property
    def point(self) -> tuple[float, float]:
        return self.latitude, self.longitude

    @property
    def wire(self) -> list[float | int | None]:
        """As Redis keeps it: [driver id, latitude, longitude, heading, seconds since 1970].

        It is as exact as a frame, so that a page says the same whether it was fetched or heard.
        """
        heading = None if self.heading is None else snap_heading(self.heading)
        return [self.driver_id, snap(self.latitude), snap(self.longitude), heading, self._epoch]

    @property
    def _epoch(self) -> int:
        return int(self.at.timestamp())

    @classmethod
    def from_phone(cls, driver_id: int, message: Any) -> "Position":
        """Read ``{lat, lon, at, heading?, accuracy?}``.

        Raises TypeError, KeyError, ValueError or OverflowError when it is malformed.
        """
        if not isinstance(message, dict):
            raise TypeError
        heading, accuracy = message.get("heading"), message.get("accuracy")
        return cls(
            driver_id=driver_id,
            latitude=float(message["lat"]),
            longitude=float(message["lon"]),
            at=datetime.fromtimestamp(float(message["at"]), UTC),
            heading=None if heading is None else int(heading) % 360,
            accuracy=None if accuracy is None or int(accuracy) < 0 else int(accuracy),
        )

    @classmethod
    def from_wire(
        cls, driver_id: int, latitude: float, longitude: float, heading: int | None, epoch: int
    ) -> "Position":
        return cls(driver_id, latitude, longitude, datetime.fromtimestamp(epoch, UTC), heading)


def _key(driver_id: int) -> str:
    return f"position:{driver_id}"


def keep_and_tell(base_id: int, positions: Sequence[Position], *, until: datetime) -> bool:
    """Keep a driver's positions, oldest first, the last as the newest known, and tell it to every map of the base.

    Return whether Redis took them. The newest is gone when it is ten minutes old, and at that moment, the shift's end,
    at the latest; what is gone already is told to nobody, nor is what a newer one overtook.
    """
    newest = positions[-1]
    wire = orjson.dumps(newest.wire)
    told = orjson.dumps([*newest.wire, int(until.timestamp())])
    lifetime = min(newest.at + GONE_AFTER, until) - datetime.now(UTC)

    def send(client: redis.Redis) -> bool:
        asked = client.pipeline(transaction=False)
        asked.get(_key(newest.driver_id))
        asked.strlen(trails.WAITING)
        known, waiting = asked.execute()
        pipe = client.pipeline(transaction=False)
        if waiting < trails.MOST_BYTES:
            trails.note(pipe, positions)
        if lifetime >= timedelta(milliseconds=1) and not _is_overtaken(newest, known):
            pipe.set(_key(newest.driver_id), wire, px=lifetime)
            pipe.publish(f"positions:{base_id}", told)
        pipe.execute()
        return True

    return hubs.ask(send, default=False)


def _is_overtaken(position: Position, known: bytes | None) -> bool:
    return known is not None and bool(orjson.loads(known)[-1] > position.wire[-1])


def forget(driver_id: int) -> None:
    """Drop where the driver is and stood, and what of it has not been handed out: sharing was switched off."""

    def send(client: redis.Redis) -> None:
        client.delete(_key(driver_id), dwell_key(driver_id))
        client.publish(FORGOTTEN, orjson.dumps(driver_id))

    hubs.ask(send, default=None)


def newest(driver_ids: Iterable[int]) -> dict[int, Position]:
    """Return the newest known position of each of these drivers that has one; none while Redis is away."""
    ids = list(driver_ids)
    if not ids:
        return {}
    found: list[bytes | None] = hubs.ask(lambda client: client.mget([_key(i) for i in ids]), default=[])
    positions = starmap(Position.from_wire, (orjson.loads(wire) for wire in found if wire))
    return {position.driver_id: position for position in positions}
