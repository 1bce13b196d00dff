"""What stands on a dashboard: kilometres only go up, and nobody reads the future."""

from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal.actions import Tap
from echauffeur.journal.models import Entry
from fleet.actions import readings
from fleet.actions.readings import Dashboard, remove_reading, take_reading
from fleet.models import Reading, Vehicle
from fleet.queries import readings_of
from tests.factories import BaseFactory, ManagerFactory, ReadingFactory, VehicleFactory
from tests.life.crowd import at_once


@pytest.fixture
def vehicle(base: Base) -> Vehicle:
    """A Zoé that stood at 30,000 km an hour ago."""
    vehicle: Vehicle = VehicleFactory(base=base, name="Zoé 1")
    ReadingFactory(vehicle=vehicle)
    return vehicle


def read(vehicle: Vehicle, kilometres: int, by: User, *, ago: timedelta = timedelta(), **more: Any) -> Reading:
    tap = more.pop("tap", None)
    dashboard = Dashboard("check", kilometres, timezone.now() - ago, **more)
    return take_reading(vehicle=vehicle, read=dashboard, by=by, party=Party.REGULATOR, tap=tap)


@pytest.mark.django_db
class TestRules:
    def test_it_is_written_and_told(self, vehicle: Vehicle, manager: User) -> None:
        reading = read(vehicle, 30_050, manager, energy=80)
        assert (reading.kilometres, reading.energy_percent, reading.by) == (30_050, 80, manager)
        entry = Entry.objects.get()
        assert (entry.verb, entry.code, entry.data["kilometres"]) == ("read", "Zoé 1", 30_050)

    def test_the_same_figure_again_is_right(self, vehicle: Vehicle, manager: User) -> None:
        assert read(vehicle, 30_000, manager).kilometres == 30_000

    def test_never_less_than_the_last_one_which_is_named(self, vehicle: Vehicle, manager: User) -> None:
        with pytest.raises(Refusal, match=r"The last reading of Zoé 1, on .*, says 30,000 km") as refused:
            read(vehicle, 29_999, manager)
        assert refused.value.field == "kilometres"
        assert Reading.objects.count() == 1

    def test_one_that_arrives_late_fits_between_its_neighbours(self, vehicle: Vehicle, manager: User) -> None:
        """A phone without network sends what it read before somebody else read more."""
        ReadingFactory(vehicle=vehicle, read_at=timezone.now() - timedelta(minutes=10), kilometres=30_100)
        with pytest.raises(Refusal, match=r"A later reading of Zoé 1, on .*, says only 30,100 km"):
            read(vehicle, 30_101, manager, ago=timedelta(minutes=30))
        assert read(vehicle, 30_100, manager, ago=timedelta(minutes=30))

    def test_the_future_is_refused(self, vehicle: Vehicle, manager: User) -> None:
        with pytest.raises(Refusal, match="still to come") as refused:
            read(vehicle, 30_010, manager, ago=timedelta(minutes=-1))
        assert refused.value.field == "read_at"

    def test_a_jump_asks_whether_it_is_right(self, vehicle: Vehicle, manager: User) -> None:
        assert read(vehicle, 31_500, manager)
        Reading.objects.filter(kilometres=31_500).delete()
        with pytest.raises(Refusal, match="1,501 km more than the last reading of Zoé 1: 30,000 km") as refused:
            read(vehicle, 31_501, manager)
        assert (refused.value.field, refused.value.code) == ("sure", "unsure")
        assert read(vehicle, 31_501, manager, sure=True)

    def test_who_was_away_for_days_may_have_driven_far(self, vehicle: Vehicle, manager: User) -> None:
        Reading.objects.update(read_at=timezone.now() - timedelta(days=10))
        assert read(vehicle, 44_000, manager)

    def test_the_first_one_ever_is_believed(self, base: Base, manager: User) -> None:
        assert read(VehicleFactory(base=base), 123_456, manager)

    def test_the_same_tap_again_is_the_same_reading(self, vehicle: Vehicle, manager: User) -> None:
        tap = Tap(uuid4(), "body")
        assert read(vehicle, 30_020, manager, tap=tap) == read(vehicle, 30_020, manager, tap=tap)
        assert Reading.objects.count() == 2

    def test_of_a_vehicle_that_is_gone_nothing_is_written(self, manager: User) -> None:
        vehicle = VehicleFactory()
        Vehicle.objects.all().delete()
        with pytest.raises(Stale):
            read(vehicle, 1, manager)

    def test_a_wrong_one_is_taken_out_and_the_journal_keeps_what_it_said(self, vehicle: Vehicle, manager: User) -> None:
        wrong = read(vehicle, 31_400, manager)
        remove_reading(row=wrong, by=manager)
        with pytest.raises(Stale):
            remove_reading(row=wrong, by=manager)
        assert list(Reading.objects.values_list("kilometres", flat=True)) == [30_000]
        assert Entry.objects.get(verb="remove_reading").data["kilometres"] == 31_400
        assert read(vehicle, 30_001, manager)


@pytest.mark.django_db
def test_the_list_says_how_far_a_shift_went(base: Base, manager: User) -> None:
    vehicle, now = VehicleFactory(base=base), timezone.now()
    shift = [("start", 100, manager), ("check", 130, None), ("end", 180, manager)]
    for n, (kind, kilometres, by) in enumerate([*shift, ("start", 190, manager), ("end", 200, None)]):
        ReadingFactory(vehicle=vehicle, kind=kind, kilometres=kilometres, by=by, read_at=now - timedelta(hours=9 - n))
    told = [(line.driven, line.on_shift) for line in readings_of(vehicle, 10)]
    # The last end is not by who read the start: nobody knows whose shift it was.
    assert told == [(10, None), (10, None), (50, 80), (30, None), (None, None)]
    assert [line.driven for line in readings_of(vehicle, 2)] == [10, 10]


def two_phones() -> list[Any]:
    """Return what came of 30,100 km and, at a later moment, 30,050 km sent at once."""
    vehicle = VehicleFactory(base=BaseFactory())
    ReadingFactory(vehicle=vehicle)
    manager, now = ManagerFactory(base=vehicle.base), timezone.now()

    def send(kilometres: int, ago: timedelta) -> Reading:
        dashboard = Dashboard("check", kilometres, now - ago)
        return take_reading(vehicle=vehicle, read=dashboard, by=manager, party=Party.DRIVER)

    second = timedelta(seconds=1)
    return at_once([partial(send, 30_100, 2 * second), partial(send, 30_050, second)])


@pytest.mark.django_db(transaction=True)
def test_of_two_phones_at_once_that_contradict_each_other_one_is_refused() -> None:
    outcomes = [type(outcome).__name__ for outcome in two_phones()]
    assert sorted(outcomes) == ["Reading", "Refusal"]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: both look before either has written."""
    monkeypatch.setattr(readings, "lock_vehicles", lambda vehicle_ids: None)
    check, both = readings._check, Barrier(2, timeout=10)

    def slow_check(*args: Any) -> None:
        check(*args)
        both.wait()

    monkeypatch.setattr(readings, "_check", slow_check)
    assert [type(outcome).__name__ for outcome in two_phones()] == ["Reading", "Reading"]
