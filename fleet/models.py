"""Vehicles, and when they are out of service."""

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.models import Base
from echauffeur.common.models import choices_constraint
from echauffeur.journal.actions import Subject


class Licence(models.TextChoices):
    """Categories of driving licence that the service's vehicles need."""

    B = "B", _("B: light vehicle")
    BE = "BE", _("BE: light vehicle with trailer")
    C = "C", _("C: lorry")
    D1 = "D1", _("D1: minibus, 16 passengers")
    D = "D", _("D: coach")


class VehicleModel(models.Model):
    """A make and model, and what it carries beside its driver."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    seats = models.PositiveSmallIntegerField(
        _("passenger seats"), validators=[MinValueValidator(1)], help_text=_("Without the driver's.")
    )
    wheelchair_places = models.PositiveSmallIntegerField(_("wheelchair places"), default=0)
    licence = models.CharField(_("licence needed"), max_length=2, choices=Licence.choices, default=Licence.B)

    class Meta:
        verbose_name = _("vehicle model")
        verbose_name_plural = _("vehicle models")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seats__gte=1),
                name="model_has_a_seat",
                violation_error_message=_("A vehicle carries at least one passenger."),
            ),
            choices_constraint("licence", Licence, "model_licence_exists"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> Subject:
        return Subject("model", self.pk, self.name)


class VehicleQuerySet(models.QuerySet["Vehicle"]):
    def of(self, base: Base) -> "VehicleQuerySet":
        return self.filter(base=base)

    def enabled(self) -> "VehicleQuerySet":
        return self.filter(enabled=True)

    def with_model(self) -> "VehicleQuerySet":
        return self.select_related("model")


class Vehicle(models.Model):
    """One car, van or coach of a base."""

    base = models.ForeignKey(Base, models.PROTECT, related_name="vehicles", verbose_name=_("base"))
    model = models.ForeignKey(VehicleModel, models.PROTECT, related_name="vehicles", verbose_name=_("model"))
    name = models.CharField(_("call name"), max_length=30, help_text=_("What the control room calls it: Zoé 3."))
    plate = models.CharField(_("plate"), max_length=12, unique=True)
    colour = models.CharField(_("colour"), max_length=30, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["base", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["base", "name"],
                name="vehicle_name_once_per_base",
                violation_error_message=_("This base already has a vehicle of that name."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.plate})"

    @property
    def subject(self) -> Subject:
        return Subject("vehicle", self.pk, self.name)


class UnavailabilityReason(models.TextChoices):
    MAINTENANCE = "maintenance", _("Maintenance")
    BREAKDOWN = "breakdown", _("Breakdown")
    INSPECTION = "inspection", _("Technical inspection")
    LENT = "lent", _("Lent out")


class Unavailability(models.Model):
    """A vehicle out of service for a period (from included, until excluded)."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="unavailabilities", verbose_name=_("vehicle"))
    period = DateTimeRangeField(_("period"))
    reason = models.CharField(_("reason"), max_length=12, choices=UnavailabilityReason.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("unavailability")
        verbose_name_plural = _("unavailabilities")
        ordering = ["period"]
        indexes = [GistIndex(fields=["period"], name="unavailability_period")]
        constraints = [
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False),
                name="unavailability_begins",
                violation_error_message=_("The end comes after the beginning."),
            ),
            choices_constraint("reason", UnavailabilityReason, "unavailability_reason_exists"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle} · {self.get_reason_display()}"
