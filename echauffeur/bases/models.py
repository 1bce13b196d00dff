"""A base is the tenant: everything local hangs on one, and its clock is its own."""

import zoneinfo
from datetime import date, datetime, time, timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.lookups import Unaccent
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.common.models import LatitudeField, LongitudeField, choices_constraint
from echauffeur.journal.actions import Subject

# As people look a name up: the database's own order puts Évreux behind Zone nord.
BY_NAME = Lower(Unaccent("name"))


def is_time_zone(name: str) -> None:
    """Raise ValidationError when the IANA data does not know the zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Write one such as Europe/Paris."), params={"name": name}
        )


class Base(models.Model):
    """A defence base, and the rules it set itself. Durations say their unit in their name."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    code = models.SlugField(
        _("code"), max_length=30, unique=True, help_text=_("Stands in addresses: brest, la-rochelle…")
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Paris", validators=[is_time_zone])
    latitude = LatitudeField(_("latitude of the centre"))
    longitude = LongitudeField(_("longitude of the centre"))
    phone_customers = models.CharField(_("control room's number for customers"), max_length=20)
    phone_drivers = models.CharField(_("control room's number for drivers"), max_length=20)
    shortest_notice_minutes = models.PositiveSmallIntegerField(_("shortest notice (minutes)"), default=15)
    horizon_days = models.PositiveSmallIntegerField(_("bookable ahead (days)"), default=60)
    ride_minutes = models.PositiveSmallIntegerField(
        _("usual length of a ride (minutes)"), default=20, validators=[MinValueValidator(1)]
    )
    no_show_minutes = models.PositiveSmallIntegerField(_("waiting time before no-show (minutes)"), default=10)
    auto_confirm = models.BooleanField(_("confirm requests without a regulator"), default=False)
    mean_speed_kmh = models.PositiveSmallIntegerField(
        _("mean speed on the base (km/h)"), default=28, validators=[MinValueValidator(5)]
    )
    winding_factor = models.FloatField(
        _("road distance ÷ straight distance"), default=1.35, validators=[MinValueValidator(1.0)]
    )

    class Meta:
        verbose_name = _("base")
        verbose_name_plural = _("bases")
        ordering = [BY_NAME]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="base_centre_is_on_earth",
                violation_error_message=_("Latitude goes from -90 to 90, longitude from -180 to 180."),
            ),
            models.CheckConstraint(
                condition=Q(mean_speed_kmh__gte=5, winding_factor__gte=1),
                name="base_travel_is_possible",
                violation_error_message=_("The mean speed is at least 5 km/h, the winding factor at least 1."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def base(self) -> "Base":
        """The base itself, for whatever handles rows of a base."""
        return self

    @property
    def subject(self) -> Subject:
        return Subject("base", self.pk, self.code)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def local(self, moment: datetime) -> datetime:
        """Return the moment on the base's own clock."""
        return moment.astimezone(self.zone)

    def today(self) -> date:
        """Return the base's own date now."""
        return self.local(timezone.now()).date()

    def day(self, on: date) -> tuple[datetime, datetime]:
        """Return when the base's day begins and when the next one does; 23 to 25 hours apart."""
        return self.at(on, time.min), self.at(on + timedelta(days=1), time.min)

    def at(self, on: date, clock: time) -> datetime:
        """Return the moment at which the base's clock shows this; of two such moments, the earlier."""
        return datetime.combine(on, clock, tzinfo=self.zone)


class OpeningHours(models.Model):
    """One opening of a base on a weekday, in local time. A base without any is always open."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    base = models.ForeignKey(Base, models.CASCADE, related_name="opening_hours", verbose_name=_("base"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("23:59 means the end of the day."))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["base", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="opening_closes_after_it_opens",
                violation_error_message=_("Closing time comes after opening time. For a night, write two lines."),
            ),
            models.CheckConstraint(
                condition=Q(weekday__range=(0, 6)),
                name="opening_weekday_exists",
                violation_error_message=_("A weekday goes from Monday to Sunday."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class PlaceKind(models.TextChoices):
    GATE = "gate", _("Gate")
    OFFICE = "office", _("Office")
    LODGING = "lodging", _("Lodging")
    MESS = "mess", _("Mess")
    MEDICAL = "medical", _("Medical centre")
    STATION = "station", _("Station")
    QUAY = "quay", _("Quay")
    AIRFIELD = "airfield", _("Airfield")
    WORKSHOP = "workshop", _("Workshop")
    SPORT = "sport", _("Sport")
    OTHER = "other", _("Other")


class PlaceQuerySet(models.QuerySet["Place"]):
    def of(self, base: Base) -> "PlaceQuerySet":
        return self.filter(base=base)

    def enabled(self) -> "PlaceQuerySet":
        return self.filter(enabled=True)


class Place(models.Model):
    """A named pick-up point of a base."""

    base = models.ForeignKey(Base, models.PROTECT, related_name="places", verbose_name=_("base"))
    name = models.CharField(_("name"), max_length=80)
    aliases = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("aliases"),
        default=list,
        blank=True,
        help_text=_("Other names people search by, separated by commas."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=PlaceKind.choices, default=PlaceKind.OTHER)
    latitude = LatitudeField(_("latitude"))
    longitude = LongitudeField(_("longitude"))
    access_note = models.CharField(_("access note"), max_length=200, blank=True)
    arrival_radius_m = models.PositiveSmallIntegerField(_("arrival radius (metres)"), default=60)
    enabled = models.BooleanField(_("enabled"), default=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["base", BY_NAME]
        indexes = [GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="place_name_trigrams")]
        constraints = [
            models.UniqueConstraint(
                fields=["base", "name"],
                name="place_name_once_per_base",
                violation_error_message=_("This base already has a place of that name."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="place_is_on_earth",
                violation_error_message=_("Latitude goes from -90 to 90, longitude from -180 to 180."),
            ),
            choices_constraint("kind", PlaceKind, "place_kind_exists"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> Subject:
        return Subject("place", self.pk, self.name)
