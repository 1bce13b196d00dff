"""What two people do to the same driver or car at the same moment: one of them wins, the other reads why.

Each race is run `PLANNING_TRIALS` times, by actions on two threads, on a day of its own. Then once more with the
protection taken away: if nobody ever came through who should not, the race would prove nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from bookings.models import Ride
from dispatch import actions
from dispatch.models import Mission
from drivers.actions import planning
from drivers.actions.shifts import save_shift
from drivers.models import Driver, Shift
from echauffeur.accounts.models import User
from echauffeur.common.refusals import Refusal
from fleet.actions import outages
from fleet.commitments import Conflict
from fleet.models import Unavailability, Vehicle
from tests import factories
from tests.env import PLANNING_TRIALS
from tests.life.checks import PROMISES
from tests.life.crowd import Pair

pytestmark = pytest.mark.django_db(transaction=True)

# So many suffice to see both come through once nothing stands in their way.
WITHOUT = 20
LIES = "a live mission lies on no absence of its driver and no outage of its vehicle, unless somebody said why"
OVERLAPS = "a driver is on one live mission at a time"


class Garage:
    """A base with two drivers and one car, and a day of its own for each trial, on which both are on duty."""

    def __init__(self, trials: int) -> None:
        self.base = factories.BaseFactory(time_zone="UTC")
        self.regulator: User = factories.RegulatorFactory(base=self.base)
        self.drivers: list[Driver] = factories.DriverFactory.create_batch(2, base=self.base, shift=None)
        self.car: Vehicle = factories.VehicleFactory(base=self.base)
        self.places = factories.PlaceFactory.create_batch(2, base=self.base)
        self.first = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=2)
        days = range(trials)
        Shift.objects.bulk_create(Shift(driver=driver, period=self.day(n)) for driver in self.drivers for n in days)
        self.rides = [Ride.objects.bulk_create(self._ride(n) for n in days) for _ in range(2)]
        self.shifts = {shift.period.lower: shift for shift in self.drivers[0].shifts.all()}

    def day(self, number: int) -> tuple[datetime, datetime]:
        return self.noon(number) - timedelta(hours=4), self.noon(number) + timedelta(hours=4)

    def noon(self, number: int) -> datetime:
        return self.first + timedelta(days=number)

    def _ride(self, number: int) -> Ride:
        """Return a confirmed ride at noon of that day."""
        row: Ride = factories.RideFactory.build(
            base=self.base, customer=self.regulator, origin=self.places[0], destination=self.places[1],
            wanted_at=self.noon(number), state="confirmed",
        )  # fmt: skip
        return row

    def assign(self, ride: Ride, driver: Driver) -> Mission:
        return actions.assign(ride=ride, driver=driver, vehicle=self.car, by=self.regulator)

    def take_out(self, number: int) -> Unavailability:
        out = Unavailability(vehicle=self.car, period=self.day(number), reason="breakdown")
        return outages.save_unavailability(out=out, by=self.regulator)

    def cut_shift(self, number: int) -> Shift:
        """End the first driver's shift of that day an hour before noon."""
        shift = self.shifts[self.day(number)[0]]
        shift.period = DateTimeTZRange(shift.period.lower, self.noon(number) - timedelta(hours=1))
        return save_shift(shift=shift, by=self.regulator)


Calls = Callable[[Garage, int], list[Callable[[], Any]]]


def two_regulators(garage: Garage, number: int) -> list[Callable[[], Any]]:
    first, second = (rides[number] for rides in garage.rides)
    return [lambda: garage.assign(first, garage.drivers[0]), lambda: garage.assign(second, garage.drivers[1])]


def a_breakdown(garage: Garage, number: int) -> list[Callable[[], Any]]:
    ride = garage.rides[0][number]
    return [lambda: garage.assign(ride, garage.drivers[0]), lambda: garage.take_out(number)]


def a_cut_shift(garage: Garage, number: int) -> list[Callable[[], Any]]:
    ride = garage.rides[0][number]
    return [lambda: garage.assign(ride, garage.drivers[0]), lambda: garage.cut_shift(number)]


# What each race is between, and what the one or the other reads when they come second.
RACES: dict[str, tuple[Calls, tuple[str, str]]] = {
    "two regulators book the same car": (two_regulators, ("on mission M-", "on mission M-")),
    "a vehicle goes out of service": (a_breakdown, ("out of service: Breakdown", "out of service: Breakdown")),
    "a shift is cut": (a_cut_shift, ("not on duty from", "not on duty from")),
}


def run(calls: Calls, trials: int) -> tuple[Garage, list[tuple[Any, Any]]]:
    """Run the race so many times, and return what came of each: what either call returned or raised."""
    garage = Garage(trials)
    with Pair() as pair:
        return garage, [pair.at_once(calls(garage, number), hurry=number) for number in range(trials)]


def broken(promise: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(PROMISES[promise])
        return list(cursor.fetchall())


@pytest.mark.parametrize("name", RACES)
def test_exactly_one_wins_and_the_other_reads_why(name: str) -> None:
    calls, sentences = RACES[name]
    _garage, outcomes = run(calls, PLANNING_TRIALS)
    winners: Counter[int] = Counter()
    for outcome in outcomes:
        lost = [isinstance(one, Exception) for one in outcome]
        assert sorted(lost) == [False, True], outcome
        loser = lost.index(True)
        assert isinstance(outcome[loser], Refusal), outcome
        assert sentences[loser] in str(outcome[loser])
        winners[1 - loser] += 1
    assert broken(LIES) == broken(OVERLAPS) == []
    assert len(winners) == 2, f"one of them always came first: no race at all: {winners}"


def test_who_changes_comes_second_reads_which_ride() -> None:
    garage = Garage(1)
    ride = garage.rides[0][0]
    garage.assign(ride, garage.drivers[0])
    for change in (garage.take_out, garage.cut_shift):
        with pytest.raises(Conflict) as caught, transaction.atomic():
            change(0)
        assert ride.code in str(caught.value)


# --- without protection: the negative controls ---------------------------------------------------------------------


@contextmanager
def unlocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody locks driver or vehicle, and both look before either writes."""
    meeting = Barrier(2)

    def together(*what: Any, **named: Any) -> None:
        try:
            meeting.wait(timeout=2)
        except BrokenBarrierError:
            meeting.reset()

    def met_before(module: Any, name: str) -> None:
        real = getattr(module, name)

        def act(*what: Any, **named: Any) -> Any:
            together()
            return real(*what, **named)

        monkeypatch.setattr(module, name, act)

    def as_it_is(driver: Driver, vehicle: Vehicle) -> tuple[Driver, Vehicle]:
        return driver, vehicle

    with monkeypatch.context():
        monkeypatch.setattr(actions, "lock_crew", as_it_is)
        monkeypatch.setattr(outages, "lock_vehicles", list)
        monkeypatch.setattr(planning, "lock_drivers", lambda ids: list(Driver.objects.filter(pk__in=ids)))
        met_before(actions, "create_mission")
        met_before(outages, "record_edits")
        met_before(planning, "record_edits")
        yield


@contextmanager
def database_silent() -> Iterator[None]:
    """Neither exclusion constraints nor triggers; put back on empty tables."""
    constraints = [c for c in Mission._meta.constraints if c.name.endswith("never_overlap")]
    tables = ("dispatch_mission", "fleet_unavailability", "drivers_absence")
    with connection.schema_editor() as editor:
        for constraint in constraints:
            editor.remove_constraint(Mission, constraint)
    _switch("DISABLE", tables)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        _switch("ENABLE", tables)
        with connection.schema_editor() as editor:
            for constraint in constraints:
                editor.add_constraint(Mission, constraint)


def _switch(how: str, tables: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} {how} TRIGGER USER")


@pytest.mark.parametrize("name", RACES)
def test_without_lock_and_promise_both_win(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, _ = RACES[name]
    with database_silent(), unlocked(monkeypatch):
        _garage, outcomes = run(calls, WITHOUT)
        both = [outcome for outcome in outcomes if not any(isinstance(one, Exception) for one in outcome)]
        assert both, outcomes


def test_without_the_lock_the_triggers_still_let_one_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database alone: what is between missions and outages, it keeps; a shift it knows nothing of."""
    with unlocked(monkeypatch):
        for calls in (two_regulators, a_breakdown):
            _garage, outcomes = run(calls, WITHOUT)
            for outcome in outcomes:
                assert any(isinstance(one, Exception) for one in outcome), outcome
    assert broken(LIES) == broken(OVERLAPS) == []
