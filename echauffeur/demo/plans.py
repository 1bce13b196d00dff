"""When the demo's drivers are on duty and away: patterns, the shifts that came and come of them, and a few absences."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from drivers.models import Absence, AbsenceKind, Driver, Shift, ShiftPattern
from drivers.rota import occurrences
from echauffeur.demo.bases import BaseSpec
from echauffeur.demo.people import Crew
from echauffeur.demo.watches import Watch, always, watch_of

BATCH = 2000


def write_plans(specs: dict[str, BaseSpec], crews: dict[str, Crew], first: date, today: date) -> None:
    """Write everybody's patterns from a local date on, their shifts as far as bases can be booked, and absences."""
    patterns = [
        _pattern(driver, watch, first)
        for code, crew in crews.items()
        for number, driver in enumerate(crew.drivers)
        for watch in _watches(specs[code], number)
    ]
    for pattern in patterns:
        pattern.generated_until = today + timedelta(days=pattern.driver.base.horizon_days)
    ShiftPattern.objects.bulk_create(patterns)
    Shift.objects.bulk_create((shift for pattern in patterns for shift in _shifts(pattern, first)), batch_size=BATCH)
    Absence.objects.bulk_create(
        absence for code, crew in crews.items() for absence in _absences(specs[code], crew, today)
    )


def _watches(spec: BaseSpec, number: int) -> list[Watch]:
    if spec.code == "brest" and number == 0:
        # The driver whom visitors play is always on duty, so that the demo can be tried at any hour.
        return always()
    return [watch_of(number, round_the_clock=spec.round_the_clock)]


def _pattern(driver: Driver, watch: Watch, first: date) -> ShiftPattern:
    return ShiftPattern(
        driver=driver,
        weekdays=list(watch.weekdays),
        begins=watch.begins,
        ends=watch.ends,
        breaks=[list(pause) for pause in watch.breaks],
        on_holidays=watch.on_holidays,
        first_day=first,
    )


def _shifts(pattern: ShiftPattern, first: date) -> Iterator[Shift]:
    last = pattern.generated_until
    assert last
    for one in occurrences(pattern, first, last):
        breaks = [DateTimeTZRange(*pause) for pause in one.breaks]
        period = DateTimeTZRange(*one.period)
        yield Shift(driver=pattern.driver, period=period, breaks=breaks, pattern=pattern, on=one.on, by_hand=False)


def _absences(spec: BaseSpec, crew: Crew, today: date) -> Iterator[Absence]:
    """Yield a week of leave and, where many drive, somebody who is ill for nobody knows how long yet."""
    *_others, ill, on_leave = crew.drivers

    def morning(days: int) -> object:
        return crew.base.at(today + timedelta(days=days), time(0))

    yield Absence(
        driver=on_leave, period=DateTimeTZRange(morning(4), morning(11)), kind=AbsenceKind.LEAVE, note="Congés posés"
    )
    if spec.round_the_clock:
        yield Absence(driver=ill, period=DateTimeTZRange(morning(-1), None), kind=AbsenceKind.SICK)
    else:
        yield Absence(driver=ill, period=DateTimeTZRange(morning(2), morning(3)), kind=AbsenceKind.TRAINING)
