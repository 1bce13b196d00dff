"""What the vehicles of a base can carry; its vehicles, models and phones as its manager looks them up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Max, Q, QuerySet
from django.utils import timezone

from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import BY_NAME, Base
from echauffeur.common.series import days_in_words
from fleet.due import Due, is_low, kilometres_in_words, pressing
from fleet.models import (
    Handset,
    HandsetQuerySet,
    Reading,
    ReadingKind,
    Unavailability,
    UnavailabilityPattern,
    UnavailabilityReason,
    Vehicle,
    VehicleModel,
    VehicleModelQuerySet,
    VehicleQuerySet,
)
from fleet.states import HandsetState

IN_THE_WORKSHOP = (UnavailabilityReason.MAINTENANCE, UnavailabilityReason.INSPECTION, UnavailabilityReason.BREAKDOWN)


@dataclass(frozen=True)
class Party:
    """The most that one vehicle of the base carries: passenger seats and wheelchair places."""

    seats: int
    wheelchair_places: int


def greatest_party(base: Base, *, wheelchairs: int = 0) -> Party:
    """Return the most that one vehicle carries; with wheelchairs, only vehicles that take them count for seats."""
    vehicles = Vehicle.objects.of(base).enabled()
    most = vehicles.aggregate(places=Max("model__wheelchair_places"))["places"] or 0
    fit = vehicles.filter(model__wheelchair_places__gte=min(wheelchairs, most))
    return Party(fit.aggregate(seats=Max("model__seats"))["seats"] or 0, most)


def vehicles_to_configure(base: Base, words: str = "") -> VehicleQuerySet:
    """Return the base's vehicles by name, with model and what keeps them out of service now.

    With words: those whose name, plate or model holds them.
    """
    vehicles = Vehicle.objects.of(base).with_model().with_outages(timezone.now()).with_figures()
    if not words:
        return vehicles
    return vehicles.filter(Q(name__icontains=words) | Q(plate__icontains=words) | Q(model__name__icontains=words))


@dataclass(frozen=True)
class VehicleRow:
    """A vehicle in a list: what keeps it out of service now, which limits press, and what was read last.

    ``mileage`` in km, ``energy`` in percent; None when nobody ever read it.
    """

    vehicle: Vehicle
    out: Unavailability | None
    dues: list[Due]
    mileage: int | None
    energy: int | None

    @property
    def is_low(self) -> bool:
        return is_low(self.energy)

    @property
    def is_overdue(self) -> bool:
        return any(due.is_over for due in self.dues)

    @property
    def mileage_in_words(self) -> str:
        return "" if self.mileage is None else kilometres_in_words(self.mileage)


def vehicle_rows(base: Base, vehicles: Iterable[Vehicle]) -> list[VehicleRow]:
    """Return these vehicles as lists show them, on the base's own day; they come from `vehicles_to_configure`."""
    return [_row(vehicle, base.today()) for vehicle in vehicles]


def _row(vehicle: Any, today: date) -> VehicleRow:
    dues = pressing(vehicle, today, vehicle.mileage) if vehicle.enabled else []
    return VehicleRow(vehicle, next(iter(vehicle.out_now), None), dues, vehicle.mileage, vehicle.energy)


def fleet_to_plan(base: Base) -> list[VehicleRow]:
    """Return the base's vehicles in use as whoever plans needs them: first those with something to do, then by name."""
    rows = vehicle_rows(base, vehicles_to_configure(base).enabled())
    return sorted(rows, key=lambda row: (row.out is None, not row.is_overdue, not row.dues, not row.is_low))


def workshop_now(vehicle: Vehicle) -> Unavailability | None:
    """Return what keeps the vehicle in the workshop at this moment, if anything does."""
    return vehicle.unavailabilities.filter(period__contains=timezone.now(), reason__in=IN_THE_WORKSHOP).first()


def row_of(vehicle: Any) -> VehicleRow:
    """Return a vehicle with its figures (`VehicleQuerySet.with_figures`) as lists show it."""
    out = vehicle.unavailabilities.filter(period__contains=timezone.now()).first()
    dues = pressing(vehicle, vehicle.base.today(), vehicle.mileage) if vehicle.enabled else []
    return VehicleRow(vehicle, out, dues, vehicle.mileage, vehicle.energy)


@dataclass(frozen=True)
class OutagePatternLine:
    """What keeps a vehicle out of service again and again, and on which days, in a few words."""

    row: UnavailabilityPattern
    days: str


def patterns_of(vehicle: Vehicle) -> list[OutagePatternLine]:
    """Return what keeps the vehicle out of service again and again and is not over, on the base's own day."""
    patterns = vehicle.patterns.filter(Q(last_day=None) | Q(last_day__gte=vehicle.base.today()))
    return [OutagePatternLine(pattern, days_in_words(pattern)) for pattern in patterns]


@dataclass(frozen=True)
class ReadingLine:
    """A reading in the vehicle's list. ``driven``: km since the one before; ``on_shift``: since the shift's start."""

    reading: Reading
    driven: int | None
    on_shift: int | None

    @property
    def driven_in_words(self) -> str:
        return "" if self.driven is None else kilometres_in_words(self.driven)

    @property
    def on_shift_in_words(self) -> str:
        return "" if self.on_shift is None else kilometres_in_words(self.on_shift)


def readings_of(vehicle: Vehicle, most: int) -> list[ReadingLine]:
    """Return the vehicle's newest readings, so many at most, newest first."""
    found = list(vehicle.readings.select_related("by")[: most + 1])
    lines = []
    for n, reading in enumerate(found[:most]):
        before = found[n + 1] if n + 1 < len(found) else None
        driven = reading.kilometres - before.kilometres if before else None
        lines.append(ReadingLine(reading, driven, _on_shift(reading, found[n + 1 :])))
    return lines


def _on_shift(reading: Reading, earlier: list[Reading]) -> int | None:
    """Return how far the shift went that this reading ends; None where it ends none, or nobody read its start."""
    if reading.kind != ReadingKind.END:
        return None
    bounds = (other for other in earlier if other.kind != ReadingKind.CHECK)
    start = next(bounds, None)
    is_theirs = start is not None and start.kind == ReadingKind.START and start.by_id == reading.by_id
    return reading.kilometres - start.kilometres if start and is_theirs else None


def models_to_configure(base: Base, words: str = "") -> VehicleModelQuerySet:
    """Return the base's own models and the service's, by name; ``here`` counts the base's vehicles of each."""
    models = (
        VehicleModel.objects.usable_on(base).annotate(here=Count("vehicles", Q(vehicles__base=base))).order_by(BY_NAME)
    )
    return models.filter(name__icontains=words) if words else models


def handsets_to_configure(base: Base, words: str = "") -> HandsetQuerySet:
    """Return the base's phones with their holders, the retired ones last.

    With words: those whose IMEI, serial number, number, model or holder holds them; numbers however they are written.
    """
    retired = ExpressionWrapper(Q(state=HandsetState.RETIRED), output_field=BooleanField())
    handsets = Handset.objects.of(base).select_related("holder").order_by(retired, "model", "serial")
    if not words:
        return handsets
    found = Q(serial__icontains=words) | Q(model__icontains=words)
    for word in words.split():
        found |= Q(holder__first_name__icontains=word) | Q(holder__last_name__icontains=word)
    if digits := "".join(filter(str.isdecimal, words)).removeprefix("0"):
        found |= Q(imei__contains=digits) | Q(number__contains=digits)
    return handsets.filter(found)


def holders_of(base: Base) -> QuerySet[User]:
    """Return who may hold a phone of the base: the people who drive on it. Drivers are an app above, asked by name."""
    driving = User.objects.filter(is_active=True, driving__base=base, driving__enabled=True)
    entitled = driving.filter(memberships__base=base, memberships__role=Role.DRIVER)
    return entitled.order_by("last_name", "first_name")


def handset_held_by(user: User, base: Base) -> Handset | None:
    """Return the base's phone that this person holds, if they hold one."""
    return Handset.objects.of(base).held_by(user.pk).first()
