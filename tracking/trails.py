"""What was taken in waits in a stream of Redis until it is written: for half a second, as a rule."""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import redis

from echauffeur.common import hub

if TYPE_CHECKING:
    from tracking.positions import Position

logger = logging.getLogger(__name__)

STREAM = "trails"
# Batches. Nothing is taken in without the database, so this many wait only when nobody writes; the oldest go then.
MOST_WAITING = 100_000
# Batches that are written at once.
AT_ONCE = 2_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
VAGUEST = 2**15 - 1


class Point(NamedTuple):
    """One point of a trail as it waits. ``at``: microseconds since 1970; degrees WGS 84, metres, degrees from north."""

    driver_id: int
    at: int
    latitude: float
    longitude: float
    accuracy: int | None
    heading: int | None

    @property
    def moment(self) -> datetime:
        return EPOCH + self.at * MICROSECOND

    @classmethod
    def of(cls, position: "Position") -> "Point":
        return cls(
            position.driver_id,
            (position.at - EPOCH) // MICROSECOND,
            round(position.latitude, 6),
            round(position.longitude, 6),
            None if position.accuracy is None else min(max(position.accuracy, 0), VAGUEST),
            position.heading,
        )


def note(pipe: "redis.client.Pipeline", positions: Iterable["Position"]) -> None:
    """Have these wait to be written, with what else the pipeline tells Redis."""
    batch = orjson.dumps([tuple(Point.of(position)) for position in positions])
    pipe.xadd(STREAM, {"points": batch}, maxlen=MOST_WAITING, approximate=True)


def is_waiting() -> bool:
    """Whether anything is there to write; no when Redis can't be asked."""
    return bool(hub.ask(lambda client: client.xlen(STREAM), default=0))


def waiting() -> tuple[list[Point], bytes]:
    """Return the points that wait longest, and the name of the last of their batches; empty when there are none."""
    found: list[tuple[bytes, dict[bytes, bytes]]] = hub.ask(
        lambda client: client.xrange(STREAM, count=AT_ONCE), default=[]
    )
    return [point for _, fields in found for point in _points(fields)], found[-1][0] if found else b""


def _points(fields: dict[bytes, bytes]) -> Iterator[Point]:
    try:
        yield from [Point(*point) for point in orjson.loads(fields[b"points"])]
    except (KeyError, TypeError, ValueError):
        # What nobody understands, such as a batch of another version of ours, must not keep all that follow.
        logger.exception("A batch of positions was left out")


def drop_until(last: bytes) -> bool:
    """Drop the batches up to this one, which are written; return whether Redis did."""
    milliseconds, _, number = last.partition(b"-")
    after = f"{int(milliseconds)}-{int(number) + 1}"
    return hub.ask(lambda client: client.xtrim(STREAM, minid=after, approximate=False), default=-1) >= 0


def drop_older_than(moment: datetime) -> None:
    """Drop what has waited since before that moment: nobody writes, and it must not stay for that."""
    after = f"{int(moment.timestamp() * 1000)}-0"
    hub.ask(lambda client: client.xtrim(STREAM, minid=after, approximate=False), default=None)


def drop(positions: Iterable["Position"]) -> None:
    """Drop the batch of exactly these, if it still waits."""
    batch = [Point.of(position) for position in positions]

    def send(client: redis.Redis) -> None:
        found: Any = client.xrange(STREAM)
        if same := [key for key, fields in found if list(_points(fields)) == batch]:
            client.xdel(STREAM, *same)

    hub.ask(send, default=None)


# --- as PostgreSQL's COPY takes it ---------------------------------------------------------------------------------

COPY_COLUMNS = "driver_id, at, latitude, longitude, accuracy, heading"
HEADER, END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_SINCE_2000 = (datetime(2000, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
_ROW, _SMALL = Struct("!hiqiqidid"), Struct("!ih")
_NULL = b"\xff\xff\xff\xff"


def copied(points: Iterable[Point]) -> bytes:
    """Return the points as COPY's binary format: a quarter of the work of having psycopg adapt each value."""
    return HEADER + b"".join(map(_row, points)) + END


def _row(point: Point) -> bytes:
    driver_id, at, latitude, longitude, accuracy, heading = point
    row = _ROW.pack(6, 8, driver_id, 8, at - _SINCE_2000, 8, latitude, 8, longitude)
    return row + _small(accuracy) + _small(heading)


def _small(number: int | None) -> bytes:
    return _NULL if number is None else _SMALL.pack(2, number)
