"""What several apps' rows share."""

import secrets
from datetime import date
from typing import TypeVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator, slug_re
from django.db import models
from django.db.models import F, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from echauffeur.common.recurrence import Frequency, Nth, Recurrence, Weekday

Row = TypeVar("Row", bound=models.Model)

# No 0/O, 1/I/L, U/V: codes are read out on the phone.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"


def new_code(prefix: str, length: int = 6) -> str:
    """Return a short code to say on the phone, such as ``R-7F3KQ2``."""
    return f"{prefix}-{''.join(secrets.choice(CODE_ALPHABET) for _ in range(length))}"


def row_of_code(rows: models.QuerySet[Row], code: str) -> Row | None:
    """Return the row of that code, if there is one. What can be no code, such as a null byte, finds nothing."""
    return rows.filter(code=code).first() if slug_re.match(code) else None


class LatitudeField(models.FloatField):  # type: ignore[type-arg]  # generic for mypy only
    """WGS 84 degrees north, -90 to 90."""

    default_validators = [MinValueValidator(-90), MaxValueValidator(90)]


class LongitudeField(models.FloatField):  # type: ignore[type-arg]  # generic for mypy only
    """WGS 84 degrees east, -180 to 180."""

    default_validators = [MinValueValidator(-180), MaxValueValidator(180)]


def between(least: int, most: int) -> list[BaseValidator]:
    """Return what keeps a figure between these two, both allowed, and says so in one sentence."""
    sentence = format_lazy(_("Write a number from {least} to {most}."), least=least, most=most)
    return [MinValueValidator(least, message=sentence), MaxValueValidator(most, message=sentence)]


def choices_constraint(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """Return the constraint that the column holds one of the choices."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": choices.values}),
        name=name,
        violation_error_message=_("This is not one of the possible values."),
    )


class Recurring(models.Model):
    """What comes back on some days, at times of the base's own clock; resolved to moments when it is generated."""

    frequency = models.CharField(_("how often"), max_length=12, choices=Frequency.choices, default=Frequency.WEEKLY)
    weekdays: "models.Field[list[int], list[int]]" = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday.choices), verbose_name=_("on"), default=list, blank=True
    )
    nth = models.SmallIntegerField(_("which of the month"), choices=Nth.choices, null=True, blank=True)
    month_day = models.PositiveSmallIntegerField(
        _("day of the month"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("A month without that day is left out."),
    )
    begins = models.TimeField(_("begins"))
    ends = models.TimeField(_("ends"), help_text=_("Not after the beginning: on the next day."))
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"), null=True, blank=True, help_text=_("Empty: until further notice."))
    skipped: "models.Field[list[date], list[date]]" = ArrayField(
        models.DateField(), verbose_name=_("except on"), default=list, blank=True
    )
    generated_until = models.DateField(_("generated until"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def recurrence(self) -> Recurrence:
        """On which days it comes back; the skipped ones too."""
        return Recurrence(
            self.frequency, self.first_day, self.last_day, frozenset(self.weekdays), self.nth, self.month_day
        )


def recurring_constraints(name: str) -> "list[models.BaseConstraint]":
    """Return what a row that comes back must be; ``name`` begins the constraints' names."""
    monthly = Q(frequency=Frequency.MONTHLY)
    on_weekdays = Q(weekdays__len__gte=1, month_day=None)
    return [
        choices_constraint("frequency", Frequency, f"{name}_frequency_exists"),
        models.CheckConstraint(
            condition=(~monthly & on_weekdays & Q(nth=None))
            | (monthly & on_weekdays & Q(nth__in=Nth.values))
            | (monthly & Q(weekdays__len=0, nth=None, month_day__range=(1, 31))),
            name=f"{name}_says_its_days",
            violation_error_message=_("Say on which weekdays, or on which day of the month."),
        ),
        models.CheckConstraint(
            condition=Q(weekdays__contained_by=Weekday.values),
            name=f"{name}_weekdays_exist",
            violation_error_message=_("This is not one of the possible values."),
        ),
        models.CheckConstraint(
            condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
            name=f"{name}_ends_after_it_begins",
            violation_error_message=_("The last day is the first one or comes after it."),
        ),
    ]
