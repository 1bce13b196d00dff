"""Codes of six digits that prove who reads an address or a phone, each good for one thing, once."""

import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from echauffeur.common.models import choices_constraint

CODE_HOLDS = timedelta(hours=24)
CODE_DIGITS = 6
CODE_TRIES = 3


class Purpose(models.TextChoices):
    """What a code is good for."""

    SIGN_UP = "sign_up", _("Sign-up")
    NEW_PASSWORD = "new_password", _("New password")
    PHONE = "phone", _("Phone number")


class OneTimeCode(models.Model):
    """One code, of which only a digest is kept. ``key`` is what the browser that asked for it knows it by.

    ``waits`` is what the right code makes true: a sign-up with its hashed password, a number. There is no account
    before. ``target`` is the address, or the person whose number it is; a newer code for the same ends an older one.
    A decoy is a code that nobody was sent: it can be tried like any other, and no digits match it.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    target = models.CharField(_("to"), max_length=254)
    digest = models.CharField(max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="codes")
    waits = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    expires_at = models.DateTimeField(_("holds until"))
    tries_left = models.PositiveSmallIntegerField(_("tries left"), default=CODE_TRIES)
    ended_at = models.DateTimeField(_("used or replaced"), null=True, blank=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        indexes = [models.Index(fields=["expires_at"], name="code_by_expiry")]
        constraints = [
            choices_constraint("purpose", Purpose, "code_purpose_exists"),
            models.UniqueConstraint(
                fields=["purpose", "target"],
                condition=Q(ended_at=None),
                name="code_one_at_a_time",
                violation_error_message=_("There is a newer code for the same."),
            ),
            models.CheckConstraint(
                condition=Q(tries_left__lte=CODE_TRIES),
                name="code_tries_only_fall",
                violation_error_message=_("A code has three tries."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} → {self.target}"

    @property
    def holds(self) -> bool:
        """Whether the right digits would still do."""
        return self.ended_at is None and self.tries_left > 0 and self.expires_at > timezone.now()

    def draw(self) -> str:
        """Draw new digits, keep their digest, and return them."""
        digits = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
        self.digest = self._digest_of(digits)
        return digits

    def be_decoy(self) -> None:
        """Be a code that no digits match."""
        self.digest = self._digest_of(secrets.token_hex())

    def matches(self, digits: str) -> bool:
        return constant_time_compare(self.digest, self._digest_of(digits))

    def _digest_of(self, digits: str) -> str:
        return salted_hmac(f"accounts.code.{self.key}", digits, algorithm="sha256").hexdigest()
