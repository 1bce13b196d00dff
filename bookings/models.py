"""Rides: what a passenger asked, and what became of it."""

import hashlib
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.states import RIDE, CancelReason, RefusalReason, RideState
from echauffeur.bases.models import Base, Category, Place
from echauffeur.common.models import LatitudeField, LongitudeField, choices_constraint, new_code
from echauffeur.journal.actions import Subject

LINK_OUTLIVES_RIDE = timedelta(hours=1)
ENDED_WITHOUT_RIDE = [RideState.REFUSED, RideState.CANCELLED]


class RideQuerySet(models.QuerySet["Ride"]):
    def of(self, base: Base) -> "RideQuerySet":
        return self.filter(base=base)

    def live(self) -> "RideQuerySet":
        return self.filter(state__in=RIDE.live)

    def ended(self) -> "RideQuerySet":
        return self.filter(state__in=RIDE.final)

    def to_handle(self) -> "RideQuerySet":
        """Keep rides that wait for the control room's word: requests, waiting list, confirmed without a driver."""
        return self.filter(state__in=[RideState.REQUESTED, RideState.WAITLISTED, RideState.CONFIRMED])

    def between(self, start: datetime, end: datetime) -> "RideQuerySet":
        return self.filter(pickup_at__gte=start, pickup_at__lt=end)

    def for_customer(self, user: settings.AUTH_USER_MODEL) -> "RideQuerySet":  # type: ignore[name-defined]
        return self.filter(customer=user)

    def with_places(self) -> "RideQuerySet":
        return self.select_related("base", "origin", "destination", "customer", "category")


class Ride(models.Model):
    """One ride of one party of passengers from A to B.

    ``wanted_at`` is what was asked, ``pickup_at`` what is promised; they differ when the control room moved it.
    The origin is a place of the base or a bare point ("from here"); its label and point are kept as they were.
    """

    code = models.CharField(_("code"), max_length=12, unique=True, default=partial(new_code, "R"), editable=False)
    base = models.ForeignKey(Base, models.PROTECT, related_name="rides", verbose_name=_("base"))
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="rides",
        verbose_name=_("customer"),
    )
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("booked by")
    )
    passenger_name = models.CharField(_("passenger"), max_length=120)
    phone = models.CharField(_("phone"), max_length=20)

    origin = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("from"))
    origin_label = models.CharField(_("from"), max_length=80)
    origin_latitude = LatitudeField()
    origin_longitude = LongitudeField()
    destination = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("to"))

    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="rides", verbose_name=_("category")
    )
    motive = models.CharField(_("motive"), max_length=120, blank=True)
    asap = models.BooleanField(_("as soon as possible"), default=False)
    wanted_at = models.DateTimeField(_("wanted at"))
    pickup_at = models.DateTimeField(_("pick-up"))
    minutes = models.PositiveSmallIntegerField(_("planned length (minutes)"), default=20)
    passengers = models.PositiveSmallIntegerField(_("passengers"), default=1, validators=[MinValueValidator(1)])
    luggage = models.PositiveSmallIntegerField(_("pieces of luggage"), default=0)
    wheelchairs = models.PositiveSmallIntegerField(_("wheelchairs"), default=0)
    note = models.CharField(_("note for the driver"), max_length=300, blank=True)

    state = models.CharField(_("state"), max_length=12, choices=RideState.choices, default=RideState.REQUESTED)
    end_reason = models.CharField(_("reason"), max_length=20, blank=True)
    end_words = models.CharField(_("words for the customer"), max_length=300, blank=True)
    requested_at = models.DateTimeField(_("requested at"), default=timezone.now)
    state_since = models.DateTimeField(_("in this state since"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    rating_words = models.CharField(_("words on the ride"), max_length=500, blank=True)

    objects = RideQuerySet.as_manager()

    class Meta:
        verbose_name = _("ride")
        verbose_name_plural = _("rides")
        ordering = ["pickup_at", "pk"]
        indexes = [
            models.Index(fields=["base", "pickup_at"], name="ride_by_day"),
            models.Index(fields=["customer", "-pickup_at"], name="ride_by_customer"),
            models.Index(fields=["base", "state"], condition=Q(state__in=sorted(RIDE.live)), name="ride_live"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(passengers__gte=1),
                name="ride_carries_somebody",
                violation_error_message=_("A ride carries at least one passenger."),
            ),
            models.CheckConstraint(
                condition=Q(wheelchairs__lte=F("passengers")),
                name="ride_wheelchairs_within_party",
                violation_error_message=_("There are more wheelchairs than passengers."),
            ),
            models.CheckConstraint(
                condition=Q(origin=None) | ~Q(origin=F("destination")),
                name="ride_goes_somewhere",
                violation_error_message=_("The ride starts and ends at the same place. Choose another destination."),
            ),
            models.CheckConstraint(
                condition=Q(origin_latitude__range=(-90, 90), origin_longitude__range=(-180, 180)),
                name="ride_origin_is_on_earth",
                violation_error_message=_("Latitude goes from -90 to 90, longitude from -180 to 180."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=1),
                name="ride_takes_time",
                violation_error_message=_("A ride takes at least one minute."),
            ),
            choices_constraint("state", RideState, "ride_state_exists"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(RIDE.final), ended_at__isnull=False)
                | (~Q(state__in=sorted(RIDE.final)) & Q(ended_at=None)),
                name="ride_ended_if_and_only_if_final",
                violation_error_message=_("A ride has an end exactly when it is over."),
            ),
            models.CheckConstraint(
                condition=Q(state=RideState.REFUSED, end_reason__in=RefusalReason.values)
                | Q(state=RideState.CANCELLED, end_reason__in=CancelReason.values)
                | (~Q(state__in=ENDED_WITHOUT_RIDE) & Q(end_reason="")),
                name="ride_reason_if_and_only_if_refused_or_cancelled",
                violation_error_message=_("A refused or cancelled ride says why; no other does."),
            ),
            models.CheckConstraint(
                condition=Q(rating=None, rating_words="") | Q(rating__range=(1, 5), state=RideState.COMPLETED),
                name="ride_rated_one_to_five_when_completed",
                violation_error_message=_("Only a completed ride is rated, from 1 to 5."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> Subject:
        return Subject("ride", self.pk, self.code)

    @property
    def stream(self) -> str:
        return self.subject.stream

    @property
    def expected_end(self) -> datetime:
        return self.pickup_at + timedelta(minutes=self.minutes)

    @property
    def is_over(self) -> bool:
        return self.state in RIDE.final

    @property
    def may_be_followed(self) -> bool:
        """Whether guests may still be given a link: until an hour after its end."""
        return self.ended_at is None or timezone.now() < self.ended_at + LINK_OUTLIVES_RIDE

    @property
    def reason_in_words(self) -> str:
        """The label of the reason it ended, or nothing."""
        reasons = dict(RefusalReason.choices) | dict(CancelReason.choices)
        if self.state == RideState.REFUSED:
            reasons = dict(RefusalReason.choices)
        return str(reasons.get(self.end_reason, ""))


def digest_of(token: str) -> str:
    """Return what is stored of a tracking token."""
    return hashlib.sha256(token.encode()).hexdigest()


class TrackingLink(models.Model):
    """A guest's way to follow one ride: 128 random bits, of which only the hash is kept."""

    ride = models.ForeignKey(Ride, models.CASCADE, related_name="tracking_links", verbose_name=_("ride"))
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("tracking link")
        verbose_name_plural = _("tracking links")

    def __str__(self) -> str:
        return f"{self.ride} · {self.created_at:%d/%m %H:%M}"

    @property
    def holds(self) -> bool:
        """Whether it still opens: not revoked, until an hour after the ride's end."""
        return self.revoked_at is None and self.ride.may_be_followed
