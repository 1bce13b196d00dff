"""A process that writes trails is killed at the worst moments: no point is lost, none is there twice."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from channels.db import database_sync_to_async as in_thread
from django.db import connection
from django.utils import timezone

from drivers.models import Driver
from echauffeur.common import hub as hubs
from tests import factories
from tests.services import Services
from tests.sockets import close_hub
from tracking import trails
from tracking.actions import trails as actions
from tracking.actions.positions import take_in
from tracking.actions.trails import write_waiting
from tracking.models import TrailPoint
from tracking.positions import Position

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_redis")]

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = """
import os, signal
import django
django.setup()
from tracking import trails
from tracking.actions import trails as actions

def die(*args):
    os.kill(os.getpid(), signal.SIGKILL)

def dying_after(do):
    return lambda *args: (do(*args), die())

{change}
actions.write_waiting()
"""
MOMENTS = {
    "before anything is written": "actions.write = die",
    "after the rows, before the commit": "actions._copy = dying_after(actions._copy)",
    "between the commit and Redis": "trails.drop_set_aside = die",
    "after all": "trails.drop_set_aside = dying_after(trails.drop_set_aside)",
}
# The wrong order: dropped from Redis first, what was being written is lost with the process.
DROPPED_FIRST = """
set_aside, drop = trails.set_aside, trails.drop_set_aside
def set_aside_and_drop():
    batches = set_aside()
    drop()
    return batches
trails.set_aside = set_aside_and_drop
actions._copy = dying_after(actions._copy)
"""


@pytest.fixture
def driven() -> list[Position]:
    driver, start = factories.DriverFactory(), timezone.now() - timedelta(seconds=60)
    driven = [Position(driver.pk, 48.38 + n / 10_000, -4.49, start + timedelta(seconds=n)) for n in range(20)]
    for half in (driven[:10], driven[10:]):
        assert take_in(driver=driver, positions=half).passed_on
    return driven


def kept() -> list[tuple[int, object]]:
    return list(TrailPoint.objects.order_by("at").values_list("driver_id", "at"))


def write_and_die(services: Services, change: str) -> None:
    """Have a process of its own write what waits, changed like this, until it is killed."""
    database = quote(connection.settings_dict["NAME"])
    env = os.environ | {"DATABASE_URL": f"{services.postgres.url.rpartition('/')[0]}/{database}"}
    command = [sys.executable, "-c", PROGRAM.format(change=change)]
    ended = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def come_next() -> None:
    """Write what waits, as soon as PostgreSQL has seen that whoever was killed has let go of the turn."""
    deadline = time.monotonic() + 10
    while trails.is_waiting() and time.monotonic() < deadline:
        write_waiting()


@pytest.mark.parametrize("moment", MOMENTS)
def test_whoever_comes_next_finishes_it(services: Services, driven: list[Position], moment: str) -> None:
    write_and_die(services, MOMENTS[moment])
    come_next()
    assert kept() == [(position.driver_id, position.at) for position in driven]


def test_in_the_wrong_order_points_would_be_lost(services: Services, driven: list[Position]) -> None:
    write_and_die(services, DROPPED_FIRST)
    write_waiting()
    assert kept() == []


def test_two_at_once_write_each_point_once(driven: list[Position]) -> None:
    async def both() -> list[int]:
        write = in_thread(write_waiting, thread_sensitive=False)
        return await asyncio.gather(*(write() for _ in range(8)))

    assert 20 in asyncio.run(both())
    assert len(kept()) == 20


def test_a_redis_that_comes_back_empty_loses_no_more_than_what_waited(
    services: Services, driven: list[Position]
) -> None:
    write_waiting()
    with services.without_valkey():
        assert write_waiting() == 0
    hubs._resting_until = 0.0
    later = Position(driven[0].driver_id, 48.39, -4.49, timezone.now())
    take_in(driver=Driver.objects.get(), positions=[later])
    assert write_waiting() == 1
    assert len(kept()) == 21


@pytest.mark.asyncio
async def test_a_failure_is_not_the_end_of_a_web_process_writing(
    driven: list[Position], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(actions, "WRITTEN_EVERY", 0.01)
    monkeypatch.setattr(actions, "PAUSE_AFTER_FAILURE", 0.01)
    await in_thread(rename)("tracking_trailpoint", "away")
    async with asyncio.timeout(20):
        hubs.hub()
        await until(lambda: "Trails were not written" in caplog.text)
        assert await in_thread(hubs.ask)(lambda client: client.exists(trails.SET_ASIDE), default=-1) == 1
        await in_thread(rename)("away", "tracking_trailpoint")
        await until(lambda: TrailPoint.objects.count() == 20)
    await close_hub()


def rename(table: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {name}")


async def until(holds: Callable[[], bool]) -> None:
    while not await in_thread(holds)():  # noqa: ASYNC110  what other processes see has no event
        await asyncio.sleep(0.01)
