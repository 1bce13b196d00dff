"""Trails: every point that was taken in is in the table, once, in its day's partition, until it has had its time."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from drivers.models import Driver
from echauffeur.common import hub as hubs
from echauffeur.own_data.actions import delete_account
from tests import factories
from tracking import trails
from tracking.actions import positions
from tracking.actions import trails as actions
from tracking.actions.positions import take_in
from tracking.actions.trails import forget_old, make_days, write_waiting
from tracking.models import TrailPoint
from tracking.positions import Position, keep_and_tell

pytestmark = pytest.mark.usefixtures("empty_redis")
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def driver(db: None) -> Driver:
    return factories.DriverFactory()


def drive(driver: Driver, *, points: int = 10, ago: float = 60) -> list[Position]:
    """Take in so many positions, a second apart."""
    start = timezone.now() - timedelta(seconds=ago)
    driven = [
        Position(driver.pk, round(48.38 + n / 10_000, 4), -4.49, start + timedelta(seconds=n), 90, 8)
        for n in range(points)
    ]
    assert take_in(driver=driver, positions=driven).kept == driven
    return driven


def kept(driver: Driver) -> list[Position]:
    rows = TrailPoint.objects.filter(driver=driver).order_by("at")
    return [Position(row.driver_id, row.latitude, row.longitude, row.at, row.heading, row.accuracy) for row in rows]


def waiting() -> int:
    return hubs.ask(lambda client: client.strlen(trails.WAITING), default=-1)


def partitions() -> set[str]:
    return {f"{day:%Y-%m-%d}" for day in actions._days()}


class TestWriting:
    def test_what_was_taken_in_is_kept_as_it_was(self, driver: Driver) -> None:
        driven = drive(driver)
        assert write_waiting() == 10
        assert kept(driver) == driven
        assert waiting() == 0

    def test_what_nobody_knows_is_kept_as_unknown(self, driver: Driver) -> None:
        bare = Position(driver.pk, 48.38, -4.49, timezone.now())
        keep_and_tell(driver.base_id, [bare], until=timezone.now() + timedelta(hours=1))
        write_waiting()
        assert kept(driver) == [bare]

    def test_no_speed_is_kept(self) -> None:
        fields = {field.name for field in TrailPoint._meta.get_fields()}
        assert fields == {"pk", "driver", "at", "latitude", "longitude", "accuracy", "heading"}

    def test_the_same_point_twice_is_one(self, driver: Driver) -> None:
        driven = drive(driver)
        write_waiting()
        take_in(driver=driver, positions=driven[5:])
        later = replace(driven[-1], at=driven[-1].at + timedelta(seconds=1))
        take_in(driver=driver, positions=[later, later])
        write_waiting()
        assert kept(driver) == [*driven, later]

    def test_what_somebody_set_aside_and_never_wrote_comes_first(self, driver: Driver) -> None:
        first = drive(driver, points=3)
        for _ in range(2):
            assert [batch.number for batch in trails.set_aside() or []] == [3]
        second = drive(driver, points=3, ago=30)
        assert write_waiting() == 6
        assert kept(driver) == [*first, *second]

    def test_days_without_a_partition_get_one(self, driver: Driver) -> None:
        midnight = (
            (timezone.now() + timedelta(days=1)).astimezone(UTC).replace(hour=0, minute=0, second=10, microsecond=0)
        )
        with time_machine.travel(midnight), connection.cursor() as cursor:
            for day in actions._days():
                cursor.execute(f"DROP TABLE {actions._partition(day)}")
            driven = drive(driver, points=15, ago=20)
            write_waiting()
        assert {f"{position.at:%Y-%m-%d}" for position in driven} == partitions()
        assert len(partitions()) == 2
        assert kept(driver) == driven

    def test_nothing_is_asked_of_the_database_while_nothing_comes(
        self, driver: Driver, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(0):
            assert write_waiting() == 0

    def test_what_waits_is_bounded(self, driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(trails, "MOST_BYTES", 1_000)
        for _ in range(150):
            keep_and_tell(driver.base_id, [Position(driver.pk, 48.38, -4.49, timezone.now())], until=timezone.now())
        assert 1_000 < waiting() < 1_200

    def test_one_driver_from_a_to_b_is_found_by_the_key(self, driver: Driver) -> None:
        drive(driver)
        write_waiting()
        now = timezone.now()
        theirs = TrailPoint.objects.filter(driver=driver).between(now - timedelta(hours=1), now)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "_pkey" in theirs.explain()


class TestRights:
    """What may not be kept is nowhere."""

    def test_what_is_refused_is_not_kept(self, driver: Driver) -> None:
        now = timezone.now()
        Driver.objects.filter(pk=driver.pk).update(sharing=False)
        take_in(driver=driver, positions=[Position(driver.pk, 48.38, -4.49, now)])
        Driver.objects.filter(pk=driver.pk).update(sharing=True)
        driver.shifts.all().delete()
        take_in(driver=driver, positions=[Position(driver.pk, 48.38, -4.49, now)])
        assert write_waiting() == 0

    @pytest.mark.parametrize("written_first", [True, False])
    def test_a_switch_at_the_same_moment_takes_the_points_back(
        self, driver: Driver, monkeypatch: pytest.MonkeyPatch, *, written_first: bool
    ) -> None:
        def switched_off(*args: Any, **more: Any) -> bool:
            passed_on = keep_and_tell(*args, **more)
            if written_first:
                write_waiting()
            Driver.objects.filter(pk=driver.pk).update(sharing=False)
            return passed_on

        before = drive(driver)
        monkeypatch.setattr(positions, "keep_and_tell", switched_off)
        take_in(driver=driver, positions=[Position(driver.pk, 48.382, -4.49, timezone.now())])
        write_waiting()
        assert kept(driver) == before, "what came before the switch was shared, and stays"

    @pytest.mark.parametrize("written_first", [True, False])
    def test_nothing_is_kept_of_whoever_left_the_service(self, driver: Driver, *, written_first: bool) -> None:
        other = factories.DriverFactory(base=driver.base)
        drive(driver)
        theirs = drive(other)
        if written_first:
            write_waiting()
        delete_account(by=driver.user)
        write_waiting()
        assert kept(driver) == []
        assert kept(other) == theirs

    def test_the_points_of_a_driver_who_is_removed_go_too(self, driver: Driver) -> None:
        drive(driver)
        write_waiting()
        driver.shifts.all().delete()
        driver.delete()
        assert TrailPoint.objects.count() == 0


class TestRetention:
    def test_points_go_to_the_hour_and_days_with_their_partition(self, driver: Driver) -> None:
        now = timezone.now()
        make_days({(now - timedelta(days=n)).date() for n in range(12)})
        for days in (11, 8, 7.01, 6.99, 1):
            TrailPoint.objects.create(driver=driver, at=now - timedelta(days=days), latitude=48.38, longitude=-4.49)
        assert forget_old() == 3
        assert [point.at for point in TrailPoint.objects.order_by("at")] == [
            now - timedelta(days=6.99), now - timedelta(days=1)
        ]  # fmt: skip
        today = now.astimezone(UTC).date()
        assert partitions() == {f"{today + timedelta(days=n):%Y-%m-%d}" for n in range(-7, 3)}

    def test_what_nobody_writes_goes_from_redis(self, driver: Driver) -> None:
        drive(driver)
        trails.set_aside()
        drive(driver)
        for key in (trails.WAITING, trails.SET_ASIDE):
            left = hubs.ask(lambda client, key=key: client.ttl(key), default=-1)
            assert 0 < left <= trails.KEPT.total_seconds()

    def test_what_is_too_old_by_now_is_not_written(self, driver: Driver) -> None:
        drive(driver)
        with time_machine.travel(timezone.now() + actions.KEPT):
            assert write_waiting() == 0

    def test_a_setting_beyond_two_months_stops_the_start(self) -> None:
        command = [sys.executable, "manage.py", "check"]
        env = os.environ | {"TRAIL_DAYS": "63"}
        answer = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
        assert answer.returncode != 0
        assert "TRAIL_DAYS must be at most 62, not 63" in answer.stderr
