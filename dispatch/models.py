"""Missions: the work of one driver with one vehicle, as an ordered list of stops."""

from datetime import datetime
from functools import partial
from typing import cast

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models import Ride
from bookings.states import RideState
from dispatch.states import MISSION, MissionState
from drivers.models import Driver
from echauffeur.bases.models import Base, Place
from echauffeur.common.models import LatitudeField, LongitudeField, choices_constraint, new_code
from echauffeur.common.obstacles import Obstacle
from echauffeur.journal.actions import Subject
from fleet.models import Vehicle

LIVE = Q(state__in=sorted(MISSION.live))


class MissionQuerySet(models.QuerySet["Mission"]):
    def of(self, base: Base) -> "MissionQuerySet":
        return self.filter(base=base)

    def live(self) -> "MissionQuerySet":
        return self.filter(LIVE)

    def overlapping(self, start: datetime, end: datetime) -> "MissionQuerySet":
        return self.filter(period__overlap=(start, end))

    def for_driver(self, driver: Driver) -> "MissionQuerySet":
        return self.filter(driver=driver)

    def with_crew(self) -> "MissionQuerySet":
        return self.select_related("base", "driver__user", "vehicle__model")

    def with_stops(self) -> "MissionQuerySet":
        return self.prefetch_related(models.Prefetch("stops", Stop.objects.select_related("ride__destination")))


class Mission(models.Model):
    """One driver and one vehicle for a period (from included, until excluded). Live until done or called off."""

    code = models.CharField(_("code"), max_length=12, unique=True, default=partial(new_code, "M"), editable=False)
    base = models.ForeignKey(Base, models.PROTECT, related_name="missions", verbose_name=_("base"))
    driver = models.ForeignKey(Driver, models.PROTECT, related_name="missions", verbose_name=_("driver"))
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="missions", verbose_name=_("vehicle"))
    period = DateTimeRangeField(_("period"))
    state = models.CharField(_("state"), max_length=12, choices=MissionState.choices, default=MissionState.PLANNED)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    overrule = models.CharField(
        _("kept because"),
        max_length=200,
        blank=True,
        help_text=_("Why it stays though its driver is away or its vehicle out of service."),
    )
    despite: "models.Field[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=20), verbose_name=_("kept despite"), default=list, blank=True, editable=False
    )

    objects = MissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mission")
        verbose_name_plural = _("missions")
        ordering = ["period", "pk"]
        indexes = [GistIndex(fields=["base", "period"], name="mission_by_day")]
        constraints = [
            ExclusionConstraint(
                name="missions_of_a_driver_never_overlap",
                expressions=[("driver", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=LIVE,
                violation_error_message=_("This driver is already on a mission during part of that time."),
            ),
            ExclusionConstraint(
                name="missions_of_a_vehicle_never_overlap",
                expressions=[("vehicle", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=LIVE,
                violation_error_message=_("This vehicle is already on a mission during part of that time."),
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="mission_begins_and_ends",
                violation_error_message=_("A mission has a beginning and, after it, an end."),
            ),
            choices_constraint("state", MissionState, "mission_state_exists"),
            models.CheckConstraint(
                condition=(LIVE & Q(ended_at=None)) | (~LIVE & Q(ended_at__isnull=False)),
                name="mission_ended_if_and_only_if_final",
                violation_error_message=_("A mission has an end exactly when it is over."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> Subject:
        return Subject("mission", self.pk, self.code)

    def is_kept_despite(self, obstacle: Obstacle) -> bool:
        """Whether somebody said why it stays although this stands against it."""
        return bool(self.overrule) and obstacle.kind in self.despite

    @property
    def starts_at(self) -> datetime:
        return cast(datetime, self.period.lower)

    @property
    def ends_at(self) -> datetime:
        return cast(datetime, self.period.upper)


class StopKind(models.TextChoices):
    PICK_UP = "pick_up", _("Pick up")
    SET_DOWN = "set_down", _("Set down")
    PASS = "pass", _("Pass")


# In which state of its ride the car drives to a halt.
DRIVEN_TO: dict[str, RideState] = {
    StopKind.PICK_UP: RideState.APPROACHING,
    StopKind.SET_DOWN: RideState.ON_BOARD,
}


class StopQuerySet(models.QuerySet["Stop"]):
    def to_do(self) -> "StopQuerySet":
        return self.filter(done_at=None, dropped_at=None)

    def on_missions(self, base: Base, start: datetime, end: datetime) -> "StopQuerySet":
        """Keep the halts, made or to make, of the base's missions that touch that time; mission by mission."""
        theirs = self.filter(mission__base=base, mission__period__overlap=(start, end), dropped_at=None)
        called_off = Q(mission__state=MissionState.CALLED_OFF)
        return theirs.exclude(called_off).select_related("mission").order_by("mission__period", "mission", "position")


class Stop(models.Model):
    """One halt of a mission. ``dropped_at``: its ride left the mission, the halt is no longer made."""

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="stops", verbose_name=_("mission"))
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=StopKind.choices)
    ride = models.ForeignKey(Ride, models.PROTECT, null=True, blank=True, related_name="stops", verbose_name=_("ride"))
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place"))
    label = models.CharField(_("where"), max_length=80)
    latitude = LatitudeField()
    longitude = LongitudeField()
    planned_at = models.DateTimeField(_("planned at"))
    seems_there_since = models.DateTimeField(
        _("there since"), null=True, blank=True, editable=False, help_text=_("By the car's position; nobody said so.")
    )
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    dropped_at = models.DateTimeField(_("dropped at"), null=True, blank=True)

    objects = StopQuerySet.as_manager()

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering = ["mission", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["mission", "position"],
                name="stop_position_once_per_mission",
                violation_error_message=_("Two stops of a mission stand at the same position."),
            ),
            models.UniqueConstraint(
                fields=["ride", "kind"],
                condition=Q(dropped_at=None, ride__isnull=False),
                name="ride_is_on_one_mission",
                violation_error_message=_("This ride is already on a mission."),
            ),
            models.CheckConstraint(
                condition=Q(kind=StopKind.PASS, ride=None) | (~Q(kind=StopKind.PASS) & Q(ride__isnull=False)),
                name="stop_has_a_ride_unless_it_passes",
                violation_error_message=_("A stop to pick up or set down belongs to a ride."),
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(dropped_at=None),
                name="stop_is_done_or_dropped",
                violation_error_message=_("A stop cannot be both done and dropped."),
            ),
            choices_constraint("kind", StopKind, "stop_kind_exists"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.label}"

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.dropped_at is None

    @property
    def is_driven_to(self) -> bool:
        """Whether the ride's car is on the way to this very halt; reads the ride."""
        return self.ride is not None and self.ride.state == DRIVEN_TO.get(self.kind)

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the car seems to be there, and its driver has not said so."""
        return self.seems_there_since is not None and self.arrived_at is None and self.is_open
