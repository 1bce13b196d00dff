"""What takes up the time of a base's drivers and vehicles, of every kind, in one query."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db.models import CharField, F, Func, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from bookings.models import Ride
from bookings.states import RIDE, RideState
from dispatch.models import Mission
from dispatch.queries.periods import Period, overlap
from dispatch.states import MissionState
from drivers.models import Absence, Shift
from echauffeur.bases.models import Base
from fleet.models import Unavailability


class Kind(StrEnum):
    """``RIDE``: one that is to be driven, or was; it takes up nobody's time, and says how much is asked for."""

    SHIFT = "shift"
    ABSENCE = "absence"
    OUTAGE = "outage"
    MISSION = "mission"
    RIDE = "ride"


@dataclass(frozen=True)
class Spell:
    """Some time (from included, until excluded; an end of None is not known yet) of a driver, a vehicle or both.

    ``word`` is a mission's code, a ride's state, why a driver is absent or a vehicle out of service.
    """

    kind: Kind
    pk: int
    driver_id: int | None
    vehicle_id: int | None
    vehicle: str
    starts_at: datetime
    ends_at: datetime | None
    word: str = ""
    breaks: list[Period] = field(default_factory=list)

    def within(self, start: datetime, end: datetime) -> Period | None:
        """Return the part of it that lies between these moments, if any does."""
        return overlap((self.starts_at, self.ends_at or end), (start, end))

    def holds(self, moment: datetime) -> bool:
        """Whether it runs at that moment."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)


NOBODY = Cast(Value(None), IntegerField())
NO_BREAKS = Cast(Value([], ArrayField(DateTimeRangeField())), ArrayField(DateTimeRangeField()))
COLUMNS = ("of_kind", "id", "of_driver", "of_vehicle", "named", "during", "said", "without")


def spells_of(base: Base, start: datetime, end: datetime) -> list[Spell]:
    """Return all that touches the time from start to end, in order; missions but those that were called off."""
    shifts = Shift.objects.of(base).overlapping(start, end)
    absences = Absence.objects.of(base).overlapping(start, end)
    outages = Unavailability.objects.of(base).overlapping(start, end)
    missions = Mission.objects.of(base).overlapping(start, end).exclude(state=MissionState.CALLED_OFF)
    asked_for = [*RIDE.live, RideState.COMPLETED]
    rides = Ride.objects.of(base).filter(state__in=asked_for, pickup_at__gte=start, pickup_at__lt=end)
    pickup = Func(F("pickup_at"), F("pickup_at"), Value("[]"), function="tstzrange", output_field=DateTimeRangeField())
    found = _of(shifts, Kind.SHIFT, driver="driver", vehicle="vehicle", breaks=F("breaks")).union(
        _of(absences, Kind.ABSENCE, driver="driver", word="kind"),
        _of(outages, Kind.OUTAGE, vehicle="vehicle", word="reason"),
        _of(missions, Kind.MISSION, driver="driver", vehicle="vehicle", word="code"),
        _of(rides, Kind.RIDE, period=pickup, word="state"),
        all=True,
    )
    return sorted((_spell(row) for row in found), key=lambda spell: (spell.starts_at, spell.kind, spell.pk))


def _of(
    rows: QuerySet[Any],
    kind: Kind,
    *,
    driver: str = "",
    vehicle: str = "",
    period: Any = None,
    word: str = "",
    breaks: Any = NO_BREAKS,
) -> QuerySet[Any]:
    """Return the rows as columns that all kinds share."""
    text = CharField()
    shared: QuerySet[Any] = (
        rows.order_by()
        .annotate(
            of_kind=Value(str(kind), text),
            of_driver=F(f"{driver}_id") if driver else NOBODY,
            of_vehicle=F(f"{vehicle}_id") if vehicle else NOBODY,
            named=Cast(F(f"{vehicle}__name"), text) if vehicle else Cast(Value(""), text),
            during=period or F("period"),
            said=Cast(F(word), text) if word else Cast(Value(""), text),
            without=breaks,
        )
        .values(*COLUMNS)
    )
    return shared


def _spell(row: dict[str, Any]) -> Spell:
    breaks = sorted((rest.lower, rest.upper) for rest in row["without"])
    return Spell(
        kind=Kind(row["of_kind"]),
        pk=row["id"],
        driver_id=row["of_driver"],
        vehicle_id=row["of_vehicle"],
        vehicle=row["named"] or "",
        starts_at=row["during"].lower,
        ends_at=row["during"].upper,
        word=row["said"],
        breaks=breaks,
    )
