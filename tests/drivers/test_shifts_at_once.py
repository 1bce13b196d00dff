"""Two people plan the same shift, or the same outage, at the same moment: it is read under the lock, not before.

Whoever comes second and finds it with somebody else reads so. Without, the one whom it was just given to would lose it
again without hearing of it, and without anybody asking what becomes of their missions.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone, translation

from drivers.actions import shifts
from drivers.actions.patterns import remove_pattern, save_pattern
from drivers.actions.shifts import remove_shift, save_shift
from drivers.models import Shift
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal.models import Entry
from fleet.actions import outages
from fleet.actions.outages import end_unavailability, save_unavailability
from fleet.models import Unavailability
from tests import factories
from tests.env import PLANNING_TRIALS
from tests.life.crowd import Pair

pytestmark = pytest.mark.django_db(transaction=True)
Calls = list[Callable[[], Any]]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Refusals are read here, whatever language a request of another test left behind."""
    with translation.override("en"):
        yield


class Roster:
    """A base with three drivers and three cars; what is planned is the first one's, on a day of its own."""

    def __init__(self) -> None:
        self.base = factories.BaseFactory(time_zone="UTC")
        self.by = factories.RegulatorFactory(base=self.base)
        self.drivers = factories.DriverFactory.create_batch(3, base=self.base, shift=None)
        self.cars = factories.VehicleFactory.create_batch(3, base=self.base)
        self.first = timezone.now() + timedelta(days=2)

    def period(self, number: int) -> tuple[datetime, datetime]:
        start = self.first + timedelta(days=number)
        return start, start + timedelta(hours=8)

    def shift(self, number: int) -> Shift:
        shift = Shift(driver=self.drivers[0], period=DateTimeTZRange(*self.period(number)))
        return save_shift(shift=shift, by=self.by)

    def given_to(self, shift: Shift, index: int) -> Shift:
        """Give the shift, as it was shown, to another driver."""
        moved = Shift.objects.get(pk=shift.pk)
        moved.driver = self.drivers[index]
        return moved

    def outage(self, number: int) -> Unavailability:
        out = Unavailability(vehicle=self.cars[0], period=DateTimeTZRange(*self.period(number)), reason="breakdown")
        return save_unavailability(out=out, by=self.by)

    def of_car(self, out: Unavailability, index: int) -> Unavailability:
        moved = Unavailability.objects.get(pk=out.pk)
        moved.vehicle = self.cars[index]
        return moved


def two_give_it_away(roster: Roster, number: int) -> Calls:
    shift = roster.shift(number)
    first, second = roster.given_to(shift, 1), roster.given_to(shift, 2)
    return [lambda: save_shift(shift=first, by=roster.by), lambda: save_shift(shift=second, by=roster.by)]


def one_removes_it(roster: Roster, number: int) -> Calls:
    shift = roster.shift(number)
    moved = roster.given_to(shift, 1)
    return [lambda: save_shift(shift=moved, by=roster.by), lambda: remove_shift(row=shift, by=roster.by)]


RACES = {"two give it to others": two_give_it_away, "one removes what another gives away": one_removes_it}


def unheard(roster: Roster) -> list[Any]:
    """Return the drivers whose phones were told of more, or of fewer shifts than they have."""
    heard: Counter[int] = Counter()
    for entry in Entry.objects.filter(subject="driver"):
        what = entry.data.get("plan", {}).get("what")
        heard[entry.subject_id] += {"add": 1, "remove": -1}.get(what, 0)
    return [(driver, heard[driver.pk]) for driver in roster.drivers if driver.shifts.count() != heard[driver.pk]]


def run(calls: Callable[[Roster, int], Calls], trials: int = PLANNING_TRIALS) -> tuple[Roster, list[tuple[Any, Any]]]:
    roster = Roster()
    with Pair() as pair:
        return roster, [pair.at_once(calls(roster, number), hurry=number) for number in range(trials)]


@pytest.mark.parametrize("name", RACES)
def test_everybody_hears_what_became_of_their_shifts(name: str) -> None:
    roster, outcomes = run(RACES[name])
    assert unheard(roster) == []
    raised = [one for outcome in outcomes for one in outcome if isinstance(one, Exception)]
    assert all(isinstance(one, Stale) for one in raised), raised
    assert any("to another driver" in str(one) or "removed" in str(one) for one in raised), "no race at all"


@pytest.mark.parametrize("name", RACES)
def test_read_before_the_lock_somebody_would_not_hear(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: what was read before anybody was held is believed."""
    monkeypatch.setattr(shifts, "held", lambda shift, drivers: Shift.objects.select_related("pattern").get(pk=shift.pk))
    roster, _outcomes = run(RACES[name])
    assert unheard(roster) != []


def test_one_that_is_another_drivers_by_now_does_not_change_with_its_pattern() -> None:
    roster = Roster()
    shift = roster.shift(0)
    pattern = factories.ShiftPatternFactory(driver=roster.drivers[0])
    shown = Shift.objects.get(pk=shift.pk)
    save_shift(shift=roster.given_to(shift, 1), by=roster.by)
    with pytest.raises(Stale, match="another driver"):
        save_pattern(pattern=pattern, also=shown, by=roster.by)
    remove_pattern(row=pattern, also=shown, by=roster.by)
    assert Shift.objects.get(pk=shift.pk).driver == roster.drivers[1]


def test_an_outage_that_is_another_vehicles_by_now_is_left_alone() -> None:
    roster = Roster()
    for number in range(2):
        out = roster.outage(number)
        shown = Unavailability.objects.get(pk=out.pk)
        save_unavailability(out=roster.of_car(out, 1), by=roster.by)
        with pytest.raises(Stale, match="another vehicle"):
            end_unavailability(out=shown, by=roster.by)
        assert Unavailability.objects.get(pk=out.pk).vehicle == roster.cars[1]


def two_write_it_for_others(roster: Roster, number: int) -> Calls:
    out = roster.outage(number)
    first, second = roster.of_car(out, 1), roster.of_car(out, 2)
    return [
        lambda: save_unavailability(out=first, by=roster.by),
        lambda: save_unavailability(out=second, by=roster.by),
    ]


def test_of_two_who_write_an_outage_for_other_vehicles_the_second_reads_it() -> None:
    _roster, outcomes = run(two_write_it_for_others)
    raised = [one for outcome in outcomes for one in outcome if isinstance(one, Exception)]
    assert raised, "no race at all"
    assert all(isinstance(one, Stale) and "another vehicle" in str(one) for one in raised), raised


def test_without_looking_again_under_the_lock_both_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(outages, "held", lambda out, _vehicles, **_: Unavailability.objects.get(pk=out.pk))
    _roster, outcomes = run(two_write_it_for_others)
    assert not any(isinstance(one, Refusal) for outcome in outcomes for one in outcome)
