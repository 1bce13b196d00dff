"""Shifts copied and moved around the nights in which the clocks change: whatever becomes of one, it has a length."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from drivers.actions.weeks import copy_week, plan_copy
from drivers.forms.planning import BreaksField, ShiftForm, moved
from drivers.models import Shift
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from tests.factories import BaseFactory, DriverFactory, RegulatorFactory, ShiftFactory

pytestmark = pytest.mark.django_db
# The days of 2026 in which the clocks change, and from when on one plans there.
CHANGES = {
    "Europe/Paris": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/Miquelon": [date(2026, 3, 8), date(2026, 11, 1)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],  # by half an hour
    "America/Santiago": [date(2026, 4, 5), date(2026, 9, 6)],  # at midnight
}
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Odd:
    """A shift around a change: from so many quarters of an hour after that midnight on, so many long, with a break."""

    zone: str
    on: date
    first: int
    length: int
    rest: int = 0


odd = st.builds(
    lambda change, *numbers: Odd(*change, *numbers),
    st.sampled_from([(zone, on) for zone, changes in CHANGES.items() for on in changes]),
    st.integers(-8, 24),
    st.integers(1, 40),
    st.integers(0, 40),
)
# 02:45 to 02:15, in the hour that is shown twice.
BACKWARDS = Odd("Europe/Paris", date(2026, 10, 25), 11, 2)
tried = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)


@pytest.fixture(autouse=True)
def new_year() -> Any:
    with time_machine.travel(EARLIER, tick=False):
        yield


@pytest.fixture
def bases() -> dict[str, Base]:
    return {zone: BaseFactory(code=f"base{number}", time_zone=zone) for number, zone in enumerate(CHANGES)}


@pytest.fixture
def by(bases: dict[str, Base]) -> User:
    by: User = RegulatorFactory(base=bases["Europe/Paris"])
    return by


def shift_around(base: Base, one: Odd) -> Shift:
    """Give a driver that shift."""
    start = base.day(one.on)[0].astimezone(UTC) + one.first * QUARTER
    pause = start + one.rest % one.length * QUARTER
    period, breaks = (start, start + one.length * QUARTER), [(pause, pause + QUARTER)]
    made = ShiftFactory(driver=DriverFactory(base=base, shift=None), period=period, breaks=breaks)
    return Shift.objects.get(pk=made.pk)


@tried
@given(odd, st.sampled_from([-7, 7]))
@example(BACKWARDS, 7)
@example(Odd("America/Miquelon", date(2026, 11, 1), 3, 2), 7)
def test_a_copy_lasts_and_keeps_its_clock(bases: dict[str, Base], by: User, one: Odd, days: int) -> None:
    base = bases[one.zone]
    shift = shift_around(base, one)
    week = base.local(shift.period.lower).date()
    (copy,) = plan_copy(base, week, week + timedelta(days=days), driver=shift.driver)
    if copy.why_not:
        assert copy.period[0] == copy.period[1], "the clocks skip all of it"
        return
    copy_week(base=base, week=week, into=week + timedelta(days=days), driver=shift.driver, by=by)
    made = shift.driver.shifts.exclude(pk=shift.pk).get()
    assert made.period.lower < made.period.upper
    shown = base.local(made.period.lower).replace(tzinfo=None)
    wanted = base.local(shift.period.lower).replace(tzinfo=None) + timedelta(days=days)
    assert timedelta() <= shown - wanted < timedelta(hours=1), "at its time, or when the skipped hour is over"


@tried
@given(odd, st.tuples(st.integers(-96, 96), st.integers(-96, 96)))
@example(BACKWARDS, (0, 0))
@example(BACKWARDS, (96, 96))
def test_what_is_moved_or_stretched_is_right_or_says_why_not(
    bases: dict[str, Base], by: User, one: Odd, quarters: tuple[int, int]
) -> None:
    base = bases[one.zone]
    shift = shift_around(base, one)
    bounds = zip((shift.period.lower, shift.period.upper), quarters, strict=True)
    begins, ends = (base.local(moment) + add * QUARTER for moment, add in bounds)
    sent = {
        "driver": shift.driver_id,
        "begins": f"{begins:%Y-%m-%dT%H:%M}",
        "ends": f"{ends:%Y-%m-%dT%H:%M}",
        "breaks": BreaksField().prepare_value(moved(shift, base, begins, ends)),
    }
    form = ShiftForm(sent, base=base, instance=shift)
    if form.save_as(by):
        row = Shift.objects.get(pk=shift.pk)
        assert row.period.lower < row.period.upper
        assert all(row.period.lower <= rest.lower < rest.upper <= row.period.upper for rest in row.breaks)
    else:
        assert all(form.errors.values())


def test_a_break_of_the_repeated_hour_is_copied_with_its_length(bases: dict[str, Base]) -> None:
    base = bases["Europe/Paris"]
    shift = shift_around(base, Odd("Europe/Paris", date(2026, 10, 25), -8, 32))
    pause = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)  # 02:50 to 02:10
    Shift.objects.filter(pk=shift.pk).update(breaks=[(pause, pause + timedelta(minutes=20))])
    (copy,) = plan_copy(base, date(2026, 10, 24), date(2026, 10, 31))
    starts = base.at(date(2026, 11, 1), time(2, 50))
    assert copy.breaks == [(starts, starts + timedelta(minutes=20))]
