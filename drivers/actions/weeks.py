"""Copying a week of shifts into another one, on the base's clock: of one driver, or of all."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.actions.generation import BATCH, Diary
from drivers.actions.planning import planning
from drivers.models import Absence, Driver, Shift, ShiftQuerySet
from drivers.rota import Period
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.recurrence import DAYS_PER_WEEK, moment_on, monday_of
from echauffeur.common.refusals import Refusal
from fleet.commitments import WayOut
from fleet.models import Vehicle

WHY_NOT: dict[str, Promise] = {
    "over": gettext_lazy("it would be over already"),
    "taken": gettext_lazy("another shift is there already"),
    "away": gettext_lazy("away then"),
    "skipped": gettext_lazy("the clocks skip it"),
}


@dataclass
class Copied:
    """A shift of the week to copy, and what becomes of it there. ``why_not``: why it is left out, if it is.

    ``without_vehicle``: somebody else has its vehicle then, by a shift or on a mission, so it is copied without.
    """

    shift: Shift
    period: Period
    breaks: list[Period]
    why_not: Promise | str = ""
    without_vehicle: bool = False


def plan_copy(
    base: Base, week: date, into: date, *, driver: Driver | None = None, now: datetime | None = None
) -> list[Copied]:
    """Return what copying the shifts that begin in the week of a local day into another week would make of each.

    They come in order. It takes five queries, however many shifts there are.
    """
    now, days = now or timezone.now(), (monday_of(into) - monday_of(week)).days
    found = list(_shifts_of(base, week, driver).select_related("driver__user", "vehicle").order_by("period", "driver"))
    copies = [_moved(base, shift, days) for shift in found]
    if copies:
        _judge(copies, now)
    return copies


def copy_week(
    *, base: Base, week: date, into: date, by: User, driver: Driver | None = None, way_out: WayOut | None = None
) -> list[Copied]:
    """Copy the shifts of a week into another one, and return what became of each. Copies are shifts by hand.

    Raises Refusal when nothing would be copied.
    """
    shifts = _shifts_of(base, week, driver)
    ids, vehicles = (set(shifts.values_list(column, flat=True)) for column in ("driver", "vehicle"))
    with planning(ids, "shifts", by=by, way_out=way_out, vehicles=vehicles):
        copies = [copy for copy in plan_copy(base, week, into, driver=driver) if copy.shift.driver_id in ids]
        made = [copy for copy in copies if not copy.why_not]
        if not made:
            raise Refusal(_("There is nothing to copy: no shift of that week finds room in the other."))
        Shift.objects.bulk_create((_row(copy) for copy in made), batch_size=BATCH)
    return copies


def _shifts_of(base: Base, week: date, driver: Driver | None) -> ShiftQuerySet:
    """Return the shifts that begin in that week, of one driver or of all who are not switched off."""
    start, end = (base.day(monday_of(week) + timedelta(days=n))[0] for n in (0, DAYS_PER_WEEK))
    shifts = Shift.objects.of(base).filter(period__startswith__gte=start, period__startswith__lt=end)
    shifts = shifts.filter(driver__enabled=True, driver__user__is_active=True)
    return shifts.filter(driver=driver) if driver else shifts


def _moved(base: Base, shift: Shift, days: int) -> Copied:
    """Return the shift so many days later, at the same times of the clock."""
    period, *breaks = (_later(base, span, days) for span in (shift.period, *shift.breaks))
    fit = [pause for pause in breaks if period[0] <= pause[0] < pause[1] <= period[1]]
    return Copied(shift, period, fit)


def _later(base: Base, span: DateTimeTZRange, days: int) -> Period:
    """Return the time so many days later, at the same times of the clock.

    What ends, on the clock, before it begins, because it lies in the hour that the clock shows twice, begins at its
    time and lasts as long as it did.
    """
    start, end = (base.local(moment) for moment in (span.lower, span.upper))
    first, last = (_at(base, local, days) for local in (start, end))
    is_shown_twice = end.replace(tzinfo=None) <= start.replace(tzinfo=None)
    return first, first + (span.upper - span.lower) if is_shown_twice else last


def _at(base: Base, local: datetime, days: int) -> datetime:
    clock = time(local.hour, local.minute, local.second)
    return moment_on(base.zone, local.date() + timedelta(days=days), clock)


def _judge(copies: list[Copied], now: datetime) -> None:
    """Say of each copy why it is left out, if it is, and whether somebody else has its vehicle."""
    drivers = {copy.shift.driver_id for copy in copies}
    start, end = min(copy.period[0] for copy in copies), max(copy.period[1] for copy in copies)
    diary = Diary.of(drivers, start, end)
    vehicles, missions = _vehicles_taken(copies, start, end), _missions_with_vehicles(copies, start, end)
    away = list(Absence.objects.overlapping(start, end).filter(driver__in=drivers).values_list("driver", "period"))
    for copy in copies:
        reason = ""
        if copy.period[0] >= copy.period[1]:
            reason = "skipped"
        elif copy.period[1] <= now:
            reason = "over"
        elif any(who == copy.shift.driver_id and _touches(copy.period, span) for who, span in away):
            reason = "away"
        elif not diary.take(copy.shift.driver_id, copy.period):
            reason = "taken"
        copy.why_not = WHY_NOT.get(reason, "")
        if not reason and copy.shift.vehicle_id:
            on_mission = any(_is_with_another(copy, *mission) for mission in missions)
            copy.without_vehicle = on_mission or not vehicles.take(copy.shift.vehicle_id, copy.period)


def _vehicles_taken(copies: list[Copied], start: datetime, end: datetime) -> Diary:
    diary = Diary()
    ids = {copy.shift.vehicle_id for copy in copies if copy.shift.vehicle_id}
    rows = Shift.objects.overlapping(start, end).filter(vehicle__in=ids).order_by("period")
    for vehicle, period in rows.values_list("vehicle", "period"):
        diary.periods[vehicle].append((period.lower, period.upper))
    return diary


def _missions_with_vehicles(
    copies: list[Copied], start: datetime, end: datetime
) -> list[tuple[int, int, DateTimeTZRange]]:
    """Return vehicle, driver and period of the live missions: they lie in an app above, asked for by their relation."""
    ids = {copy.shift.vehicle_id for copy in copies if copy.shift.vehicle_id}
    taken = Vehicle.objects.filter(pk__in=ids, missions__period__overlap=(start, end), missions__ended_at=None)
    return list(taken.values_list("pk", "missions__driver", "missions__period"))


def _is_with_another(copy: Copied, vehicle: int, driver: int, period: DateTimeTZRange) -> bool:
    """Return whether such a mission has the copy's vehicle, with somebody else at its wheel."""
    return vehicle == copy.shift.vehicle_id and driver != copy.shift.driver_id and _touches(copy.period, period)


def _touches(period: Period, span: DateTimeTZRange) -> bool:
    return bool(span.lower < period[1] and (span.upper is None or period[0] < span.upper))


def _row(copy: Copied) -> Shift:
    return Shift(
        driver=copy.shift.driver,
        period=DateTimeTZRange(*copy.period),
        breaks=[DateTimeTZRange(*pause) for pause in copy.breaks],
        vehicle=None if copy.without_vehicle else copy.shift.vehicle,
        by_hand=True,
    )
