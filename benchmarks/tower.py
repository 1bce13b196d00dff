"""How long the server takes for a control tower, whole and as a fragment, at 10, 100 and 300 rides on the day.

Beside it, in the same run and on the same rows, a peer: the plainest Django code that collects the same facts, asking
the database row by row, and that renders nothing. Prints one line of JSON per figure: milliseconds on the clock, and of
this process's own work, which a busy machine does not stretch.

    .venv/bin/python benchmarks/tower.py
"""

import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import services

SERVERS = services.start()
django.setup()

from django.core.management import call_command
from django.test import Client

from bookings.models import Ride
from dispatch.models import Mission
from dispatch.queries.tower import TO_HANDLE
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from tests.dispatch.days import busy_day

SIZES = (10, 100, 300)
RUNS = 15
PEER_RUNS = 3


def main() -> None:
    """Measure on servers of its own, which are thrown away."""
    call_command("migrate", verbosity=0)
    bases = {size: busy_day(f"rides-{size}", size) for size in SIZES}
    person = User.objects.create_superuser("bench@example.org", None, first_name="B", last_name="Ench")
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    for size, base in bases.items():
        measure(size, base, client)


def measure(size: int, base: Base, client: Client) -> None:
    """Print the figures of one size."""
    whole = partial(fetch, client, f"/bases/{base.code}/tower/")
    part = partial(whole, headers={"HX-Request": "true"})
    tell(size, "page", **timed(whole, RUNS))
    tell(size, "fragment", **timed(part, RUNS))
    tell(size, "fragment", bytes=len(part()), gzip_bytes=len(gzip.compress(part())))
    tell(size, "peer: the same facts row by row, nothing rendered", **timed(partial(row_by_row, base), PEER_RUNS))


def fetch(client: Client, address: str, **options: object) -> bytes:
    """Return what the server answers, which must be the page."""
    response = client.get(address, **options)
    assert response.status_code == 200
    return bytes(response.content)


def timed(call: Callable[[], object], runs: int) -> dict[str, float]:
    """Return the medians of these runs, after one to warm up."""
    call()
    clock, work = [], []
    for _run in range(runs):
        started, worked = time.perf_counter(), time.process_time()
        call()
        clock.append(1000 * (time.perf_counter() - started))
        work.append(1000 * (time.process_time() - worked))
    return {
        "median_ms": round(statistics.median(clock), 1),
        "worst_ms": round(max(clock), 1),
        "median_work_ms": round(statistics.median(work), 1),
        "runs": runs,
    }


def tell(size: int, what: str, **figures: float) -> None:
    """Print one line."""
    print(json.dumps({"rides": size, "what": what, **figures}), flush=True)


def row_by_row(base: Base) -> list[tuple[object, ...]]:
    """Collect the tower's facts as they come to mind: each ride asks for its own mission, driver and candidates."""
    facts: list[tuple[object, ...]] = []
    drivers = Driver.objects.of(base).enabled()
    for ride in Ride.objects.of(base).between(*base.day(base.today())):
        mission = Mission.objects.filter(stops__ride=ride, stops__dropped_at=None).first()
        crew = (str(mission.driver), mission.vehicle.name) if mission else ()
        slot = (ride.pickup_at - timedelta(minutes=5), ride.expected_end)
        free = [
            str(driver)
            for driver in (drivers.filter(shifts__period__contains=slot) if ride.state in TO_HANDLE else [])
            if not Mission.objects.live().for_driver(driver).overlapping(*slot).exists()
        ]
        facts.append((ride.code, ride.origin_label, ride.destination.name, *crew, *free))
    return facts


if __name__ == "__main__":
    try:
        main()
    finally:
        SERVERS.stop()
