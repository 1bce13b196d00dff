"""Which of a base's vehicles can be had from one moment to another, and every reason why the others cannot.

One truth for pages and actions. Shifts and missions lie in apps above: they are asked for by the names of relations.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import BooleanField, Exists, Expression, ExpressionWrapper, F, OuterRef, Q
from django.utils.translation import gettext as _

from echauffeur.accounts.models import Membership
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from echauffeur.common.obstacles import Against, Obstacle
from echauffeur.common.periods import is_within, meets
from fleet.due import obstacles as overdue
from fleet.models import UnavailabilityReason, Vehicle


@dataclass(frozen=True)
class Outage:
    """A time out of service."""

    period: DateTimeTZRange
    reason: str

    def __str__(self) -> str:
        return _("out of service: %(reason)s") % {"reason": UnavailabilityReason(self.reason).label}


@dataclass(frozen=True)
class Taken:
    """A time for which somebody has a driver or vehicle: a mission by its code, or a driver's shift by their name."""

    period: DateTimeTZRange
    name: str


@dataclass(frozen=True)
class Given(Taken):
    """A time for which a driver's shift takes the vehicle over; ``away``: when that driver is not there for it."""

    shift: int
    driver: int
    may_drive: bool = True
    away: list[DateTimeTZRange] = field(default_factory=list)

    def is_void(self, start: datetime, end: datetime) -> bool:
        """Whether the driver does not come for the vehicle for any part of that time."""
        return not self.may_drive or is_within(self.period, start, end, self.away)


@dataclass(frozen=True)
class VehicleTime:
    """A vehicle of a base, and all that concerns it around some time; ``mileage`` in km as last read, None: never.

    ``given`` are the shifts of drivers who take it over, ``missions`` the live ones.
    """

    base: Base
    row: Vehicle
    outages: list[Outage] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    missions: list[Taken] = field(default_factory=list)
    mileage: int | None = None

    def obstacles(self, start: datetime, end: datetime, *, driver: int | None = None) -> list[Obstacle]:
        """Return every reason against the vehicle from start to end but for missions. ``driver``: whom it is for."""
        found = [] if self.row.enabled else [Obstacle(Against.RETIRED, _("no longer in the fleet"))]
        found += self.out(start, end)
        day = self.base.local(end).date()
        found += [Obstacle(Against.OVERDUE, words) for words in overdue(self.row, day, self.mileage)]
        others = [shift for shift in self._of_others(start, end, driver) if not shift.is_void(start, end)]
        words = _("with %(name)s from %(start)s to %(end)s")
        return found + [Obstacle(Against.GIVEN, self._in_words(words, shift)) for shift in others]

    def out(self, start: datetime, end: datetime) -> list[Obstacle]:
        """Return the times out of service that meet that time, as reasons against it."""
        met = [outage for outage in self.outages if meets(outage.period, start, end)]
        return [Obstacle(Against.OUT_OF_SERVICE, str(outage)) for outage in met]

    def notes(self, start: datetime, end: datetime, *, driver: int | None = None) -> list[str]:
        """Return why it can be had although the shifts of other drivers take it over from start to end."""
        left, away = (
            _("planned for %(name)s from %(start)s to %(end)s, who no longer drives"),
            _("planned for %(name)s from %(start)s to %(end)s, who is away"),
        )
        void = [shift for shift in self._of_others(start, end, driver) if shift.is_void(start, end)]
        return [self._in_words(away if shift.may_drive else left, shift) for shift in void]

    def _of_others(self, start: datetime, end: datetime, driver: int | None) -> list[Given]:
        return [shift for shift in self.given if shift.driver != driver and meets(shift.period, start, end)]

    def is_given_to(self, driver: int, start: datetime, end: datetime) -> bool:
        """Whether a shift of this driver takes the vehicle over for part of that time."""
        return any(shift.driver == driver and meets(shift.period, start, end) for shift in self.given)

    def busy(self, start: datetime, end: datetime) -> list[Obstacle]:
        """Return the missions that have it for part of that time, as reasons against it."""
        words = _("on mission %(name)s from %(start)s to %(end)s")
        taken = [mission for mission in self.missions if meets(mission.period, start, end)]
        return [Obstacle(Against.BUSY, self._in_words(words, mission)) for mission in taken]

    def _in_words(self, sentence: str, taken: Taken) -> str:
        lower, upper = (f"{self.base.local(moment):%H:%M}" for moment in (taken.period.lower, taken.period.upper))
        return sentence % {"name": taken.name, "start": lower, "end": upper}


@dataclass(frozen=True)
class VehicleAnswer:
    """Whether a vehicle can be had, and if not, every reason; ``notes``: why it can, where a plan says otherwise."""

    row: Vehicle
    obstacles: list[Obstacle]
    notes: list[str]

    @property
    def is_free(self) -> bool:
        return not self.obstacles


def vehicle_availability(
    base: Base, start: datetime, end: datetime, *, driver: int | None = None
) -> list[VehicleAnswer]:
    """Return every vehicle of the base with all reasons against it from start to end: one query.

    ``driver``: for whom, by id; a shift of theirs that takes the vehicle over does not stand in the way.
    """
    return [
        VehicleAnswer(
            time.row,
            [*time.obstacles(start, end, driver=driver), *time.busy(start, end)],
            time.notes(start, end, driver=driver),
        )
        for time in vehicle_times(base, start, end)
    ]


def vehicle_times(
    base: Base, start: datetime, end: datetime, *, only: Iterable[int] | None = None
) -> list[VehicleTime]:
    """Return the base's vehicles, or only these, by name, with what concerns them from start to end: one query."""
    rows: Any = Vehicle.objects.of(base).with_model().with_figures().order_by("name", "pk")
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    out = {"unavailabilities__period__overlap": (start, end)}
    shifts = {"shifts__period__overlap": (start, end)}
    away = shifts | {"shifts__driver__absences__period__overlap": (start, end)}
    driven = {"missions__period__overlap": (start, end), "missions__ended_at": None}
    rows = rows.annotate(
        out_periods=_each("unavailabilities__period", "unavailabilities", out),
        out_reasons=_each("unavailabilities__reason", "unavailabilities", out),
        shift_ids=_each("shifts__pk", "shifts", shifts),
        shift_periods=_each("shifts__period", "shifts", shifts),
        shift_drivers=_each("shifts__driver_id", "shifts", shifts),
        shift_first_names=_each("shifts__driver__user__first_name", "shifts", shifts),
        shift_last_names=_each("shifts__driver__user__last_name", "shifts", shifts),
        shift_entitled=_each(_may_drive(base), "shifts", shifts),
        away_shifts=_each("shifts__pk", "shifts", away),
        away_periods=_each("shifts__driver__absences__period", "shifts", away),
        mission_periods=_each("missions__period", "missions", driven),
        mission_codes=_each("missions__code", "missions", driven),
    )
    return [_time_of(base, row) for row in rows]


def _each(value: str | Expression, relation: str, which: dict[str, Any]) -> ArraySubquery:
    """Return the values of a vehicle's related rows, the earliest first: all lists of one relation in one order."""
    own = Vehicle.objects.filter(pk=OuterRef("pk")).filter(**which)
    wanted = F(value) if isinstance(value, str) else value
    return ArraySubquery(own.order_by(f"{relation}__period", f"{relation}__pk").values_list(wanted))


def _may_drive(base: Base) -> Expression:
    """Return whether the driver of a shift may drive: nothing is switched off, and they hold the role on the base."""
    held = Membership.objects.filter(user=OuterRef("shifts__driver__user"), base=base, role=Role.DRIVER)
    may = Q(shifts__driver__enabled=True, shifts__driver__user__is_active=True) & Q(Exists(held))
    return ExpressionWrapper(may, output_field=BooleanField())


def _given(row: Any) -> list[Given]:
    names = [
        f"{first[:1]}. {last}" if first and last else first or last
        for first, last in zip(row.shift_first_names, row.shift_last_names, strict=True)
    ]
    away: dict[int, list[DateTimeTZRange]] = defaultdict(list)
    for shift, period in zip(row.away_shifts, row.away_periods, strict=True):
        away[shift].append(period)
    shifts = zip(row.shift_periods, names, row.shift_ids, row.shift_drivers, row.shift_entitled, strict=True)
    return [Given(*shift, away=away[shift[2]]) for shift in shifts]


def _time_of(base: Base, row: Any) -> VehicleTime:
    return VehicleTime(
        base,
        row,
        [Outage(*out) for out in zip(row.out_periods, row.out_reasons, strict=True)],
        _given(row),
        [Taken(*mission) for mission in zip(row.mission_periods, row.mission_codes, strict=True)],
        row.mileage,
    )
