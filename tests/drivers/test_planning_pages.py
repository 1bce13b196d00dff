"""The pages on which drivers are planned: forms that say what is wrong where, ways out of conflicts, and privacy."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse

from drivers.actions.patterns import save_pattern
from drivers.models import Absence, Driver, Shift, ShiftPattern
from drivers.tasks import plan_shifts_ahead
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry
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
from tests.life.journeys import journey_to

pytestmark = pytest.mark.django_db
# A Monday, nine o'clock in Brest.
NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory(horizon_days=13)
    return base


@pytest.fixture
def yann(base: Base) -> Driver:
    yann: Driver = DriverFactory(base=base, shift=None)
    return yann


@pytest.fixture
def regulator(base: Base) -> User:
    regulator: User = RegulatorFactory(base=base)
    return regulator


@pytest.fixture
def client(regulator: User) -> Client:
    return signed_in(regulator)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(name: str, *keys: Any) -> str:
    return reverse(f"planning-{name}", args=["brest", *keys])


def errors_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 422
    return {name: [str(error) for error in errors] for name, errors in answer.context["form"].errors.items()}


def december(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour - 1, minute, tzinfo=UTC)


class TestPatterns:
    @pytest.fixture
    def week(self, yann: Driver) -> dict[str, Any]:
        days = {"frequency": "weekly", "weekdays": ["0", "3"], "month_by": "weekday", "nth": "1", "month_day": ""}
        return days | {"driver": yann.pk, "begins": "08:00", "ends": "16:00", "breaks": "", "first_day": "2026-12-01"}

    def test_it_is_saved_with_its_shifts(self, client: Client, yann: Driver, week: dict[str, Any]) -> None:
        answer = client.post(page("pattern-add"), week | {"breaks": "12h-12h30; 10:00-10:15"})
        assert (answer.status_code, answer["Location"]) == (303, page("driver", yann.pk))
        pattern = ShiftPattern.objects.get()
        assert pattern.breaks == [[time(10), time(10, 15)], [time(12), time(12, 30)]]
        assert [shift.on.day for shift in Shift.objects.order_by("period") if shift.on] == [3, 7, 10]

    @pytest.mark.parametrize(
        ("changes", "field", "sentence"),
        [
            ({"weekdays": []}, "weekdays", "at least one weekday"),
            ({"driver": ""}, "driver", "required"),
            ({"breaks": "noon"}, "breaks", "“noon” is no break"),
            ({"breaks": "12:00-25:00"}, "breaks", "is no break"),
            ({"breaks": "07:00-08:30"}, "breaks", "07:00-08:30 does not lie within"),
            ({"breaks": "10:00-11:00, 10:30-11:30"}, "breaks", "overlaps another"),
            ({"last_day": "2026-11-30"}, "last_day", "The last day is the first one or comes after it."),
            ({"first_day": "9999-12-31"}, "first_day", "years away"),
            ({"first_day": "soon"}, "first_day", "valid date"),
            ({"begins": "25:00"}, "begins", "valid time"),
            ({"frequency": "monthly", "month_by": "date"}, "month_day", "on which day"),
            ({"frequency": "monthly", "month_by": "date", "month_day": "32"}, "month_day", "31"),
            ({"frequency": "monthly", "weekdays": []}, "weekdays", "at least one weekday"),
            ({"frequency": "monthly", "nth": ""}, "nth", "which of the month"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(
        self, client: Client, week: dict[str, Any], changes: dict[str, Any], field: str, sentence: str
    ) -> None:
        errors = errors_of(client.post(page("pattern-add"), week | changes))
        assert list(errors) == [field]
        assert sentence in errors[field][0]
        assert not ShiftPattern.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "kept"),
        [
            ({"month_day": "99", "nth": "x"}, ([0, 3], None, None)),
            ({"frequency": "monthly"}, ([0, 3], 1, None)),
            ({"frequency": "monthly", "month_by": "date", "month_day": "31", "nth": "x"}, ([], None, 31)),
        ],
    )
    def test_what_is_not_asked_for_is_neither_judged_nor_kept(
        self, client: Client, week: dict[str, Any], changes: dict[str, Any], kept: Any
    ) -> None:
        assert client.post(page("pattern-add"), week | changes).status_code == 303
        pattern = ShiftPattern.objects.get()
        assert (pattern.weekdays, pattern.nth, pattern.month_day) == kept

    def test_the_next_shifts_are_shown_before_anything_is_written(self, client: Client, week: dict[str, Any]) -> None:
        answer = client.post(page("pattern-add"), week | {"preview": "1", "begins": "22:00", "ends": "06:00"})
        assert answer.status_code == 200
        shown = BeautifulSoup(answer.content, "html.parser").select("#pattern-preview li")
        assert [item.text for item in shown][:2] == ["Thu 3 Dec. 22:00–06:00", "Mon 7 Dec. 22:00–06:00"]
        assert len(shown) == 5
        assert not ShiftPattern.objects.exists()
        assert not Entry.objects.exists()

    def test_a_day_on_which_the_driver_has_another_shift_is_said(
        self, client: Client, yann: Driver, week: dict[str, Any]
    ) -> None:
        ShiftFactory(driver=yann, period=(december(7, 9), december(7, 10)))
        answer = client.post(page("pattern-add"), week, follow=True)
        assert "Left out, because the driver has another shift then: Mon 7 December." in answer.content.decode()

    def test_dragged_on_the_grid_it_begins_with_what_was_dragged(self, client: Client, yann: Driver) -> None:
        asked = {"driver": yann.pk, "begins": "2026-12-02T08:00", "ends": "2026-12-02T16:00"}
        form = client.get(page("pattern-add"), asked).context["form"]
        assert form["weekdays"].value() == [2]
        assert (form["begins"].value(), form["first_day"].value()) == (time(8), date(2026, 12, 2))

    def test_from_a_day_on(self, client: Client, regulator: User, yann: Driver, week: dict[str, Any]) -> None:
        pattern = ShiftPatternFactory(driver=yann, weekdays=[0, 3])
        save_pattern(pattern=pattern, by=regulator)
        assert client.get(page("pattern", pattern.pk), {"on": "2026-12-07"}).context["form"]["scope"].value() == "since"
        sent = week | {"first_day": "2026-11-30", "begins": "12:00", "scope": "since", "since": "2026-12-07"}
        assert client.post(page("pattern", pattern.pk), sent).status_code == 303
        hours = [yann.base.local(shift.period.lower).hour for shift in Shift.objects.order_by("period")]
        assert hours == [8, 8, 12, 12]

    @pytest.mark.parametrize("since", ["", "2026-11-29", "tomorrow"])
    def test_a_day_that_cannot_be_is_said(self, client: Client, yann: Driver, week: dict[str, Any], since: str) -> None:
        pattern = ShiftPatternFactory(driver=yann)
        errors = errors_of(client.post(page("pattern", pattern.pk), week | {"scope": "since", "since": since}))
        assert list(errors) == ["since"]

    def test_untouched_it_tells_nothing(self, client: Client, yann: Driver) -> None:
        pattern = ShiftPatternFactory(driver=yann)
        form = client.get(page("pattern", pattern.pk)).context["form"]
        sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
        sent |= {"begins": "08:00", "ends": "16:00", "nth": "1", "breaks": ""}
        assert client.post(page("pattern", pattern.pk), sent).status_code == 303
        assert not Entry.objects.exists()

    def test_it_is_removed_from_a_day_on(self, client: Client, regulator: User, yann: Driver) -> None:
        pattern = ShiftPatternFactory(driver=yann, weekdays=[0, 3])
        save_pattern(pattern=pattern, by=regulator)
        assert client.post(page("pattern-remove", pattern.pk), {"since": "2026-12-07"}).status_code == 303
        assert Shift.objects.count() == 2
        assert client.post(page("pattern-remove", pattern.pk), {"since": "2026-11-01"}).status_code == 422

    def test_the_worker_plans_every_base_ahead(self, yann: Driver) -> None:
        ShiftPatternFactory(driver=yann, weekdays=[0])
        other = DriverFactory(base=BaseFactory(code="toulon", horizon_days=6), shift=None)
        ShiftPatternFactory(driver=other, weekdays=[0])
        assert plan_shifts_ahead() == 3
        assert plan_shifts_ahead() == 0


class TestShifts:
    @pytest.fixture
    def duty(self, yann: Driver) -> dict[str, Any]:
        return {
            "driver": yann.pk,
            "begins": "2026-12-02T08:00",
            "ends": "2026-12-02T16:00",
            "breaks": "",
            "vehicle": "",
        }

    @pytest.fixture
    def one_of_many(self, yann: Driver, regulator: User) -> Shift:
        save_pattern(pattern=ShiftPatternFactory(driver=yann, weekdays=[2]), by=regulator)
        return Shift.objects.get(on=date(2026, 12, 2))

    def test_it_is_saved_with_breaks_and_vehicle(self, client: Client, yann: Driver, duty: dict[str, Any]) -> None:
        vehicle = VehicleFactory(base=yann.base)
        sent = duty | {"breaks": "12:00-12:45", "vehicle": vehicle.pk}
        assert client.post(page("shift-add"), sent).status_code == 303
        shift = Shift.objects.get()
        assert shift.period == DateTimeTZRange(december(2, 8), december(2, 16))
        assert shift.breaks == [DateTimeTZRange(december(2, 12), december(2, 12, 45))]
        assert shift.vehicle == vehicle

    def test_a_break_after_midnight_is_on_the_next_day(self, client: Client, duty: dict[str, Any]) -> None:
        night = duty | {"begins": "2026-12-02T22:00", "ends": "2026-12-03T06:00", "breaks": "02:00-02:30, 23:00-23:15"}
        assert client.post(page("shift-add"), night).status_code == 303
        assert [pause.lower for pause in Shift.objects.get().breaks] == [december(2, 23), december(3, 2)]

    @pytest.mark.parametrize(
        ("changes", "wrong"),
        [
            ({"ends": "2026-12-02T08:00"}, ("ends", "The end comes after the beginning.")),
            ({"ends": "2026-12-20T08:00"}, ("ends", "a week at most")),
            ({"breaks": "07:00-09:00"}, ("breaks", "07:00-09:00 does not lie within")),
            ({"breaks": "9-10, 9:30-11"}, ("breaks", "overlaps another")),
            ({"begins": "2026-12-01T15:59"}, ("begins", "already on duty")),
            ({"begins": "soon"}, ("begins", "valid date/time")),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(
        self, client: Client, yann: Driver, duty: dict[str, Any], changes: Any, wrong: tuple[str, str]
    ) -> None:
        ShiftFactory(driver=yann, period=(december(1, 8), december(1, 16)))
        errors = errors_of(client.post(page("shift-add"), duty | changes))
        assert list(errors) == [wrong[0]]
        assert wrong[1] in errors[wrong[0]][0]
        assert Shift.objects.count() == 1

    def test_who_has_the_vehicle_is_said(self, client: Client, yann: Driver, duty: dict[str, Any]) -> None:
        vehicle, other = VehicleFactory(base=yann.base), DriverFactory(base=yann.base, shift=None)
        ShiftFactory(driver=other, period=(december(2, 9), december(2, 10)), vehicle=vehicle)
        errors = errors_of(client.post(page("shift-add"), duty | {"vehicle": vehicle.pk}))
        assert f"{other.short_name} has this vehicle" in errors["vehicle"][0]

    def test_what_was_worked_is_for_managers_to_correct(
        self, client: Client, yann: Driver, duty: dict[str, Any]
    ) -> None:
        worked = ShiftFactory(driver=yann, period=(december(1, 8), december(1, 16)), pattern=None)
        later = duty | {"begins": "2026-12-01T08:00", "ends": "2026-12-01T18:00", "scope": "all"}
        with time_machine.travel(december(3, 9), tick=False):
            shown = client.get(page("shift", worked.pk)).content.decode()
            assert "A base manager can correct it." in shown
            assert '<fieldset class="settled" disabled>' in shown
            assert "Save" not in shown.partition("planning-form-title")[2]
            for address in (page("shift", worked.pk), page("shift-move", worked.pk)):
                assert "stays as it is written" in str(errors_of(client.post(address, later)))
            over = duty | {"begins": "2026-12-01T17:00", "ends": "2026-12-01T18:00"}
            assert "stays as it is written" in str(errors_of(client.post(page("shift-add"), over)))

            client.force_login(ManagerFactory(base=yann.base))
            shown = client.get(page("shift", worked.pk)).content.decode()
            assert "the journal says who corrects it" in shown
            assert page("shift-remove", worked.pk) not in shown
            other = DriverFactory(base=yann.base, shift=None)
            assert "stays with who was on duty" in str(
                errors_of(client.post(page("shift", worked.pk), later | {"driver": other.pk}))
            )
            assert client.post(page("shift", worked.pk), later).status_code == 303
        worked.refresh_from_db()
        assert worked.period.upper == december(1, 18)

    def test_one_alone_leaves_the_others(self, client: Client, one_of_many: Shift, duty: dict[str, Any]) -> None:
        sent = duty | {"begins": "2026-12-02T10:00", "scope": "this"}
        assert client.post(page("shift", one_of_many.pk), sent).status_code == 303
        assert list(Shift.objects.order_by("period").values_list("by_hand", flat=True)) == [True, False]
        assert ShiftPattern.objects.get().begins == time(8)

    @pytest.mark.parametrize(("scope", "patterns"), [("following", 2), ("all", 1)])
    def test_with_those_that_follow_or_all(
        self, client: Client, one_of_many: Shift, duty: dict[str, Any], scope: str, patterns: int
    ) -> None:
        with time_machine.travel(NOW + timedelta(days=3), tick=False):
            later = Shift.objects.get(on=date(2026, 12, 9))
            sent = duty | {"begins": "2026-12-09T10:00", "ends": "2026-12-09T18:00", "breaks": "12-13", "scope": scope}
            assert client.post(page("shift", later.pk), sent).status_code == 303
        assert ShiftPattern.objects.count() == patterns
        newest = ShiftPattern.objects.order_by("pk").last()
        assert newest
        assert (newest.begins, newest.breaks) == (time(10), [[time(12), time(13)]])
        assert Shift.objects.get(on=date(2026, 12, 2)).period.lower == december(2, 8), "over: it stays"
        assert Shift.objects.get(on=date(2026, 12, 9)).period.lower == december(9, 10)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"begins": "2026-12-03T08:00", "ends": "2026-12-03T16:00"}, "begins"),
            ({"ends": "2026-12-03T16:00"}, "ends"),
            ({"vehicle": "own"}, "vehicle"),
        ],
    )
    def test_what_is_for_one_shift_is_not_for_all(
        self, client: Client, one_of_many: Shift, duty: dict[str, Any], changes: dict[str, Any], field: str
    ) -> None:
        if "vehicle" in changes:
            changes = {"vehicle": VehicleFactory(base=one_of_many.driver.base).pk}
        errors = errors_of(client.post(page("shift", one_of_many.pk), duty | changes | {"scope": "all"}))
        assert list(errors) == [field]

    def test_dragged_its_breaks_move_along(self, client: Client, yann: Driver) -> None:
        pause = DateTimeTZRange(december(2, 12), december(2, 13))
        shift = ShiftFactory(driver=yann, period=(december(2, 8), december(2, 16)), breaks=[pause])
        dragged = {"begins": "2026-12-04T10:00", "ends": "2026-12-04T18:00"}
        assert client.post(page("shift-move", shift.pk), dragged).status_code == 303
        shift.refresh_from_db()
        assert shift.period.lower == december(4, 10)
        assert shift.breaks == [DateTimeTZRange(december(4, 14), december(4, 15))]

    def test_stretched_its_breaks_stay_or_it_is_refused(self, client: Client, yann: Driver) -> None:
        pause = DateTimeTZRange(december(2, 12), december(2, 13))
        shift = ShiftFactory(driver=yann, period=(december(2, 8), december(2, 16)), breaks=[pause])
        assert client.post(page("shift-move", shift.pk), {"begins": "2026-12-02T06:00"}).status_code == 303
        errors = errors_of(client.post(page("shift-move", shift.pk), {"ends": "2026-12-02T12:30"}))
        assert list(errors) == ["breaks"]
        shift.refresh_from_db()
        assert (shift.period.lower, shift.breaks) == (december(2, 6), [pause])

    def test_dropped_on_another_driver(self, client: Client, one_of_many: Shift) -> None:
        other = DriverFactory(base=one_of_many.driver.base, shift=None)
        assert client.post(page("shift-move", one_of_many.pk), {"driver": other.pk}).status_code == 303
        assert other.shifts.get().period == one_of_many.period
        assert ShiftPattern.objects.get().skipped == [date(2026, 12, 2)]

    @pytest.mark.parametrize(("scope", "left"), [("this", 1), ("following", 1), ("all", 0)])
    def test_removing_asks_how_many(self, client: Client, one_of_many: Shift, scope: str, left: int) -> None:
        second = Shift.objects.get(on=date(2026, 12, 9))
        assert client.post(page("shift-remove", second.pk), {"scope": scope}).status_code == 303
        assert Shift.objects.count() == left


class TestConflicts:
    def test_the_ways_out_are_shown_and_taken(self) -> None:
        with time_machine.travel(NOW, tick=True):
            journey = journey_to("assigned")
            client = signed_in(RegulatorFactory(base=journey.base))
            shift = journey.driver.shifts.get()
            address = reverse("planning-shift-remove", args=[journey.base.code, shift.pk])
            answer = client.post(address)
            assert answer.status_code == 422
            text = answer.content.decode()
            assert journey.ride.code in text
            assert 'value="release"' in text
            assert 'value="keep"' in text
            assert Shift.objects.filter(pk=shift.pk).exists()
            seen = {"way_out_seen": journey.ride.code}
            assert client.post(address, seen | {"way_out": "keep", "way_out_reason": ""}).status_code == 422
            assert client.post(address, seen | {"way_out": "release"}).status_code == 303
        journey.ride.refresh_from_db()
        assert journey.ride.state == "confirmed"
        assert not Shift.objects.filter(pk=shift.pk).exists()

    def test_an_absence_strands_too_and_may_be_kept_with_a_reason(self) -> None:
        with time_machine.travel(NOW, tick=True):
            journey = journey_to("assigned")
            client = signed_in(RegulatorFactory(base=journey.base))
            address = reverse("planning-absence-add", args=[journey.base.code])
            sent = {"driver": journey.driver.pk, "begins": "2026-11-30T00:00", "ends": ""}
            assert client.post(address, sent).status_code == 422
            assert not Absence.objects.exists()
            kept = {"way_out": "keep", "way_out_reason": "She drives this one first", "way_out_seen": journey.ride.code}
            assert client.post(address, sent | kept).status_code == 303
        journey.ride.refresh_from_db()
        assert journey.ride.state == "assigned"


class TestAbsences:
    @pytest.fixture
    def sick(self, yann: Driver) -> Absence:
        sick: Absence = AbsenceFactory(driver=yann, kind="sick", note="Broken leg")
        return sick

    def test_the_control_room_reads_that_and_not_why(self, client: Client, sick: Absence) -> None:
        for address in (page("absence", sick.pk), page("driver", sick.driver.pk), page("absence-remove", sick.pk)):
            text = client.get(address).content.decode()
            assert "Broken leg" not in text
            assert "Sick" not in text
        assert "Away" in client.get(page("driver", sick.driver.pk)).content.decode()

    def test_who_may_not_read_why_neither_loses_nor_writes_it(self, client: Client, sick: Absence) -> None:
        sent = {"driver": sick.driver.pk, "begins": "2026-12-01T08:00", "ends": "", "kind": "leave", "note": "Beach"}
        assert client.post(page("absence", sick.pk), sent).status_code == 303
        sick.refresh_from_db()
        assert (sick.period.upper, sick.kind, sick.note) == (None, "sick", "Broken leg")
        Absence.objects.all().delete()
        assert client.post(page("absence-add"), sent).status_code == 303
        assert Absence.objects.values_list("kind", "note").get() == ("other", "")

    def test_managers_read_and_write_why(self, base: Base, sick: Absence) -> None:
        client = signed_in(ManagerFactory(base=base))
        assert "Broken leg" in client.get(page("absence", sick.pk)).content.decode()
        assert "Sick leave" in client.get(page("driver", sick.driver.pk)).content.decode()
        assert client.get(page("absence-add")).context["form"]["kind"].value() == "leave"
        sent = {"driver": sick.driver.pk, "begins": "2026-12-21T00:00", "ends": "2027-01-04T00:00", "kind": "training"}
        assert client.post(page("absence-add"), sent).status_code == 303
        assert set(Absence.objects.values_list("kind", flat=True)) == {"sick", "training"}
        journal = client.get(reverse("base-journal", args=["brest"])).content.decode()
        assert "absences" in journal
        assert "raining" not in journal

    def test_an_absence_stays_its_drivers(self, base: Base, sick: Absence) -> None:
        """What was written of one person does not become another's, nor is the page refused for what it offers."""
        client = signed_in(ManagerFactory(base=base))
        assert "driver" not in client.get(page("absence", sick.pk)).context["form"].fields
        other = DriverFactory(base=base)
        sent = {"driver": other.pk, "begins": "2026-12-01T08:00", "ends": "", "kind": "sick", "note": "Broken arm"}
        assert client.post(page("absence", sick.pk), sent).status_code == 303
        was = sick.driver
        sick.refresh_from_db()
        assert (sick.driver, sick.note) == (was, "Broken arm")

    def test_an_overlap_is_said_at_its_field(self, client: Client, sick: Absence) -> None:
        sent = {"driver": sick.driver.pk, "begins": "2026-12-10T10:00", "ends": ""}
        assert "already away" in errors_of(client.post(page("absence-add"), sent))["begins"][0]


@pytest.mark.parametrize("address", ["shift-add", "pattern-add", "absence-add", "copy-week"])
@pytest.mark.parametrize(
    "asked",
    [
        {"on": "9999-12-31", "begins": "9999-12-31T23:59", "driver": "9" * 30},
        {"on": "0001-01-01", "ends": "0001-01-01T00:00", "vehicle": "x"},
        {"on": "soon", "begins": "\x00", "driver": "\x00"},
    ],
)
def test_nonsense_in_the_address_says_nothing(client: Client, address: str, asked: dict[str, str]) -> None:
    assert client.get(page(address), asked).status_code == 200


class TestCopyingAWeek:
    def test_it_is_shown_first_and_then_done(self, client: Client, yann: Driver) -> None:
        for day in (1, 2, 9):
            ShiftFactory(driver=yann, period=(december(day, 8), december(day, 16)))
        weeks = {"week": "2026-12-03", "into": "2026-12-07", "driver": ""}
        text = client.get(page("copy-week"), weeks).content.decode()
        assert "1 shift to copy" in text
        assert "1 shift is left out" in text
        assert "another shift is there already" in text
        assert Shift.objects.count() == 3
        assert client.post(page("copy-week"), weeks).status_code == 303
        assert Shift.objects.filter(period__startswith=december(8, 8)).exists()
        answer = client.post(page("copy-week"), weeks)
        assert answer.status_code == 422
        assert "There is nothing to copy" in answer.content.decode()

    def test_of_many_that_are_left_out_the_first_are_shown_and_the_rest_is_folded(
        self, client: Client, yann: Driver
    ) -> None:
        for driver in [yann, *DriverFactory.create_batch(4, base=yann.base, shift=None)]:
            for day in (2, 9):
                ShiftFactory(driver=driver, period=(december(day, 8), december(day, 16)))
        text = client.get(page("copy-week"), {"week": "2026-12-02", "into": "2026-12-09"}).content.decode()
        shown, folded = text.partition("5 shifts are left out")[2].split("<details")
        assert shown.count("another shift is there already") == 3
        assert "2 more" in folded
        assert folded.count("another shift is there already") == 2

    @pytest.mark.parametrize("weeks", [{}, {"week": "2026-12-03", "into": "2026-12-01"}, {"week": "x", "into": "y"}])
    def test_nonsense_is_said(self, client: Client, weeks: dict[str, str]) -> None:
        assert client.post(page("copy-week"), weeks).status_code == 422
        assert client.get(page("copy-week"), weeks).status_code == 200


class TestThePhone:
    def test_a_changed_plan_is_said_and_breaks_are_shown(
        self, client: Client, base: Base, yann: Driver, regulator: User
    ) -> None:
        pause = DateTimeTZRange(NOW + timedelta(hours=3), NOW + timedelta(hours=4))
        ShiftFactory(driver=yann, period=(NOW - timedelta(hours=1), NOW + timedelta(hours=7)), breaks=[pause])
        sent = {"driver": yann.pk, "begins": "2026-12-02T08:00", "ends": "2026-12-02T16:00"}
        client.post(page("shift-add"), sent)
        day = signed_in(yann.user).get(reverse("my-day")).content.decode()
        assert "New shift: Wed 2 Dec. 08:00–16:00." in day
        assert "12:00–13:00" in BeautifulSoup(day, "html.parser").select_one("#breaks").text  # type: ignore[union-attr]
        added = Shift.objects.latest("pk")
        client.post(page("shift", added.pk), sent | {"ends": "2026-12-02T18:00"})
        client.post(page("shift-remove", added.pk))
        day = signed_in(yann.user).get(reverse("my-day")).content.decode()
        assert "Your shift has changed: Wed 2 Dec. 08:00–18:00." in day
        assert "You no longer have the shift of Wed 2 Dec. 08:00–18:00." in day

    def test_of_a_pattern_or_an_absence_the_days_are_shown(self, client: Client, yann: Driver) -> None:
        client.post(page("absence-add"), {"driver": yann.pk, "begins": "2026-12-02T00:00", "ends": ""})
        day = signed_in(yann.user).get(reverse("my-day")).content.decode()
        assert "Your plan has changed" in day
        assert reverse("my-shifts") in day

    def test_a_notice_goes_after_a_day(self, client: Client, yann: Driver) -> None:
        client.post(page("absence-add"), {"driver": yann.pk, "begins": "2026-12-20T00:00", "ends": ""})
        with time_machine.travel(NOW + timedelta(days=1, minutes=1), tick=False):
            assert "Your plan has changed" not in signed_in(yann.user).get(reverse("my-day")).content.decode()
