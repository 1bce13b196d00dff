"""Patterns of shifts: what is generated, and what changing all of one, or from a day on, leaves as it was."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.utils import translation

from drivers.actions.generation import generate_ahead
from drivers.actions.patterns import remove_pattern, save_pattern
from drivers.actions.shifts import remove_shift, save_shift
from drivers.models import Driver, Shift, ShiftPattern
from echauffeur.accounts.models import User
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal.models import Entry
from echauffeur.journal.queries import seq_of
from tests.factories import BaseFactory, DriverFactory, RegulatorFactory, ShiftFactory, ShiftPatternFactory

pytestmark = pytest.mark.django_db
# A Monday, ten o'clock in Brest.
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
MONDAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        yield


@pytest.fixture
def yann() -> Driver:
    yann: Driver = DriverFactory(base=BaseFactory(horizon_days=13), shift=None)
    return yann


@pytest.fixture
def by(yann: Driver) -> User:
    by: User = RegulatorFactory(base=yann.base)
    return by


def plan(driver: Driver, **said: object) -> ShiftPattern:
    pattern: ShiftPattern = ShiftPatternFactory.build(driver=driver, **said)
    return pattern


def worked(driver: Driver) -> list[str]:
    """Return the driver's shifts on the base's clock, in order."""
    local = driver.base.local
    rows = Shift.objects.filter(driver=driver).order_by("period")
    return [f"{local(row.period.lower):%d/%m %H:%M}-{local(row.period.upper):%H:%M}" for row in rows]


def days_of(driver: Driver) -> list[date]:
    return [driver.base.local(row.period.lower).date() for row in Shift.objects.filter(driver=driver)]


class TestGenerating:
    def test_as_far_as_the_base_can_be_booked(self, yann: Driver, by: User) -> None:
        made = save_pattern(pattern=plan(yann, weekdays=[0, 3]), by=by)
        assert worked(yann) == [f"{day} 08:00-16:00" for day in ("30/11", "03/12", "07/12", "10/12")]
        assert (made.count, made.left_out) == (4, ())
        assert not Shift.objects.filter(by_hand=True).exists()

    def test_it_is_told_to_the_base_and_to_the_driver(self, yann: Driver, by: User) -> None:
        save_pattern(pattern=plan(yann), by=by)
        entry = Entry.objects.get()
        assert (entry.verb, entry.subject, entry.data["fields"]) == ("change", "driver", ["patterns"])
        assert (entry.by, entry.party) == (by, "regulator")
        assert seq_of(yann.stream) == 1

    def test_each_day_goes_on_from_where_the_last_one_ended(self, yann: Driver, by: User) -> None:
        save_pattern(pattern=plan(yann, weekdays=[0]), by=by)
        with time_machine.travel(NOW + timedelta(days=1), tick=False):
            assert generate_ahead(yann.base) == 1
            assert generate_ahead(yann.base) == 0
        assert len(worked(yann)) == 3
        assert list(Entry.objects.filter(verb="generate").values_list("data__shifts", "party")) == [(1, "rule")]

    def test_of_a_longer_horizon_the_rest_is_made(self, yann: Driver, by: User) -> None:
        save_pattern(pattern=plan(yann, weekdays=[0]), by=by)
        yann.base.horizon_days = 27
        yann.base.save()
        assert generate_ahead(yann.base) == 2

    def test_what_is_over_is_not_made_up_for_and_what_runs_is(self, yann: Driver, by: User) -> None:
        save_pattern(pattern=plan(yann, weekdays=[6, 0], first_day=date(2026, 11, 1), ends=time(9, 59)), by=by)
        assert worked(yann)[0] == "06/12 08:00-09:59"
        other = DriverFactory(base=yann.base, shift=None)
        night = plan(other, first_day=date(2026, 11, 1), weekdays=[6], begins=time(22), ends=time(11))
        save_pattern(pattern=night, by=by)
        assert worked(other)[0] == "29/11 22:00-11:00"

    def test_breaks_are_moments_of_each_shift(self, yann: Driver, by: User) -> None:
        breaks = [[time(23), time(23, 30)], [time(3), time(3, 30)]]
        save_pattern(pattern=plan(yann, weekdays=[0], begins=time(22), ends=time(6), breaks=breaks), by=by)
        shift = Shift.objects.first()
        assert shift
        assert [yann.base.local(pause.lower).strftime("%d %H:%M") for pause in shift.breaks] == ["30 23:00", "01 03:00"]

    def test_a_night_on_the_night_of_the_change(self, by: User) -> None:
        with time_machine.travel(datetime(2027, 3, 22, 9, tzinfo=UTC)):
            driver = DriverFactory(base=BaseFactory(code="toulon", horizon_days=10), shift=None)
            save_pattern(pattern=plan(driver, weekdays=[4, 5, 6], begins=time(22), ends=time(6)), by=by)
            hours = [row.period.upper - row.period.lower for row in Shift.objects.order_by("period")]
        assert [length.total_seconds() / 3600 for length in hours[:3]] == [8, 7, 8]

    def test_a_day_with_another_shift_is_left_out_and_said(self, yann: Driver, by: User) -> None:
        ShiftFactory(driver=yann, period=(datetime(2026, 12, 7, 14, tzinfo=UTC), datetime(2026, 12, 7, 20, tzinfo=UTC)))
        made = save_pattern(pattern=plan(yann, weekdays=[0, 3]), by=by)
        assert made.left_out == (date(2026, 12, 7),)
        assert len(worked(yann)) == 4
        with time_machine.travel(NOW + timedelta(days=1), tick=False):
            Shift.objects.filter(by_hand=True).delete()
            generate_ahead(yann.base)
        assert date(2026, 12, 7) not in days_of(yann), "who cleared the day does not find it filled the next morning"

    def test_two_patterns_of_one_driver_never_overlap(self, yann: Driver, by: User) -> None:
        save_pattern(pattern=plan(yann), by=by)
        made = save_pattern(pattern=plan(yann, weekdays=[0, 5], begins=time(15), ends=time(20)), by=by)
        assert made.left_out == (MONDAY, date(2026, 12, 7))
        assert date(2026, 12, 5) in days_of(yann)

    def test_who_is_switched_off_gets_no_more_shifts(self, yann: Driver, by: User) -> None:
        save_pattern(pattern=plan(yann), by=by)
        Driver.objects.update(enabled=False)
        with time_machine.travel(NOW + timedelta(days=2), tick=False):
            assert generate_ahead(yann.base) == 0

    def test_tomorrow_begins_at_the_bases_own_midnight(self, by: User) -> None:
        noumea = DriverFactory(base=BaseFactory(code="noumea", time_zone="Pacific/Noumea", horizon_days=1), shift=None)
        # Half past four on Tuesday there, half past six on Monday evening in Brest.
        with time_machine.travel(datetime(2026, 11, 30, 17, 30, tzinfo=UTC), tick=False):
            save_pattern(pattern=plan(noumea, first_day=MONDAY, weekdays=[1, 2, 3]), by=by)
            assert worked(noumea) == ["01/12 08:00-16:00", "02/12 08:00-16:00"]


@pytest.mark.parametrize(
    ("calendar", "day", "on_holidays", "works"),
    [
        ("AM", date(2026, 12, 26), False, False),  # Saint Stephen's, in Alsace alone
        ("FR", date(2026, 12, 26), False, True),
        ("AM", date(2026, 12, 26), True, True),
        ("RE", date(2026, 12, 20), False, False),  # the end of slavery, on La Réunion
        ("FR", date(2026, 12, 20), False, True),
        ("", date(2026, 12, 25), False, True),
        ("FR", date(2027, 1, 1), False, False),
    ],
)
def test_public_holidays_are_those_of_the_base(
    by: User, calendar: str, day: date, on_holidays: bool, works: bool
) -> None:
    base = BaseFactory(code="there", holiday_calendar=calendar, horizon_days=40, time_zone="Indian/Reunion")
    driver = DriverFactory(base=base, shift=None)
    save_pattern(pattern=plan(driver, weekdays=list(range(7)), on_holidays=on_holidays), by=by)
    assert (day in days_of(driver)) == works


class TestChangingAll:
    def test_coming_shifts_follow_and_the_running_one_stays(self, yann: Driver, by: User) -> None:
        pattern = plan(yann, weekdays=[0])
        save_pattern(pattern=pattern, by=by)
        pattern.begins = time(12)
        save_pattern(pattern=pattern, by=by)
        assert worked(yann) == ["30/11 08:00-16:00", "07/12 12:00-16:00"]
        assert ShiftPattern.objects.count() == 1

    def test_shifts_that_are_over_stay(self, yann: Driver, by: User) -> None:
        pattern = plan(yann, weekdays=[0])
        save_pattern(pattern=pattern, by=by)
        with time_machine.travel(NOW + timedelta(days=3), tick=False):
            pattern.weekdays = [4]
            save_pattern(pattern=pattern, by=by)
        assert worked(yann) == ["30/11 08:00-16:00", "04/12 08:00-16:00", "11/12 08:00-16:00"]

    def test_what_was_changed_by_hand_is_neither_lost_nor_doubled(self, yann: Driver, by: User) -> None:
        pattern = plan(yann)
        save_pattern(pattern=pattern, by=by)
        shift = Shift.objects.get(on=date(2026, 12, 2))
        shift.period = (shift.period.lower + timedelta(hours=10), shift.period.upper + timedelta(hours=10))
        save_shift(shift=shift, by=by)
        pattern.ends = time(15)
        save_pattern(pattern=pattern, by=by)
        of_that_day = [line for line in worked(yann) if line.startswith("02/12")]
        assert of_that_day == ["02/12 18:00-02:00"]

    def test_what_was_removed_does_not_come_back(self, yann: Driver, by: User) -> None:
        pattern = plan(yann)
        save_pattern(pattern=pattern, by=by)
        remove_shift(row=Shift.objects.get(on=date(2026, 12, 2)), by=by)
        pattern.ends = time(15)
        save_pattern(pattern=pattern, by=by)
        assert date(2026, 12, 2) not in days_of(yann)
        assert date(2026, 12, 3) in days_of(yann)
        pattern.refresh_from_db()
        assert pattern.skipped == [date(2026, 12, 2)]

    def test_of_one_that_somebody_removed_it_is_said(self, yann: Driver, by: User) -> None:
        pattern = plan(yann)
        save_pattern(pattern=pattern, by=by)
        ShiftPattern.objects.all().delete()
        with pytest.raises(Stale, match="just removed"):
            save_pattern(pattern=pattern, by=by)


class TestChangingFromADayOn:
    def test_the_old_one_ends_the_day_before(self, yann: Driver, by: User) -> None:
        pattern = plan(yann, weekdays=[0, 3])
        save_pattern(pattern=pattern, by=by)
        pattern.begins = time(12)
        save_pattern(pattern=pattern, by=by, since=date(2026, 12, 7))
        assert worked(yann) == ["30/11 08:00-16:00", "03/12 08:00-16:00", "07/12 12:00-16:00", "10/12 12:00-16:00"]
        old, new = ShiftPattern.objects.order_by("pk")
        assert (old.last_day, old.begins, new.first_day, new.begins) == (
            date(2026, 12, 6),
            time(8),
            date(2026, 12, 7),
            time(12),
        )
        assert new.shifts.count() == 2

    def test_by_hand_stays_and_belongs_to_the_new_one(self, yann: Driver, by: User) -> None:
        pattern = plan(yann, weekdays=[0, 3])
        save_pattern(pattern=pattern, by=by)
        shift = Shift.objects.get(on=date(2026, 12, 7))
        shift.period = (shift.period.lower - timedelta(hours=2), shift.period.upper)
        save_shift(shift=shift, by=by)
        pattern.begins = time(12)
        save_pattern(pattern=pattern, by=by, since=date(2026, 12, 7))
        assert worked(yann)[2:] == ["07/12 06:00-16:00", "10/12 12:00-16:00"]
        assert Shift.objects.get(pk=shift.pk).pattern == pattern

    def test_skipped_days_stay_skipped(self, yann: Driver, by: User) -> None:
        pattern = plan(yann)
        save_pattern(pattern=pattern, by=by)
        remove_shift(row=Shift.objects.get(on=date(2026, 12, 10)), by=by)
        save_pattern(pattern=pattern, by=by, since=date(2026, 12, 7))
        assert pattern.skipped == [date(2026, 12, 10)]
        assert date(2026, 12, 10) not in days_of(yann)

    def test_every_other_week_stays_the_same_weeks(self, yann: Driver, by: User) -> None:
        pattern = plan(yann, frequency="fortnightly", weekdays=[0])
        save_pattern(pattern=pattern, by=by)
        assert days_of(yann) == [MONDAY]
        yann.base.horizon_days = 40
        yann.base.save()
        pattern.begins = time(12)
        save_pattern(pattern=pattern, by=by, since=date(2026, 12, 8))
        assert days_of(yann) == [MONDAY, date(2026, 12, 14), date(2026, 12, 28)]

    def test_before_it_began_it_is_all_of_it(self, yann: Driver, by: User) -> None:
        pattern = plan(yann, first_day=date(2026, 12, 7))
        save_pattern(pattern=pattern, by=by)
        save_pattern(pattern=pattern, by=by, since=date(2026, 12, 1))
        assert ShiftPattern.objects.count() == 1

    def test_not_in_the_past(self, yann: Driver, by: User) -> None:
        pattern = plan(yann)
        save_pattern(pattern=pattern, by=by)
        before = worked(yann)
        with pytest.raises(Refusal, match="past"):
            save_pattern(pattern=pattern, by=by, since=date(2026, 11, 29))
        assert worked(yann) == before

    def test_today_leaves_the_running_shift_and_makes_none_beside_it(self, yann: Driver, by: User) -> None:
        pattern = plan(yann, first_day=date(2026, 11, 23))
        save_pattern(pattern=pattern, by=by)
        pattern.begins = time(9)
        save_pattern(pattern=pattern, by=by, since=MONDAY)
        assert worked(yann)[:2] == ["30/11 08:00-16:00", "01/12 09:00-16:00"]


class TestRemoving:
    def test_all_of_it(self, yann: Driver, by: User) -> None:
        pattern = plan(yann)
        save_pattern(pattern=pattern, by=by)
        kept = Shift.objects.get(on=date(2026, 12, 2))
        save_shift(shift=kept, by=by)
        remove_pattern(row=pattern, by=by)
        assert days_of(yann) == [MONDAY, date(2026, 12, 2)], "what runs, and what was changed by hand"
        assert not ShiftPattern.objects.exists()

    def test_from_a_day_on(self, yann: Driver, by: User) -> None:
        pattern = plan(yann, weekdays=[0, 3])
        save_pattern(pattern=pattern, by=by)
        remove_pattern(row=pattern, by=by, since=date(2026, 12, 7))
        assert days_of(yann) == [MONDAY, date(2026, 12, 3)]
        assert ShiftPattern.objects.get().last_day == date(2026, 12, 6)
        with time_machine.travel(NOW + timedelta(days=3), tick=False):
            assert generate_ahead(yann.base) == 0
