"""What the vehicles of a base can carry; its vehicles, models and phones as its manager looks them up."""

from dataclasses import dataclass

from django.db.models import BooleanField, Count, ExpressionWrapper, Max, Q, QuerySet
from django.utils import timezone

from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import BY_NAME, Base
from fleet.models import (
    Handset,
    HandsetQuerySet,
    Vehicle,
    VehicleModel,
    VehicleModelQuerySet,
    VehicleQuerySet,
)
from fleet.states import HandsetState


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
    vehicles = Vehicle.objects.of(base).with_model().with_outages(timezone.now())
    if not words:
        return vehicles
    return vehicles.filter(Q(name__icontains=words) | Q(plate__icontains=words) | Q(model__name__icontains=words))


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
