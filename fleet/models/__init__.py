"""Vehicles, what becomes of them, and the phones that a base lends to its drivers."""

from fleet.models.handsets import Handset, HandsetQuerySet, is_imei
from fleet.models.vehicles import (
    MODEL_OF_ANOTHER_BASE,
    Licence,
    Reading,
    ReadingKind,
    Unavailability,
    UnavailabilityPattern,
    UnavailabilityQuerySet,
    UnavailabilityReason,
    Vehicle,
    VehicleModel,
    VehicleModelQuerySet,
    VehicleQuerySet,
)

__all__ = [
    "MODEL_OF_ANOTHER_BASE",
    "Handset",
    "HandsetQuerySet",
    "Licence",
    "Reading",
    "ReadingKind",
    "Unavailability",
    "UnavailabilityPattern",
    "UnavailabilityQuerySet",
    "UnavailabilityReason",
    "Vehicle",
    "VehicleModel",
    "VehicleModelQuerySet",
    "VehicleQuerySet",
    "is_imei",
]
