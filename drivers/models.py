"""Drivers, their licences, when they are on duty, and when they are away."""

import hashlib
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, Func, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import Membership
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from echauffeur.common.models import Recurring, choices_constraint, recurring_constraints
from echauffeur.journal.actions import Subject
from fleet.models import Licence as Category
from fleet.models import Vehicle


class Covers(Func):
    """Whether a range holds all ranges of a list; an empty list too."""

    template = "%(expressions)s)"
    arg_joiner = " @> ALL ("
    output_field = BooleanField()


def _may_drive() -> Q:
    held = Membership.objects.filter(user=OuterRef("user"), base=OuterRef("base"), role=Role.DRIVER)
    return Q(enabled=True, user__is_active=True) & Q(Exists(held))


class DriverQuerySet(models.QuerySet["Driver"]):
    def of(self, base: Base) -> "DriverQuerySet":
        return self.filter(base=base)

    def enabled(self) -> "DriverQuerySet":
        return self.filter(enabled=True, user__is_active=True)

    def entitled(self) -> "DriverQuerySet":
        """Keep those who may drive: nothing is switched off, and they hold the role on this base."""
        return self.filter(_may_drive())

    def with_right(self) -> "DriverQuerySet":
        """Annotate ``may_drive``: whether the driver is one of those."""
        return self.annotate(may_drive=ExpressionWrapper(_may_drive(), output_field=BooleanField()))

    def with_person(self) -> "DriverQuerySet":
        return self.select_related("user")

    def with_duty(self, start: datetime, end: datetime) -> "DriverQuerySet":
        """Annotate ``duty``: the periods of the shifts that touch the time from start to end, in order."""
        shifts = Shift.objects.overlapping(start, end).filter(driver=OuterRef("pk")).order_by("period")
        return self.annotate(duty=ArraySubquery(shifts.values("period")))

    def with_duty_now(self, moment: datetime) -> "DriverQuerySet":
        """Annotate ``on_duty_until``: when the shift that runs at that moment ends; None off duty."""
        running = Shift.objects.running(moment).filter(driver=OuterRef("pk"))
        return self.annotate(on_duty_until=Subquery(running.annotate(ends=F("period__endswith")).values("ends")[:1]))


class Driver(models.Model):
    """A person's driving profile on one base."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="driving", verbose_name=_("person"))
    base = models.ForeignKey(Base, models.PROTECT, related_name="drivers", verbose_name=_("base"))
    wheelchair_trained = models.BooleanField(_("trained for wheelchairs"), default=False)
    wheelchair_until = models.DateField(
        _("training holds until"), null=True, blank=True, help_text=_("Empty: it does not expire.")
    )
    wheelchair_warned_for = models.DateField(_("warned of the end on"), null=True, blank=True, editable=False)
    wheelchair_warned_ahead = models.SmallIntegerField(
        _("warned so many days ahead"), null=True, blank=True, editable=False
    )
    sharing = models.BooleanField(
        _("shares position"), default=True, help_text=_("The driver's own switch. Positions come in on shift only.")
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    objects = DriverQuerySet.as_manager()

    class Meta:
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")
        ordering = ["base", "user__last_name", "user__first_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "base"],
                name="driver_once_per_base",
                violation_error_message=_("This person already drives on that base."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def subject(self) -> Subject:
        return Subject("driver", self.pk, f"D-{self.pk}")

    @property
    def stream(self) -> str:
        return self.subject.stream

    @property
    def short_name(self) -> str:
        """What the control room calls the driver: Y. Le Gall."""
        first, last = self.user.first_name, self.user.last_name
        return f"{first[:1]}. {last}" if first and last else str(self.user)


class Licence(models.Model):
    """A category of driving licence, and the last day it holds.

    ``warned_for``: the last day that its driver was last warned of, ``warned_ahead`` how many days ahead. The training
    for wheelchairs, which is the driver's, has its own.
    """

    driver = models.ForeignKey(Driver, models.CASCADE, related_name="licences", verbose_name=_("driver"))
    category = models.CharField(_("category"), max_length=2, choices=Category.choices)
    expires_on = models.DateField(_("holds until"))
    warned_for = models.DateField(_("warned of the end on"), null=True, blank=True, editable=False)
    warned_ahead = models.SmallIntegerField(_("warned so many days ahead"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        ordering = ["driver", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=["driver", "category"],
                name="licence_category_once",
                violation_error_message=_("This driver already has that category."),
            ),
            choices_constraint("category", Category, "licence_category_exists"),
        ]

    def __str__(self) -> str:
        return f"{self.category} ({self.expires_on})"


class ShiftPattern(Recurring):
    """When a driver is on duty again and again. Its shifts are generated as far ahead as the base can be booked."""

    driver = models.ForeignKey(Driver, models.CASCADE, related_name="patterns", verbose_name=_("driver"))
    breaks: "models.Field[list[list[time]], list[list[time]]]" = ArrayField(
        ArrayField(models.TimeField(), size=2),
        verbose_name=_("breaks"),
        default=list,
        blank=True,
        help_text=_("From when until when nobody can give them a mission: 12:00-13:00."),
    )
    on_holidays = models.BooleanField(_("also on public holidays"), default=False)

    class Meta:
        verbose_name = _("shift pattern")
        verbose_name_plural = _("shift patterns")
        ordering = ["first_day", "begins"]
        constraints = recurring_constraints("pattern")

    def __str__(self) -> str:
        return f"{self.driver} · {self.begins:%H:%M}–{self.ends:%H:%M}"


class ShiftQuerySet(models.QuerySet["Shift"]):
    def of(self, base: Base) -> "ShiftQuerySet":
        return self.filter(driver__base=base)

    def overlapping(self, start: datetime, end: datetime) -> "ShiftQuerySet":
        return self.filter(period__overlap=(start, end))

    def running(self, moment: datetime | None = None) -> "ShiftQuerySet":
        return self.filter(period__contains=moment or timezone.now())

    def not_over(self, moment: datetime | None = None) -> "ShiftQuerySet":
        """Keep those that run at that moment or are to come."""
        return self.filter(period__endswith__gt=moment or timezone.now())


class Shift(models.Model):
    """When a driver is on duty (from included, until excluded), without the breaks, which lie inside.

    One of a pattern knows which (``pattern``, ``on``: the base's local day that it is for). Once somebody changed it
    by hand (``by_hand``) it no longer follows its pattern. ``vehicle``: the one they take over for it, if it is said.
    """

    driver = models.ForeignKey(Driver, models.CASCADE, related_name="shifts", verbose_name=_("driver"))
    period = DateTimeRangeField(_("period"))
    breaks: "models.Field[list[Any], list[Any]]" = ArrayField(
        DateTimeRangeField(), verbose_name=_("breaks"), default=list, blank=True
    )
    vehicle = models.ForeignKey(
        Vehicle, models.SET_NULL, null=True, blank=True, related_name="shifts", verbose_name=_("vehicle")
    )
    pattern = models.ForeignKey(
        ShiftPattern, models.SET_NULL, null=True, blank=True, editable=False, related_name="shifts"
    )
    on = models.DateField(_("day of the pattern"), null=True, blank=True, editable=False)
    by_hand = models.BooleanField(_("changed by hand"), default=True, editable=False)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["period"]
        indexes = [GistIndex(fields=["period"], name="shift_period")]
        constraints = [
            ExclusionConstraint(
                name="shifts_of_a_driver_never_overlap",
                expressions=[("driver", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                violation_error_message=_("This driver is already on duty during part of that time."),
            ),
            ExclusionConstraint(
                name="shifts_with_a_vehicle_never_overlap",
                expressions=[("vehicle", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(vehicle__isnull=False),
                violation_error_message=_("Another driver has this vehicle during part of that time."),
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="shift_begins_and_ends",
                violation_error_message=_("A shift has a beginning and, after it, an end."),
            ),
            models.CheckConstraint(
                condition=Q(Covers(F("period"), F("breaks"))),
                name="shift_holds_its_breaks",
                violation_error_message=_("A break lies within its shift."),
            ),
            models.UniqueConstraint(
                fields=["pattern", "on"],
                name="shift_once_per_day_of_its_pattern",
                violation_error_message=_("This day of the pattern already has its shift."),
            ),
        ]

    def __str__(self) -> str:
        local = self.driver.base.local
        return f"{self.driver} · {local(self.period.lower):%d/%m %H:%M}–{local(self.period.upper):%H:%M}"


class AbsenceKind(models.TextChoices):
    """Why a driver is away: for those who manage people alone. Anybody else reads that they are."""

    LEAVE = "leave", _("Leave")
    TRAINING = "training", _("Training")
    SICK = "sick", _("Sick leave")
    OTHER = "other", _("Other")


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def of(self, base: Base) -> "AbsenceQuerySet":
        return self.filter(driver__base=base)

    def overlapping(self, start: datetime, end: datetime) -> "AbsenceQuerySet":
        return self.filter(period__overlap=(start, end))

    def not_over(self, moment: datetime | None = None) -> "AbsenceQuerySet":
        """Keep those that run at that moment or are to come."""
        return self.filter(Q(period__endswith__gt=moment or timezone.now()) | Q(period__upper_inf=True))


class Absence(models.Model):
    """When a driver is away (from included, until excluded; no end: nobody knows yet), on duty by a shift or not."""

    driver = models.ForeignKey(Driver, models.CASCADE, related_name="absences", verbose_name=_("driver"))
    period = DateTimeRangeField(_("period"))
    kind = models.CharField(_("reason"), max_length=10, choices=AbsenceKind.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["period"]
        constraints = [
            ExclusionConstraint(
                name="absences_of_a_driver_never_overlap",
                expressions=[("driver", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                violation_error_message=_("This driver is already away during part of that time."),
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False),
                name="absence_begins",
                violation_error_message=_("The end comes after the beginning."),
            ),
            choices_constraint("kind", AbsenceKind, "absence_kind_exists"),
        ]

    def __str__(self) -> str:
        return f"{self.driver} · {_('away')}"


def digest_of(token: str) -> str:
    """Return what is stored of a calendar's token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


class CalendarFeed(models.Model):
    """The address under which a driver's own calendar reads the shifts: of its token only a digest is kept."""

    driver = models.OneToOneField(Driver, models.CASCADE, related_name="feed", verbose_name=_("driver"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    read_at = models.DateTimeField(_("last read at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return str(self.driver)
