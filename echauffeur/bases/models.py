"""A base is the tenant: everything local hangs on one, and its clock is its own."""

import zoneinfo
from datetime import date, datetime, time, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.lookups import Unaccent
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Greatest, Least, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.holidays import HolidayCalendar
from echauffeur.common.distances import distance_in_words, is_on_earth, metres_between
from echauffeur.common.models import LatitudeField, LongitudeField, between, choices_constraint
from echauffeur.common.recurrence import Weekday
from echauffeur.journal.actions import Subject

# As people look a name up: the database's own order puts Évreux behind Zone nord.
BY_NAME = Lower(Unaccent("name"))
SMALLEST_AREA_M, LARGEST_AREA_M = 100, 500_000
# How near a car is to a place, or to an address without one, when it counts as there.
ARRIVAL_RADIUS_M = 60
# What a base may set itself at most; minutes, but for the days of a year and the people of a party.
AN_HOUR, A_DAY, A_WEEK = 60, 24 * 60, 7 * 24 * 60
A_YEAR, LARGEST_PARTY = 366, 500


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
    area_radius_m = models.PositiveIntegerField(
        _("radius of the area (metres)"),
        default=60_000,
        validators=[MinValueValidator(SMALLEST_AREA_M), MaxValueValidator(LARGEST_AREA_M)],
        help_text=_("How far from the centre rides start and end, as the crow flies."),
    )
    phone_customers = models.CharField(_("control room's number for customers"), max_length=20)
    phone_drivers = models.CharField(_("control room's number for drivers"), max_length=20)
    shortest_notice_minutes = models.PositiveSmallIntegerField(
        _("shortest notice (minutes)"), default=15, validators=between(0, A_WEEK)
    )
    # Shifts are generated as far ahead, day by day.
    horizon_days = models.PositiveSmallIntegerField(
        _("bookable ahead (days)"), default=60, validators=between(1, A_YEAR)
    )
    ride_minutes = models.PositiveSmallIntegerField(
        _("usual length of a ride (minutes)"), default=20, validators=between(1, A_DAY)
    )
    no_show_minutes = models.PositiveSmallIntegerField(
        _("waiting time before no-show (minutes)"), default=10, validators=between(0, AN_HOUR)
    )
    auto_confirm = models.BooleanField(_("confirm requests without a regulator"), default=False)
    greatest_party = models.PositiveSmallIntegerField(
        _("greatest party (passengers)"),
        null=True,
        blank=True,
        validators=between(1, LARGEST_PARTY),
        help_text=_("Empty: as many as the largest vehicle carries."),
    )
    motive_required = models.BooleanField(
        _("ask for a motive"), default=False, help_text=_("Who asks for a ride must say what it is for.")
    )
    holiday_calendar = models.CharField(
        _("public holidays"),
        max_length=2,
        choices=HolidayCalendar.choices,
        default=HolidayCalendar.NONE,
        blank=True,
    )
    closed_on_holidays = models.BooleanField(_("closed on public holidays"), default=True)
    mean_speed_kmh = models.PositiveSmallIntegerField(
        _("mean speed on the base (km/h)"), default=28, validators=between(5, 130)
    )
    winding_factor = models.FloatField(_("road distance ÷ straight distance"), default=1.35, validators=between(1, 10))

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
            models.CheckConstraint(
                condition=Q(area_radius_m__range=(SMALLEST_AREA_M, LARGEST_AREA_M)),
                name="base_area_has_a_sensible_size",
                violation_error_message=_("The radius of the area goes from 100 metres to 500 kilometres."),
            ),
            models.CheckConstraint(
                condition=Q(greatest_party=None) | Q(greatest_party__gte=1),
                name="base_greatest_party_is_somebody",
                violation_error_message=_("A party is at least one passenger. Leave it empty for no rule."),
            ),
            choices_constraint("holiday_calendar", HolidayCalendar, "base_holiday_calendar_exists"),
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

    def metres_beyond(self, latitude: float, longitude: float) -> float | None:
        """Return how far from the centre a point lies that is outside the base's area; None when it is inside."""
        metres = metres_between((latitude, longitude), (self.latitude, self.longitude))
        return metres if metres > self.area_radius_m else None

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

    @property
    def subject(self) -> Subject:
        return Subject("hours", self.pk, f"{self.opens:%H:%M}–{self.closes:%H:%M}")


class OpeningException(models.Model):
    """Days on which a base keeps other hours than its week says, or is closed: without hours, all day.

    It goes before public holidays, which go before the week.
    """

    base = models.ForeignKey(Base, models.CASCADE, related_name="opening_exceptions", verbose_name=_("base"))
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    opens = models.TimeField(_("opens"), null=True, blank=True, help_text=_("Leave both empty: closed all day."))
    closes = models.TimeField(_("closes"), null=True, blank=True, help_text=_("23:59 means the end of the day."))
    label = models.CharField(_("label"), max_length=80, help_text=_("What people read, such as “Ascension weekend”."))

    class Meta:
        verbose_name = _("exception to the opening hours")
        verbose_name_plural = _("exceptions to the opening hours")
        ordering = ["base", "first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="exception_ends_after_it_begins",
                violation_error_message=_("The last day comes after the first, or is the same."),
            ),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(opens__isnull=False, closes__isnull=False, closes__gt=F("opens")),
                name="exception_is_closed_or_has_hours",
                violation_error_message=_(
                    "Write both hours, the closing time after the opening time, or none for closed all day."
                ),
            ),
            ExclusionConstraint(
                name="exceptions_of_a_base_never_overlap",
                expressions=[
                    ("base", RangeOperators.EQUAL),
                    (
                        # In either order: days the wrong way round are for the constraint above to refuse, in words.
                        Func(
                            Least("first_day", "last_day"),
                            Greatest("first_day", "last_day"),
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Another exception already holds on some of these days. Change that one."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def subject(self) -> Subject:
        return Subject("exception", self.pk, self.label)

    @property
    def is_closed(self) -> bool:
        """Whether nobody is carried on these days."""
        return self.opens is None


class CategoryQuerySet(models.QuerySet["Category"]):
    def of(self, base: Base) -> "CategoryQuerySet":
        return self.filter(base=base)

    def enabled(self) -> "CategoryQuerySet":
        return self.filter(enabled=True)


class Category(models.Model):
    """A kind of transport that a base offers: liaison, authority, medical… Rides say which one they are."""

    base = models.ForeignKey(Base, models.PROTECT, related_name="categories", verbose_name=_("base"))
    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("description"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("The smallest is offered first."))
    enabled = models.BooleanField(_("enabled"), default=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category of transport")
        verbose_name_plural = _("categories of transport")
        ordering = ["base", "order", BY_NAME]
        constraints = [
            models.UniqueConstraint(
                fields=["base", "name"],
                name="category_name_once_per_base",
                violation_error_message=_("This base already has a category of that name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> Subject:
        return Subject("category", self.pk, self.name)


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
    arrival_radius_m = models.PositiveSmallIntegerField(
        _("arrival radius (metres)"), default=ARRIVAL_RADIUS_M, validators=between(10, 2000)
    )
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

    def clean(self) -> None:
        """Raise ValidationError when the point lies outside the base's area: a ride to it would be refused."""
        base = self.base if hasattr(self, "base") else None
        ends = [(row.latitude, row.longitude) for row in (base, self) if row is not None]
        if base is None or not base.area_radius_m or not all(map(is_on_earth, ends)):
            return  # said by other fields
        if metres := self.base.metres_beyond(self.latitude, self.longitude):
            raise ValidationError(
                _(
                    "This point is %(distance)s from the centre of %(base)s, whose area ends at %(limit)s. "
                    "Check latitude and longitude, or widen the area of the base."
                ),
                params={
                    "distance": distance_in_words(metres),
                    "base": self.base.name,
                    "limit": distance_in_words(self.base.area_radius_m),
                },
            )
