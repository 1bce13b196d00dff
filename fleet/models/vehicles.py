"""Vehicles, when they are out of service, and the phones that a base lends to its drivers."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.models import Base
from echauffeur.common.models import Recurring, choices_constraint, recurring_constraints
from echauffeur.journal.actions import Subject
from fleet.due import is_low, kilometres_in_words


class Licence(models.TextChoices):
    """Categories of driving licence that the service's vehicles need."""

    B = "B", _("B: light vehicle")
    BE = "BE", _("BE: light vehicle with trailer")
    C = "C", _("C: lorry")
    D1 = "D1", _("D1: minibus, 16 passengers")
    D = "D", _("D: coach")


class VehicleModelQuerySet(models.QuerySet["VehicleModel"]):
    def usable_on(self, base: Base) -> "VehicleModelQuerySet":
        """Keep the models of the whole service and the base's own."""
        return self.filter(Q(base=None) | Q(base=base))


class VehicleModel(models.Model):
    """A make and model, and what it carries beside its driver. Without a base it is for the whole service."""

    base = models.ForeignKey(
        Base,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="vehicle_models",
        verbose_name=_("base"),
        help_text=_("Empty: every base may have such vehicles."),
    )
    name = models.CharField(_("name"), max_length=60)
    seats = models.PositiveSmallIntegerField(
        _("passenger seats"), validators=[MinValueValidator(1)], help_text=_("Without the driver's.")
    )
    wheelchair_places = models.PositiveSmallIntegerField(_("wheelchair places"), default=0)
    licence = models.CharField(_("licence needed"), max_length=2, choices=Licence.choices, default=Licence.B)

    objects = VehicleModelQuerySet.as_manager()

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
            models.UniqueConstraint(
                fields=["base", "name"],
                name="model_name_once_per_base_or_service",
                nulls_distinct=False,
                violation_error_message=_("There is already a model of that name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError when vehicles of other bases are of this model, which is to be one base's alone."""
        if self.pk and self.base_id and self.vehicles.exclude(base=self.base_id).exists():
            raise ValidationError(
                {"base": _("Other bases have vehicles of this model. Leave the base empty, or add a model of its own.")}
            )

    def is_usable_on(self, base_id: int) -> bool:
        """Whether that base may have vehicles of this model."""
        return self.base_id in (None, base_id)

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

    def with_outages(self, moment: datetime) -> "VehicleQuerySet":
        """Bring along, as ``out_now``, what keeps each vehicle out of service at that moment."""
        running = Unavailability.objects.filter(period__contains=moment)
        return self.prefetch_related(models.Prefetch("unavailabilities", running, to_attr="out_now"))

    def with_figures(self) -> "VehicleQuerySet":
        """Annotate ``mileage`` (km) and ``energy`` (% left) as they were last read; None when nobody ever did."""
        read = Reading.objects.filter(vehicle=models.OuterRef("pk"))
        levels = read.exclude(energy_percent=None)
        return self.annotate(
            mileage=models.Subquery(read.values("kilometres")[:1]),
            energy=models.Subquery(levels.values("energy_percent")[:1]),
        )


MODEL_OF_ANOTHER_BASE = _("This model is another base's own. Choose one of the service's or of this base.")


class Vehicle(models.Model):
    """One car, van or coach of a base."""

    base = models.ForeignKey(Base, models.PROTECT, related_name="vehicles", verbose_name=_("base"))
    model = models.ForeignKey(VehicleModel, models.PROTECT, related_name="vehicles", verbose_name=_("model"))
    name = models.CharField(_("call name"), max_length=30, help_text=_("What the control room calls it: Zoé 3."))
    plate = models.CharField(_("plate"), max_length=12, unique=True)
    colour = models.CharField(_("colour"), max_length=30, blank=True)
    inspection_until = models.DateField(
        _("technical inspection holds until"),
        null=True,
        blank=True,
        help_text=_("After that day nobody can be given it."),
    )
    maintenance_due_on = models.DateField(
        _("next maintenance until"), null=True, blank=True, help_text=_("After that day nobody can be given it.")
    )
    maintenance_due_km = models.PositiveIntegerField(
        _("next maintenance at (km)"),
        null=True,
        blank=True,
        help_text=_("From that mileage on nobody can be given it."),
    )
    warned_for: "models.Field[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, editable=False
    )
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

    def clean(self) -> None:
        """Raise ValidationError when the model is another base's own."""
        if self.model_id and self.base_id and not self.model.is_usable_on(self.base_id):
            raise ValidationError({"model": MODEL_OF_ANOTHER_BASE})

    @property
    def subject(self) -> Subject:
        return Subject("vehicle", self.pk, self.name)


class UnavailabilityReason(models.TextChoices):
    MAINTENANCE = "maintenance", _("Maintenance")
    BREAKDOWN = "breakdown", _("Breakdown")
    INSPECTION = "inspection", _("Technical inspection")
    LENT = "lent", _("Lent out")


class UnavailabilityPattern(Recurring):
    """When a vehicle is out of service again and again: the wash of every other Monday."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="patterns", verbose_name=_("vehicle"))
    reason = models.CharField(_("reason"), max_length=12, choices=UnavailabilityReason.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("recurring unavailability")
        verbose_name_plural = _("recurring unavailabilities")
        ordering = ["first_day", "begins"]
        constraints = [
            *recurring_constraints("outage"),
            choices_constraint("reason", UnavailabilityReason, "outage_reason_exists"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle} · {self.get_reason_display()}"


class UnavailabilityQuerySet(models.QuerySet["Unavailability"]):
    def of(self, base: Base) -> "UnavailabilityQuerySet":
        return self.filter(vehicle__base=base)

    def overlapping(self, start: datetime, end: datetime) -> "UnavailabilityQuerySet":
        return self.filter(period__overlap=(start, end))

    def not_over(self, moment: datetime) -> "UnavailabilityQuerySet":
        """Keep those that run at that moment or are to come."""
        return self.filter(Q(period__endswith__gt=moment) | Q(period__upper_inf=True))


class Unavailability(models.Model):
    """A vehicle out of service for a period (from included, until excluded).

    One of a pattern knows which (``pattern``, ``on``: the base's local day that it is for), and once somebody changed
    it by hand (``by_hand``) it no longer follows it.
    """

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="unavailabilities", verbose_name=_("vehicle"))
    period = DateTimeRangeField(_("period"))
    reason = models.CharField(_("reason"), max_length=12, choices=UnavailabilityReason.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    pattern = models.ForeignKey(
        UnavailabilityPattern,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="unavailabilities",
    )
    on = models.DateField(_("day of the pattern"), null=True, blank=True, editable=False)
    by_hand = models.BooleanField(_("changed by hand"), default=True, editable=False)

    objects = UnavailabilityQuerySet.as_manager()

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
            models.UniqueConstraint(
                fields=["pattern", "on"],
                name="unavailability_once_per_day_of_its_pattern",
                violation_error_message=_("This day of the pattern is already there."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle} · {self.get_reason_display()}"


class ReadingKind(models.TextChoices):
    """When a vehicle's figures were read."""

    START = "start", _("Start of shift")
    END = "end", _("End of shift")
    CHECK = "check", _("In between")


class Reading(models.Model):
    """What stood on a vehicle's dashboard: kilometres, and the energy left in percent of a full tank or battery."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="readings", verbose_name=_("vehicle"))
    kind = models.CharField(_("when"), max_length=5, choices=ReadingKind.choices)
    read_at = models.DateTimeField(_("read at"))
    kilometres = models.PositiveIntegerField(_("kilometres"))
    energy_percent = models.PositiveSmallIntegerField(
        _("energy left (%)"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("read by")
    )

    class Meta:
        verbose_name = _("mileage reading")
        verbose_name_plural = _("mileage readings")
        ordering = ["-read_at", "-pk"]
        indexes = [models.Index(fields=["vehicle", "-read_at"], name="reading_newest")]
        constraints = [
            choices_constraint("kind", ReadingKind, "reading_kind_exists"),
            models.CheckConstraint(
                condition=Q(energy_percent=None) | Q(energy_percent__range=(0, 100)),
                name="reading_energy_is_a_share",
                violation_error_message=_("The energy left goes from 0 to 100 %."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle} · {self.in_words}"

    @property
    def in_words(self) -> str:
        """The kilometres as people read them."""
        return kilometres_in_words(self.kilometres)

    @property
    def is_low(self) -> bool:
        """Whether there was too little energy left to go far."""
        return is_low(self.energy_percent)
