"""Which of a base's drivers can be had from one moment to another, and every reason why the others cannot.

One truth for pages and actions. Why somebody is away is nobody's business here: they are. Missions lie in an app
above: they are asked for by the name of the relation.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import DateTimeRangeField
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Func, OuterRef
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from drivers.licences import holds_on
from drivers.models import Absence, Driver, Licence, Shift
from echauffeur.bases.models import Base
from echauffeur.common.obstacles import Against, Obstacle
from echauffeur.common.periods import meeting, meets
from fleet.queries.availability import Taken


class _Each(Func):
    """One row for each element of a list."""

    function = "unnest"
    set_returning = True
    output_field = DateTimeRangeField()


@dataclass(frozen=True)
class DriverTime:
    """A driver of a base, and all that concerns them around some time. ``licences``: the last day of each category."""

    base: Base
    row: Driver
    may_drive: bool = True
    duty: list[DateTimeTZRange] = field(default_factory=list)
    breaks: list[DateTimeTZRange] = field(default_factory=list)
    absences: list[DateTimeTZRange] = field(default_factory=list)
    licences: dict[str, date] = field(default_factory=dict)
    missions: list[Taken] = field(default_factory=list)

    def obstacles(
        self, start: datetime, end: datetime, *, wheelchairs: bool = False, licence: str = ""
    ) -> list[Obstacle]:
        """Return every reason against the driver from start to end but for missions; the day is that of the end.

        ``wheelchairs``: some come along. ``licence``: the category that the vehicle takes, where it is known.
        """
        found = [] if self.may_drive else [Obstacle(Against.LEFT, _("no longer drives on this base"))]
        if not any(period.lower <= start and end <= period.upper for period in self.duty):
            words = _("not on duty from %(start)s to %(end)s")
            found.append(Obstacle(Against.OFF_DUTY, words % {"start": self._clock(start), "end": self._clock(end)}))
        found += [
            Obstacle(
                Against.BREAK,
                _("on a break from %(start)s to %(end)s")
                % {"start": self._clock(pause.lower), "end": self._clock(pause.upper)},
            )
            for pause in meeting(self.breaks, start, end)
        ]
        found += self.away(start, end)
        day = self.base.local(end).date()
        found += self._training(day) if wheelchairs else []
        return found + (self.licence_obstacles(licence, end) if licence else [])

    def away(self, start: datetime, end: datetime) -> list[Obstacle]:
        """Return the reason, if there is one, that the driver is away for part of that time; never why."""
        is_away = any(meets(absence, start, end) for absence in self.absences)
        return [Obstacle(Against.AWAY, _("away"))] if is_away else []

    def licence_obstacles(self, category: str, moment: datetime) -> list[Obstacle]:
        """Return the reason, if there is one, that the driver may not drive what takes this category on that day."""
        day, until = self.base.local(moment).date(), self.licences.get(category)
        said = {"driver": self.row.short_name, "licence": category}
        if until is None:
            return [Obstacle(Against.LICENCE, _("%(driver)s has no licence %(licence)s") % said)]
        if holds_on(until, day):
            return []
        words = _("the licence %(licence)s of %(driver)s ended on %(date)s")
        return [Obstacle(Against.LICENCE, words % (said | {"date": _day(until)}))]

    def busy(self, start: datetime, end: datetime) -> list[Obstacle]:
        """Return the missions that the driver is on for part of that time, as reasons against them."""
        words = _("on mission %(name)s from %(start)s to %(end)s")
        return [
            Obstacle(
                Against.BUSY,
                words
                % {
                    "name": mission.name,
                    "start": self._clock(mission.period.lower),
                    "end": self._clock(mission.period.upper),
                },
            )
            for mission in self.missions
            if meets(mission.period, start, end)
        ]

    def _training(self, day: date) -> list[Obstacle]:
        until = self.row.wheelchair_until
        if not self.row.wheelchair_trained:
            return [Obstacle(Against.TRAINING, _("not trained for wheelchairs"))]
        if until is None or holds_on(until, day):
            return []
        return [Obstacle(Against.TRAINING, _("training for wheelchairs ended on %(date)s") % {"date": _day(until)})]

    def _clock(self, moment: datetime) -> str:
        return f"{self.base.local(moment):%H:%M}"


def _day(day: date) -> str:
    return str(date_format(day, "SHORT_DATE_FORMAT"))


@dataclass(frozen=True)
class DriverAnswer:
    """Whether a driver can be had, and if not, every reason."""

    row: Driver
    obstacles: list[Obstacle]

    @property
    def is_free(self) -> bool:
        return not self.obstacles


def driver_availability(
    base: Base, start: datetime, end: datetime, *, wheelchairs: bool = False, licence: str = ""
) -> list[DriverAnswer]:
    """Return every driver of the base with all reasons against them from start to end: one query."""
    return [
        DriverAnswer(
            time.row,
            [*time.obstacles(start, end, wheelchairs=wheelchairs, licence=licence), *time.busy(start, end)],
        )
        for time in driver_times(base, start, end)
    ]


def driver_times(base: Base, start: datetime, end: datetime, *, only: Iterable[int] | None = None) -> list[DriverTime]:
    """Return the base's drivers, or only these, by name, with what concerns them from start to end: one query."""
    rows: Any = Driver.objects.of(base).with_person().with_right().with_duty(start, end)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    shifts = Shift.objects.overlapping(start, end).filter(driver=OuterRef("pk"))
    pauses = shifts.annotate(pause=_Each(F("breaks"))).values("pause")
    away = Absence.objects.overlapping(start, end).filter(driver=OuterRef("pk")).order_by("period")
    held = Licence.objects.filter(driver=OuterRef("pk")).order_by("category")
    driven = Driver.objects.filter(
        pk=OuterRef("pk"), missions__period__overlap=(start, end), missions__ended_at=None
    ).order_by("missions__period", "missions__pk")
    rows = rows.annotate(
        pauses=ArraySubquery(pauses),
        away=ArraySubquery(away.values("period")),
        held_categories=ArraySubquery(held.values("category")),
        held_until=ArraySubquery(held.values("expires_on")),
        mission_periods=ArraySubquery(driven.values("missions__period")),
        mission_codes=ArraySubquery(driven.values("missions__code")),
    )
    return [_time_of(base, row) for row in rows.order_by("user__last_name", "user__first_name", "pk")]


def _time_of(base: Base, row: Any) -> DriverTime:
    return DriverTime(
        base,
        row,
        row.may_drive,
        row.duty,
        sorted(row.pauses, key=lambda pause: pause.lower),
        row.away,
        dict(zip(row.held_categories, row.held_until, strict=True)),
        [Taken(*mission) for mission in zip(row.mission_periods, row.mission_codes, strict=True)],
    )
