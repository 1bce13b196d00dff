"""Drivers, their licences, and when they are on duty."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import Membership
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from echauffeur.common.models import choices_constraint
from echauffeur.journal.actions import Subject
from fleet.models import Licence as Category


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
    """A category of driving licence, and the last day it holds."""

    driver = models.ForeignKey(Driver, models.CASCADE, related_name="licences", verbose_name=_("driver"))
    category = models.CharField(_("category"), max_length=2, choices=Category.choices)
    expires_on = models.DateField(_("holds until"))

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


class ShiftQuerySet(models.QuerySet["Shift"]):
    def overlapping(self, start: datetime, end: datetime) -> "ShiftQuerySet":
        return self.filter(period__overlap=(start, end))

    def running(self, moment: datetime | None = None) -> "ShiftQuerySet":
        return self.filter(period__contains=moment or timezone.now())

    def not_over(self, moment: datetime | None = None) -> "ShiftQuerySet":
        """Keep those that run at that moment or are to come."""
        return self.filter(period__endswith__gt=moment or timezone.now())


class Shift(models.Model):
    """When a driver is on duty (from included, until excluded)."""

    driver = models.ForeignKey(Driver, models.CASCADE, related_name="shifts", verbose_name=_("driver"))
    period = DateTimeRangeField(_("period"))

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
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="shift_begins_and_ends",
                violation_error_message=_("A shift has a beginning and, after it, an end."),
            ),
        ]

    def __str__(self) -> str:
        local = self.driver.base.local
        return f"{self.driver} · {local(self.period.lower):%d/%m %H:%M}–{local(self.period.upper):%H:%M}"
