"""What several apps' rows share."""

import secrets
from typing import TypeVar

from django.core.validators import MaxValueValidator, MinValueValidator, slug_re
from django.db import models
from django.utils.translation import gettext_lazy as _

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


def choices_constraint(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """Return the constraint that the column holds one of the choices."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": choices.values}),
        name=name,
        violation_error_message=_("This is not one of the possible values."),
    )
