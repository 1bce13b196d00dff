"""The doors to a base's vehicles, models and phones. Which base is somebody's to configure, accounts say."""

from django.http import Http404

from echauffeur.bases.models import Base
from fleet.models import Handset, Reading, Unavailability, UnavailabilityPattern, Vehicle, VehicleModel


def vehicle_of(base: Base, pk: int) -> Vehicle:
    """Return the base's vehicle, with its model. Raises Http404 when it is another base's or none."""
    vehicle = Vehicle.objects.of(base).with_model().filter(pk=pk).first()
    if vehicle is None:
        raise Http404
    vehicle.base = base
    return vehicle


def vehicle_to_plan(base: Base, pk: int) -> Vehicle:
    """Return the base's vehicle, with model and what was read last (``mileage``, ``energy``). Raises Http404."""
    vehicle = Vehicle.objects.of(base).with_model().with_figures().filter(pk=pk).first()
    if vehicle is None:
        raise Http404
    vehicle.base = base
    return vehicle


def reading_of(base: Base, pk: int) -> Reading:
    """Return the reading of one of the base's vehicles. Raises Http404 when it is another base's or none."""
    reading = Reading.objects.select_related("vehicle").filter(vehicle__base=base, pk=pk).first()
    if reading is None:
        raise Http404
    return reading


def model_of(base: Base, pk: int) -> VehicleModel:
    """Return the base's own model. Raises Http404 when it is another base's, the whole service's, or none."""
    model = base.vehicle_models.filter(pk=pk).first()
    if model is None:
        raise Http404
    return model


def unavailability_of(base: Base, pk: int) -> Unavailability:
    """Return the unavailability of one of the base's vehicles. Raises Http404 when it is another base's or none."""
    rows = Unavailability.objects.select_related("vehicle__model", "vehicle__base", "pattern")
    out = rows.filter(vehicle__base=base, pk=pk).first()
    if out is None:
        raise Http404
    return out


def outage_pattern_of(base: Base, pk: int) -> UnavailabilityPattern:
    """Return the pattern of one of the base's vehicles. Raises Http404 when it is another base's or none."""
    pattern = UnavailabilityPattern.objects.select_related("vehicle").filter(vehicle__base=base, pk=pk).first()
    if pattern is None:
        raise Http404
    pattern.vehicle.base = base
    return pattern


def handset_of(base: Base, pk: int) -> Handset:
    """Return the base's phone, with its holder. Raises Http404 when it is another base's or none."""
    handset = Handset.objects.of(base).select_related("holder", "base").filter(pk=pk).first()
    if handset is None:
        raise Http404
    return handset
