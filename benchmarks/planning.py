"""How long it takes to make the shifts of a month ahead, for 3, 30 and 300 drivers with two patterns each.

Beside it, in the same run and for the same patterns, a peer: the plainest Django code that does the same, asking for
each day whether the driver is free then and saving shift after shift. Prints one line of JSON per figure: milliseconds
on the clock, and of this process's own work, which a busy machine does not stretch.

    .venv/bin/python benchmarks/planning.py
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import time as clock
from datetime import timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import services

SERVERS = services.start()
django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from drivers.actions.generation import generate_ahead
from drivers.models import Driver, Shift, ShiftPattern
from drivers.rota import occurrences
from echauffeur.bases.models import Base
from tests.factories import BaseFactory, DriverFactory

SIZES = (3, 30, 300)
RUNS = 5
PEER_RUNS = 1
DAYS = 30


def main() -> None:
    """Measure on servers of its own, which are thrown away."""
    call_command("migrate", verbosity=0)
    for size in SIZES:
        base = staffed_base(size)
        tell(size, "set-based", **timed(lambda base=base: generate_ahead(base), RUNS))
        if size <= 30:
            tell(size, "row by row", **timed(lambda base=base: row_by_row(base), PEER_RUNS))


def staffed_base(size: int) -> Base:
    """Return a base of so many drivers: days with a break from Monday to Thursday, and a night every other Friday."""
    base: Base = BaseFactory(code=f"drivers-{size}", horizon_days=DAYS, holiday_calendar="FR")
    drivers = DriverFactory.create_batch(size, base=base, shift=None)
    first = base.today() - timedelta(days=1)
    breaks = [[clock(12), clock(12, 45)]]
    ShiftPattern.objects.bulk_create(
        pattern
        for driver in drivers
        for pattern in (
            ShiftPattern(driver=driver, weekdays=[0, 1, 2, 3], begins=clock(8), ends=clock(16), breaks=breaks,
                         first_day=first),
            ShiftPattern(driver=driver, frequency="fortnightly", weekdays=[4], begins=clock(22), ends=clock(6),
                         first_day=first),
        )
    )  # fmt: skip
    return base


def row_by_row(base: Base) -> int:
    """Make the same shifts in the plainest way, and return how many."""
    made, now = 0, timezone.now()
    last = base.today() + timedelta(days=DAYS)
    with transaction.atomic():
        for driver in Driver.objects.filter(base=base):
            for pattern in ShiftPattern.objects.filter(driver=driver):
                for one in occurrences(pattern, base.today() - timedelta(days=1), last):
                    taken = Shift.objects.filter(driver=driver, period__overlap=one.period).exists()
                    if taken or one.period[1] <= now:
                        continue
                    Shift.objects.create(
                        driver=driver, period=one.period, breaks=one.breaks, pattern=pattern, on=one.on, by_hand=False
                    )
                    made += 1
    return made


def timed(work: Callable[[], int], runs: int) -> dict[str, float]:
    """Return the median milliseconds of some runs, each from nothing; how many shifts it made, in how many queries."""
    clocks, own, made, queries = [], [], 0, 0
    for _run in range(runs):
        Shift.objects.all().delete()
        ShiftPattern.objects.update(generated_until=None)
        with CaptureQueriesContext(connection) as asked:
            begun, worked = time.perf_counter(), time.process_time()
            made = work()
            clocks.append((time.perf_counter() - begun) * 1000)
            own.append((time.process_time() - worked) * 1000)
        queries = len(asked)
    return {
        "ms": round(statistics.median(clocks)),
        "own_ms": round(statistics.median(own)),
        "shifts": made,
        "queries": queries,
    }


def tell(size: int, how: str, **figures: float) -> None:
    print(json.dumps({"what": "a month of shifts ahead", "drivers": size, "how": how} | figures), flush=True)


if __name__ == "__main__":
    try:
        main()
    finally:
        SERVERS.stop()
