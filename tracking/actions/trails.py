"""Trails: from Redis into the table by the batch, a partition a day, gone by retention.

Nothing is lost and nothing doubled when a process is killed between any two steps: a batch is dropped from Redis only
after its rows are committed, and a row that comes twice is one (docs/decisions/0013-trails.md).
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta

import psycopg
from channels.db import database_sync_to_async
from django.db import Error, connection, transaction
from django.utils import timezone
from psycopg import sql

from drivers.models import Driver
from echauffeur.common.hub import Hub
from tracking import trails
from tracking.models import TrailPoint
from tracking.positions import Position
from tracking.trails import KEPT, Batch

logger = logging.getLogger(__name__)

WRITTEN_EVERY = 0.5  # seconds
PAUSE_AFTER_FAILURE = 5.0
DAYS_AHEAD = 2
TABLE = "tracking_trailpoint"
# Dropping a day's partition waits for whoever reads, and everybody waits behind it: not for long.
PATIENCE = "2s"


async def keep_writing(hub: Hub) -> None:
    """Write what waits for as long as the process lives: beside its event loop, one question while all is quiet."""
    write = database_sync_to_async(write_waiting, thread_sensitive=False)
    while True:
        await asyncio.sleep(WRITTEN_EVERY)
        try:
            await write()
        except Exception:
            logger.exception("Trails were not written this time")
            await asyncio.sleep(PAUSE_AFTER_FAILURE)


def write_waiting() -> int:
    """Write what waits in Redis, and return how many points: none when another process is at it."""
    if not trails.is_waiting():
        return 0
    written = 0
    with _turn() as is_ours:
        while is_ours and (batches := trails.set_aside()) is not None:
            written += write(batches)
            if not trails.drop_set_aside():
                break
    return written


def write(batches: Sequence[Batch]) -> int:
    """Write these points, but those of nobody or too old, and return how many they were. The turn must be ours."""
    wanted = _wanted(batches)
    if not wanted:
        return 0
    try:
        with transaction.atomic():
            _copy(TABLE, wanted)
    except (psycopg.errors.UniqueViolation, psycopg.errors.CheckViolation):
        # A phone that heard no answer sends again, and so do we after a crash; or a day has no partition yet.
        with transaction.atomic():
            make_days(trails.days_of(wanted))
            _copy_new(wanted)
    return sum(batch.number for batch in wanted)


def _wanted(batches: Sequence[Batch]) -> list[Batch]:
    """Leave out what is too old by now, and whoever has left the service since."""
    asked = {batch.driver_id for batch in batches}
    theirs = Driver.objects.filter(pk__in=asked, user__erased_at=None) if asked else Driver.objects.none()
    drivers = set(theirs.values_list("pk", flat=True))
    oldest = trails.microseconds(timezone.now() - KEPT)
    return [batch for batch in batches if batch.driver_id in drivers and batch.last > oldest]


def _copy(table: str, batches: Sequence[Batch]) -> None:
    into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table), sql.SQL(trails.COLUMNS))
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        copy.write(trails.copied(batches))


def _copy_new(batches: Sequence[Batch]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS trail_batch (LIKE tracking_trailpoint) ON COMMIT DROP")
        _copy("trail_batch", batches)
        cursor.execute("INSERT INTO tracking_trailpoint SELECT * FROM trail_batch ON CONFLICT DO NOTHING")


# --- one at a time -------------------------------------------------------------------------------------------------

TURN = "hashtextextended('trails', 2)"


@contextmanager
def _turn() -> Iterator[bool]:
    """Give whether it is ours to write. Ours until the end, and not until a commit: Redis is told after that."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({TURN})")
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        # With a lost connection, the turn is lost as well.
        with suppress(Error), connection.cursor() as cursor:
            if is_ours:
                cursor.execute(f"SELECT pg_advisory_unlock({TURN})")


def _wait_for_turn() -> None:
    """Wait until nobody else writes, drops or takes back; ours until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({TURN})")


@transaction.atomic
def take_back(positions: Sequence[Position]) -> None:
    """Remove a driver's positions that were accepted and then, at the same moment, refused."""
    _wait_for_turn()
    trails.note_back(positions)
    times = [position.at for position in positions]
    TrailPoint.objects.filter(driver_id=positions[0].driver_id, at__in=times).delete()


def forget_trails(driver_ids: Iterable[int]) -> None:
    """Remove all that these drivers left; what still waits goes with the accounts, which must be erased already."""
    _wait_for_turn()
    TrailPoint.objects.filter(driver__in=list(driver_ids)).delete()


# --- partitions ----------------------------------------------------------------------------------------------------


def make_days(days: Iterable[date]) -> None:
    """Make the partitions of these days (UTC) that are not there yet. The turn must be ours.

    Made beside and then attached, which waits for nobody who reads or writes.
    """
    missing = sorted(set(days) - _days())
    with connection.cursor() as cursor:
        for day in missing:
            name, start = sql.Identifier(_partition(day)), _midnight(day)
            cursor.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(name, sql.Identifier(TABLE)))
            cursor.execute(
                sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
                    sql.Identifier(TABLE), name, start.isoformat(), (start + timedelta(days=1)).isoformat()
                )
            )


@transaction.atomic
def forget_old() -> int:
    """Remove what has had its time, and return how many points that were; make the coming days' partitions."""
    _wait_for_turn()
    oldest, today = timezone.now() - KEPT, timezone.now().astimezone(UTC).date()
    old = TrailPoint.objects.filter(at__lte=oldest)
    removed = old.count()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        for day in _days():
            if _midnight(day) + timedelta(days=1) <= oldest:
                cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(_partition(day))))
    old.delete()
    make_days(today + timedelta(days=n) for n in range(DAYS_AHEAD + 1))
    return removed


def _days() -> set[date]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
            " WHERE inhparent = to_regclass(%s)", [TABLE]
        )  # fmt: skip
        return {datetime.strptime(name[-8:], "%Y%m%d").date() for (name,) in cursor.fetchall()}  # noqa: DTZ007


def _partition(day: date) -> str:
    return f"{TABLE}_{day:%Y%m%d}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
