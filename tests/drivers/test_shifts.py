"""Single shifts, absences and copied weeks: what is written, what is told, and what is refused."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import translation

from drivers.actions.absences import remove_absence, save_absence
from drivers.actions.patterns import save_pattern
from drivers.actions.shifts import remove_shift, save_shift
from drivers.actions.weeks import copy_week, plan_copy
from drivers.models import Absence, Driver, Shift
from echauffeur.accounts.models import User
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal.models import Entry
from echauffeur.journal.queries import seq_of
from tests.factories import (
    AbsenceFactory,
    BaseFactory,
    DriverFactory,
    ManagerFactory,
    RegulatorFactory,
    ShiftFactory,
    ShiftPatternFactory,
    VehicleFactory,
)
from tests.life.journeys import Journey

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
MONDAY = date(2026, 11, 30)
NEXT = MONDAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        yield


@pytest.fixture
def yann() -> Driver:
    yann: Driver = DriverFactory(shift=None)
    return yann


@pytest.fixture
def by(yann: Driver) -> User:
    by: User = RegulatorFactory(base=yann.base)
    return by


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of December on the clock of Brest."""
    return datetime(2026, 12, day, hour - 1, minute, tzinfo=UTC)


def hours(day: int, start: int = 8, end: int = 16) -> Any:
    return DateTimeTZRange(at(day, start), at(day, end))


class TestByHand:
    def test_it_is_written_and_told(self, yann: Driver, by: User) -> None:
        save_shift(shift=Shift(driver=yann, period=hours(2)), by=by)
        assert yann.shifts.get().by_hand
        entry = Entry.objects.get()
        assert (entry.data["fields"], entry.data["plan"]["what"], entry.party) == (["shifts"], "add", "regulator")
        assert seq_of(yann.stream) == 1

    def test_in_what_capacity_it_was_planned_is_told(self, yann: Driver) -> None:
        save_shift(shift=Shift(driver=yann, period=hours(2)), by=ManagerFactory(base=yann.base))
        assert Entry.objects.get().party == "manager"

    def test_an_overlap_is_refused_in_words(self, yann: Driver, by: User) -> None:
        save_shift(shift=Shift(driver=yann, period=hours(2)), by=by)
        with pytest.raises(Refusal, match="already on duty"):
            save_shift(shift=Shift(driver=yann, period=hours(2, 15, 20)), by=by)
        save_shift(shift=Shift(driver=yann, period=hours(2, 16, 20)), by=by)

    def test_a_vehicle_is_one_drivers_at_a_time(self, yann: Driver, by: User) -> None:
        vehicle = VehicleFactory(base=yann.base)
        save_shift(shift=Shift(driver=yann, period=hours(2), vehicle=vehicle), by=by)
        other = DriverFactory(base=yann.base, shift=None)
        with pytest.raises(Refusal, match="Another driver has this vehicle"):
            save_shift(shift=Shift(driver=other, period=hours(2, 15, 20), vehicle=vehicle), by=by)

    def test_the_vehicle_of_who_is_away_goes_to_who_comes(self, yann: Driver, by: User) -> None:
        vehicle, other = VehicleFactory(base=yann.base), DriverFactory(base=yann.base, shift=None)
        held = save_shift(shift=Shift(driver=yann, period=hours(2), vehicle=vehicle), by=by)
        away = AbsenceFactory(driver=yann, period=hours(2, 9, 12))
        for taken in (hours(2, 11, 13), hours(2, 8, 10)):
            with pytest.raises(Refusal, match="Another driver has this vehicle"):
                save_shift(shift=Shift(driver=other, period=taken, vehicle=vehicle), by=by)
        save_shift(shift=Shift(driver=other, period=hours(2, 9, 12), vehicle=vehicle), by=by)
        held.refresh_from_db()
        assert held.vehicle is None
        assert Entry.objects.filter(subject_id=yann.pk).count() == 2, "who is away hears of it too"
        remove_absence(row=away, by=by)

    def test_the_vehicle_of_who_no_longer_drives_is_free(self, yann: Driver, by: User) -> None:
        vehicle, other = VehicleFactory(base=yann.base), DriverFactory(base=yann.base, shift=None)
        save_shift(shift=Shift(driver=yann, period=hours(2), vehicle=vehicle), by=by)
        Driver.objects.filter(pk=yann.pk).update(enabled=False)
        save_shift(shift=Shift(driver=other, period=hours(2), vehicle=vehicle), by=by)
        assert not yann.shifts.filter(vehicle=vehicle).exists()

    def test_what_is_over_stays(self, yann: Driver, by: User) -> None:
        over = ShiftFactory(driver=yann, period=(NOW - timedelta(days=2), NOW - timedelta(days=1)))
        with pytest.raises(Refusal, match="over"):
            remove_shift(row=Shift.objects.get(pk=over.pk), by=by)
        assert yann.shifts.exists()

    def test_what_somebody_removed_is_said(self, yann: Driver, by: User) -> None:
        shift = save_shift(shift=Shift(driver=yann, period=hours(2)), by=by)
        gone = Shift.objects.get(pk=shift.pk)
        remove_shift(row=shift, by=by)
        for act in (lambda: save_shift(shift=gone, by=by), lambda: remove_shift(row=gone, by=by)):
            with pytest.raises(Stale, match="just removed"):
                act()

    def test_to_another_driver_it_leaves_its_pattern(self, yann: Driver, by: User) -> None:
        pattern = ShiftPatternFactory(driver=yann, weekdays=[2])
        save_pattern(pattern=pattern, by=by)
        other = DriverFactory(base=yann.base, shift=None)
        shift = Shift.objects.get(on=date(2026, 12, 2))
        shift.driver = other
        save_shift(shift=shift, by=by)
        save_pattern(pattern=pattern, by=by)
        assert not yann.shifts.filter(on=date(2026, 12, 2)).exists()
        assert (other.shifts.get().pattern, other.shifts.get().on) == (None, None)
        assert {seq_of(yann.stream), seq_of(other.stream)} == {3, 1}, "both phones are told"


class TestAbsences:
    def test_nothing_of_why_is_told(self, yann: Driver, by: User) -> None:
        absence = Absence(driver=yann, period=hours(2), kind="sick", note="Broken leg")
        save_absence(absence=absence, by=by)
        entry = Entry.objects.get()
        assert entry.data == {"fields": ["absences"]}
        assert "sick" not in str(vars(entry))
        assert seq_of(yann.stream) == 1

    def test_the_end_may_be_unknown(self, yann: Driver, by: User) -> None:
        save_absence(absence=Absence(driver=yann, period=DateTimeTZRange(at(2, 8), None), kind="sick"), by=by)
        with pytest.raises(Refusal, match="already away"):
            save_absence(absence=Absence(driver=yann, period=hours(20), kind="leave"), by=by)

    def test_it_is_taken_back(self, yann: Driver, by: User) -> None:
        absence = AbsenceFactory(driver=yann)
        remove_absence(row=absence, by=by)
        assert not Absence.objects.exists()
        with pytest.raises(Stale):
            save_absence(absence=absence, by=by)


class TestCopyingAWeek:
    def test_same_clocks_breaks_and_vehicles(self, yann: Driver, by: User) -> None:
        vehicle = VehicleFactory(base=yann.base)
        ShiftFactory(driver=yann, period=hours(1), breaks=[hours(1, 12, 13)], vehicle=vehicle)
        ShiftFactory(driver=yann, period=DateTimeTZRange(at(5, 22), at(6, 6)))
        copy_week(base=yann.base, week=date(2026, 12, 3), into=date(2026, 12, 12), by=by)
        copies = list(yann.shifts.filter(period__startswith__gte=at(7, 1)))
        assert [copy.period for copy in copies] == [hours(8), DateTimeTZRange(at(12, 22), at(13, 6))]
        assert (copies[0].breaks, copies[0].vehicle) == ([hours(8, 12, 13)], vehicle)
        assert all(copy.by_hand for copy in copies)
        assert Entry.objects.count() == 1

    def test_through_the_change_of_the_clocks(self, by: User) -> None:
        with time_machine.travel(datetime(2026, 10, 19, tzinfo=UTC), tick=False):
            driver = DriverFactory(shift=None)
            summer = datetime(2026, 10, 19, 20, tzinfo=UTC)
            ShiftFactory(driver=driver, period=DateTimeTZRange(summer, summer + timedelta(hours=8)))
            ShiftFactory(
                driver=driver, period=DateTimeTZRange(summer - timedelta(days=2), summer - timedelta(days=2, hours=-8))
            )
            copy_week(base=driver.base, week=date(2026, 10, 12), into=date(2026, 10, 19), by=by)
            copied = driver.shifts.get(period__startswith=datetime(2026, 10, 24, 20, tzinfo=UTC))
        assert copied.period.upper - copied.period.lower == timedelta(hours=9)

    def test_what_finds_no_room_is_left_out_and_says_why(self, yann: Driver, by: User) -> None:
        away = DriverFactory(base=yann.base, shift=None)
        AbsenceFactory(driver=away, period=DateTimeTZRange(at(7, 1), None))
        for driver in (yann, away):
            ShiftFactory(driver=driver, period=hours(1))
        ShiftFactory(driver=yann, period=hours(2))
        ShiftFactory(driver=yann, period=hours(9, 15, 20))
        copies = plan_copy(yann.base, MONDAY, NEXT)
        assert [(copy.shift.driver, str(copy.why_not)) for copy in copies] == [
            (yann, ""),
            (away, "away then"),
            (yann, "another shift is there already"),
        ]
        copy_week(base=yann.base, week=MONDAY, into=NEXT, by=by)
        assert (yann.shifts.count(), away.shifts.count()) == (4, 1)

    def test_of_one_driver_alone(self, yann: Driver, by: User) -> None:
        other = DriverFactory(base=yann.base, shift=None)
        for driver in (yann, other):
            ShiftFactory(driver=driver, period=hours(1))
        copy_week(base=yann.base, week=MONDAY, into=NEXT, driver=other, by=by)
        assert (yann.shifts.count(), other.shifts.count()) == (1, 2)
        assert seq_of(yann.stream) == 0

    def test_a_vehicle_that_somebody_else_has_then_stays_behind(self, yann: Driver, by: User) -> None:
        vehicle = VehicleFactory(base=yann.base)
        ShiftFactory(driver=yann, period=hours(1), vehicle=vehicle)
        ShiftFactory(driver=DriverFactory(base=yann.base, shift=None), period=hours(8, 10, 12), vehicle=vehicle)
        (copy,) = copy_week(base=yann.base, week=MONDAY, into=NEXT, by=by)
        assert copy.without_vehicle
        assert yann.shifts.get(period=hours(8)).vehicle is None

    def test_a_vehicle_that_is_on_a_mission_with_somebody_else_stays_behind(self) -> None:
        """Else the copy would strand the mission, and the page of copying has no way out of that."""
        journey, week = Journey(minutes=7 * 24 * 60), timedelta(days=7)
        at, hour = journey.ride.pickup_at, timedelta(hours=1)
        ShiftFactory(driver=journey.driver, period=DateTimeTZRange(at - hour, at + 3 * hour))
        journey.take("confirm")
        journey.take("assign")
        other = DriverFactory(base=journey.base, shift=None)
        before = DateTimeTZRange(at - week, at - week + 4 * hour)
        ShiftFactory(driver=other, period=before, vehicle=journey.vehicle)
        (copy,) = copy_week(base=journey.base, week=MONDAY, into=NEXT, driver=other, by=journey.regulator)
        assert copy.without_vehicle
        assert other.shifts.get(period__startswith=at).vehicle is None

    def test_nothing_to_copy_is_said(self, yann: Driver, by: User) -> None:
        ShiftFactory(driver=yann, period=hours(1))
        for week, into in ((NEXT, MONDAY), (MONDAY, MONDAY), (MONDAY, date(2026, 11, 20))):
            with pytest.raises(Refusal, match="nothing to copy"):
                copy_week(base=yann.base, week=week, into=into, by=by)

    def test_not_those_of_another_base(self, yann: Driver, by: User) -> None:
        ShiftFactory(driver=DriverFactory(base=BaseFactory(code="toulon"), shift=None), period=hours(1))
        assert plan_copy(yann.base, MONDAY, NEXT) == []

    @pytest.mark.parametrize("count", [1, 12])
    def test_as_many_queries_for_many_as_for_one(
        self, yann: Driver, count: int, django_assert_num_queries: Any
    ) -> None:
        for driver in [yann, *DriverFactory.create_batch(count, base=yann.base, shift=None)]:
            ShiftFactory(driver=driver, period=hours(1), vehicle=VehicleFactory(base=yann.base))
        with django_assert_num_queries(5):
            plan_copy(yann.base, MONDAY, NEXT)
