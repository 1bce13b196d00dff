"""The phones that a base lends to its drivers."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import phone_in_words
from echauffeur.bases.models import Base
from echauffeur.common.models import choices_constraint
from echauffeur.journal.actions import Subject
from fleet.states import HandsetState

IMEI_DIGITS = 15


def is_imei(text: str) -> None:
    """Raise ValidationError unless these are the fifteen digits of a phone's IMEI, the last of which checks the others.

    The check is Luhn's: every second digit doubled, the digits of all of it added up to a multiple of ten.
    """
    digits = [int(digit) for digit in text if digit in "0123456789"]
    doubled = [sum(divmod(2 * digit, 10)) if place % 2 else digit for place, digit in enumerate(digits)]
    if len(text) != IMEI_DIGITS or len(digits) != IMEI_DIGITS or sum(doubled) % 10:
        raise ValidationError(
            _("“%(text)s” is not an IMEI: one digit may be wrong. Type *#06# on the phone to see its fifteen digits."),
            params={"text": text},
            code="imei",
        )


class HandsetQuerySet(models.QuerySet["Handset"]):
    def of(self, base: Base) -> "HandsetQuerySet":
        return self.filter(base=base)

    def in_use(self) -> "HandsetQuerySet":
        return self.filter(state__in=[HandsetState.IN_SERVICE, HandsetState.LENT])

    def held_by(self, user_id: int) -> "HandsetQuerySet":
        return self.filter(holder=user_id)


class Handset(models.Model):
    """A phone that a base lends to its drivers: to which one, since when, or why to nobody."""

    base = models.ForeignKey(Base, models.PROTECT, related_name="handsets", verbose_name=_("base"))
    model = models.CharField(_("model"), max_length=60, help_text=_("Make and type, such as Samsung XCover 7."))
    serial = models.CharField(_("serial number"), max_length=40)
    imei = models.CharField(
        _("IMEI"),
        max_length=IMEI_DIGITS,
        unique=True,
        validators=[is_imei],
        error_messages={"unique": _("A phone with this IMEI is already there.")},
    )
    number = models.CharField(_("phone number"), max_length=20, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=HandsetState.choices, default=HandsetState.IN_SERVICE, editable=False
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="handsets",
        verbose_name=_("holder"),
        editable=False,
    )
    lent_at = models.DateTimeField(_("lent since"), null=True, blank=True, editable=False)

    objects = HandsetQuerySet.as_manager()

    class Meta:
        verbose_name = _("service phone")
        verbose_name_plural = _("service phones")
        ordering = ["base", "model", "serial"]
        constraints = [
            choices_constraint("state", HandsetState, "handset_state_exists"),
            models.CheckConstraint(
                condition=Q(state=HandsetState.LENT, holder__isnull=False, lent_at__isnull=False)
                | (~Q(state=HandsetState.LENT) & Q(holder=None, lent_at=None)),
                name="handset_has_a_holder_if_and_only_if_lent",
                violation_error_message=_("A phone has a holder exactly while it is lent."),
            ),
            models.UniqueConstraint(
                fields=["base", "serial"],
                name="handset_serial_once_per_base",
                violation_error_message=_("This base already has a phone with that serial number."),
            ),
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(number="") & ~Q(state=HandsetState.RETIRED),
                name="handset_number_once",
                violation_error_message=_("Another phone already has this number."),
            ),
            models.UniqueConstraint(
                fields=["base", "holder"],
                condition=Q(holder__isnull=False),
                name="handset_one_per_holder_and_base",
                violation_error_message=_("This driver already holds a phone of this base. Take that one back first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.serial})"

    @property
    def subject(self) -> Subject:
        return Subject("handset", self.pk, self.serial)

    @property
    def number_in_words(self) -> str:
        """The number as people write it at home; empty without one."""
        return phone_in_words(self.number) if self.number else ""
