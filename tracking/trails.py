"""What was taken in waits in Redis until it is written: for half a second, as a rule.

It waits as PostgreSQL's COPY takes it, so that whoever writes has only to put the batches together: adapting each value
anew would be most of the work.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

import redis
from django.conf import settings

from echauffeur.common import hub

if TYPE_CHECKING:
    from tracking.positions import Position

# What comes, and what somebody is writing: strings of batches. What is in them is for this version alone: another
# layout needs other names.
WAITING, SET_ASIDE = "trails:waiting", "trails:set-aside"
# Nothing is taken in without the database, so this much waits only when nobody writes; what comes then is left out.
MOST_BYTES = 16_000_000
KEPT = timedelta(days=settings.TRAIL_DAYS)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND, DAY = timedelta(microseconds=1), timedelta(days=1)
_A_DAY = DAY // MICROSECOND
COLUMNS = "driver_id, at, latitude, longitude, accuracy, heading"
_HEADER, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_SINCE_2000 = (datetime(2000, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
# Each value stands behind its length in bytes; -1 is null.
_ROW, _SMALL, _NULL = Struct("!hiqiqidid"), Struct("!ih"), b"\xff\xff\xff\xff"
_MOST = 2**15 - 1
_BATCH = Struct("!qqqii")


class Batch(NamedTuple):
    """Some points of one driver. ``first``, ``last``: microseconds since 1970; ``rows``: as COPY takes them.

    ``number``: how many they are; 0 takes back the batch of the same rows that came before.
    """

    driver_id: int
    first: int
    last: int
    number: int
    rows: bytes


def days_of(batches: Iterable[Batch]) -> set[date]:
    """Return the days (UTC) that these batches touch."""
    numbers = {at // _A_DAY for batch in batches for at in (batch.first, batch.last)}
    return {(EPOCH + number * DAY).date() for number in numbers}


def microseconds(moment: datetime) -> int:
    """Return the moment as microseconds since 1970, exactly."""
    return (moment - EPOCH) // MICROSECOND


def pack(positions: Sequence["Position"], *, back: bool = False) -> bytes:
    """Return a driver's positions, oldest first, as one batch; ``back``: as one that takes back the same."""
    first, last, rows = positions[0], positions[-1], b"".join(map(_row, positions))
    number = 0 if back else len(positions)
    return _BATCH.pack(first.driver_id, microseconds(first.at), microseconds(last.at), number, len(rows)) + rows


def unpack(packed: bytes) -> list[Batch]:
    """Return the batches that were packed, but those that were taken back."""
    batches = list(_unpacked(packed))
    taken_back = {batch.rows for batch in batches if not batch.number}
    return [batch for batch in batches if batch.rows not in taken_back] if taken_back else batches


def _unpacked(packed: bytes) -> Iterator[Batch]:
    at, end, size = 0, len(packed), _BATCH.size
    while at < end:
        driver_id, first, last, number, length = _BATCH.unpack_from(packed, at)
        at += size + length
        yield Batch(driver_id, first, last, number, packed[at - length : at])


def copied(batches: Iterable[Batch]) -> bytes:
    """Return the points of these batches as COPY's binary format."""
    return b"".join((_HEADER, *(batch.rows for batch in batches), _END))


def _row(position: "Position") -> bytes:
    at = microseconds(position.at) - _SINCE_2000
    latitude, longitude = round(position.latitude, 6), round(position.longitude, 6)
    row = _ROW.pack(6, 8, position.driver_id, 8, at, 8, latitude, 8, longitude)
    return row + _small(position.accuracy) + _small(position.heading)


def _small(number: int | None) -> bytes:
    return _NULL if number is None else _SMALL.pack(2, min(max(number, 0), _MOST))


# --- in Redis ------------------------------------------------------------------------------------------------------


def note(pipe: "redis.client.Pipeline", positions: Sequence["Position"]) -> None:
    """Have a driver's positions wait to be written, with what else the pipeline tells Redis."""
    _append(pipe, pack(positions))


def _append(pipe: "redis.client.Pipeline", batch: bytes) -> None:
    pipe.append(WAITING, batch)
    pipe.expire(WAITING, KEPT)  # should nobody write, it must not wait for ever


def is_waiting() -> bool:
    """Whether anything is there to write; no when Redis can't be asked."""
    return bool(hub.ask(lambda client: client.exists(WAITING, SET_ASIDE), default=0))


def set_aside() -> list[Batch] | None:
    """Set aside what waits, and return it; first what somebody set aside who never came to drop it. None: nothing."""

    def send(client: redis.Redis) -> bytes | None:
        if not client.exists(SET_ASIDE) and client.exists(WAITING):
            client.rename(WAITING, SET_ASIDE)
        return client.get(SET_ASIDE)  # type: ignore[return-value]

    packed: bytes | None = hub.ask(send, default=None)
    return None if packed is None else unpack(packed)


def drop_set_aside() -> bool:
    """Drop what was set aside and is written by now; return whether Redis did."""
    return hub.ask(lambda client: client.delete(SET_ASIDE), default=-1) >= 0


def note_back(positions: Sequence["Position"]) -> None:
    """Take a driver's positions back, if they still wait."""

    def send(client: redis.Redis) -> None:
        pipe = client.pipeline(transaction=False)
        _append(pipe, pack(positions, back=True))
        pipe.execute()

    hub.ask(send, default=None)
