"""Where a device was, as the apps that people already use write it. Speed, height and battery are left unread.

The fields are documented in `docs/devices.md`. Every reader raises TypeError, KeyError, ValueError or OverflowError
when there is no position in what it reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tracking.positions import Position

# Seconds since 1970 reach this in the year 5138; milliseconds reached it in 1973.
MILLISECONDS_FROM = 1e11


@dataclass(frozen=True)
class Point:
    """A position before it is known whose it is. Degrees WGS 84, heading in degrees from north, accuracy in metres."""

    latitude: float
    longitude: float
    at: datetime
    heading: int | None = None
    accuracy: int | None = None

    def of(self, driver_id: int) -> Position:
        return Position(driver_id, self.latitude, self.longitude, self.at, self.heading, self.accuracy)


def from_osmand(said: Mapping[str, str], now: datetime) -> Point:
    """Read ``lat``, ``lon``, ``timestamp`` (now, if it is not said), ``bearing`` or ``heading``, ``accuracy``."""
    return Point(
        latitude=float(said["lat"]),
        longitude=float(said["lon"]),
        at=_moment(said.get("timestamp") or now.timestamp()),
        heading=_heading(said.get("bearing") or said.get("heading")),
        accuracy=_accuracy(said.get("accuracy")),
    )


def from_traccar(location: Any) -> Point:
    """Read ``{timestamp, coords: {latitude, longitude, accuracy, heading}}``, Traccar Client's JSON."""
    coords = location["coords"]
    return Point(
        latitude=float(coords["latitude"]),
        longitude=float(coords["longitude"]),
        at=_moment(location["timestamp"]),
        heading=_heading(coords.get("heading")),
        accuracy=_accuracy(coords.get("accuracy")),
    )


def from_owntracks(said: Mapping[str, Any]) -> Point:
    """Read ``{lat, lon, tst, cog, acc}`` of an OwnTracks location."""
    return Point(
        latitude=float(said["lat"]),
        longitude=float(said["lon"]),
        at=_moment(said["tst"]),
        heading=_heading(said.get("cog")),
        accuracy=_accuracy(said.get("acc")),
    )


def _moment(said: Any) -> datetime:
    """Return the time that is said in seconds or milliseconds since 1970, or in ISO 8601 (UTC unless it says)."""
    try:
        number = float(said)
    except ValueError:
        moment = datetime.fromisoformat(said)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.fromtimestamp(number / 1000 if number >= MILLISECONDS_FROM else number, UTC)


def _heading(said: Any) -> int | None:
    """Return whole degrees; None when it is not known, which some say with a number below zero."""
    degrees = -1.0 if said in {None, ""} else float(said)
    return round(degrees) % 360 if degrees >= 0 else None


def _accuracy(said: Any) -> int | None:
    metres = -1.0 if said in {None, ""} else float(said)
    return round(metres) if metres >= 0 else None
