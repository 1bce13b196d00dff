"""What the vehicles of a base can carry."""

from dataclasses import dataclass

from django.db.models import Max

from echauffeur.bases.models import Base
from fleet.models import Vehicle


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
