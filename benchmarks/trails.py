"""What it costs to keep where cars drove: rows per second of processor time, our own process and PostgreSQL together.

Ours, in batches of several sizes: `COPY` writes what was read already (who still exists, one COPY, one commit).
`all the way` is the same with what comes before and after (the turn, reading from Redis, dropping there), as a web
process does it twice a second. Beside them, in the same run and into the same table, two peers that write each
position by itself, ready made, and ask nobody whether the driver still exists: one INSERT with a cursor of its own, as
whoever hears one message at a time, and the plainest Django code. Prints one line of JSON per figure, medians of the
runs.

    .venv/bin/python benchmarks/trails.py
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import services

SERVERS = services.start()
django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from echauffeur.common import hub
from tests.factories import BaseFactory, DriverFactory
from tracking import trails
from tracking.actions.trails import make_days, write, write_waiting
from tracking.models import TrailPoint
from tracking.positions import Position
from tracking.trails import Batch

SIZES = (100, 1_000, 5_000)
ROWS = 40_000
PEER_ROWS = 1_000
RUNS = 5
TICKS = os.sysconf("SC_CLK_TCK")

_seconds = count()


def main() -> None:
    """Measure on servers of its own, which are thrown away."""
    call_command("migrate", verbosity=0)
    drivers = [driver.pk for driver in DriverFactory.create_batch(100, base=BaseFactory())]
    make_days({(timezone.now() - timedelta(days=n)).date() for n in range(2)})
    peers = {name: median_of(nothing, way, drivers, PEER_ROWS, PEER_ROWS) for name, way in PEERS.items()}
    for name, figure in peers.items():
        tell("rows_per_cpu_second", name, 1, figure)
    for size in SIZES:
        for name, (prepare, way) in OURS.items():
            ours = median_of(prepare, way, drivers, size, ROWS)
            tell("rows_per_cpu_second", name, size, ours)
            for peer, figure in peers.items():
                tell("times_the_peer", f"{name} / {peer}", size, round(ours / figure, 1))


def positions(drivers: list[int], number: int) -> list[Position]:
    """Return so many positions, each of its own second, never the same twice."""
    start = datetime.now(UTC) - timedelta(hours=20)
    return [
        Position(
            drivers[n % len(drivers)], 48.38 + n / 1e6, -4.49, start + timedelta(milliseconds=next(_seconds)), 90, 8
        )
        for n in range(number)
    ]


def by_insert(batch: list[Position]) -> None:
    for p in batch:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tracking_trailpoint (driver_id, at, latitude, longitude, accuracy, heading)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [p.driver_id, p.at, p.latitude, p.longitude, p.accuracy, p.heading],
            )


def by_django(batch: list[Position]) -> None:
    for p in batch:
        TrailPoint.objects.create(
            driver_id=p.driver_id, at=p.at, latitude=p.latitude, longitude=p.longitude, accuracy=p.accuracy,
            heading=p.heading,
        )  # fmt: skip


def nothing(batch: list[Position]) -> list[Position]:
    return batch


def packed(batch: list[Position]) -> bytes:
    """Return each position as a batch of its own, as it comes from a phone each second."""
    return b"".join(trails.pack([position]) for position in batch)


def read_already(batch: list[Position]) -> list[Batch]:
    return trails.unpack(packed(batch))


def wait_in_redis(batch: list[Position]) -> int:
    """Have them wait, and return how many."""
    hub.ask(lambda client: client.append(trails.WAITING, packed(batch)), default=None)
    return len(batch)


def all_the_way(number: int) -> None:
    assert write_waiting() == number


Way = Callable[[Any], object]
PEERS: dict[str, Way] = {"INSERT": by_insert, "Django's create": by_django}
OURS: dict[str, tuple[Way, Way]] = {
    "COPY": (read_already, write),
    "all the way": (wait_in_redis, all_the_way),
}


def median_of(prepare: Way, way: Way, drivers: list[int], size: int, rows: int) -> int:
    """Return how many rows are written in a second of processor time, batches of that size."""
    return round(statistics.median(run(prepare, way, drivers, size, rows) for _ in range(RUNS)))


def run(prepare: Way, way: Way, drivers: list[int], size: int, rows: int) -> float:
    times = max(rows // size, 1)
    own, backend = 0.0, backend_seconds()
    for _ in range(times):
        prepared = prepare(positions(drivers, size))
        before = time.process_time()
        way(prepared)
        own += time.process_time() - before
    return times * size / (own + backend_seconds() - backend)


def backend_seconds() -> float:
    """Return what our connection's PostgreSQL backend has used so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def tell(figure: str, way: str, at_once: int, value: float) -> None:
    print(json.dumps({"figure": figure, "way": way, "positions_at_once": at_once, "value": value}), flush=True)


if __name__ == "__main__":
    try:
        main()
    finally:
        SERVERS.stop()
