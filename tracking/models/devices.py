"""Devices beside the driver's page that say where a car is: a telephone with an app, or a box in the vehicle."""

import base64
import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from drivers.models import Driver
from echauffeur.bases.models import Base
from echauffeur.journal.actions import Subject
from fleet.models import Vehicle

TOKEN_BYTES = 16


def new_token() -> str:
    """Return 128 random bits in 26 letters and digits that a person can type: no capitals, none that look alike."""
    return base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().rstrip("=").lower()


def digest_of(token: str) -> str:
    """Return what is stored of a device's token, however it was typed."""
    return hashlib.sha256(token.strip().lower().encode(errors="surrogatepass")).hexdigest()


class Refused(models.TextChoices):
    """Why a position was not taken, as those read it who look after the device."""

    DISABLED = "disabled", _("the driver no longer drives on this base")
    SHARING_OFF = "sharing_off", _("the driver does not share the position")
    OFF_SHIFT = "off_shift", _("nobody was on duty with it")
    IMPOSSIBLE = "impossible", _("a point that is not on Earth")
    VAGUE = "vague", _("too vague, more than a kilometre")
    JUMP = "jump", _("no car gets there that fast")
    TOO_OLD = "too_old", _("an hour old or older")
    FUTURE = "future", _("ahead of time, its clock is wrong")
    MALFORMED = "malformed", _("not a position that can be read")


class DeviceQuerySet(models.QuerySet["Device"]):
    def of(self, base: Base) -> "DeviceQuerySet":
        return self.filter(base=base)

    def in_force(self) -> "DeviceQuerySet":
        return self.filter(revoked_at=None)

    def with_owner(self) -> "DeviceQuerySet":
        return self.select_related("base", "driver__user", "vehicle__model", "created_by")


class Device(models.Model):
    """Speaks for its driver, or for whoever has its vehicle at the time. Of its token only a digest is kept.

    ``refused_code``, ``refused_at``: why and when it was last refused; where it was is not kept here.
    """

    base = models.ForeignKey(Base, models.PROTECT, related_name="devices", verbose_name=_("base"), editable=False)
    driver = models.ForeignKey(
        Driver, models.CASCADE, null=True, blank=True, related_name="devices", verbose_name=_("driver")
    )
    vehicle = models.ForeignKey(
        Vehicle, models.CASCADE, null=True, blank=True, related_name="devices", verbose_name=_("vehicle")
    )
    label = models.CharField(_("name"), max_length=60, help_text=_("What it is, such as Samsung in the glovebox."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("added at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="devices_added",
        verbose_name=_("added by"),
    )
    revoked_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    last_heard_at = models.DateTimeField(_("last heard at"), null=True, blank=True, editable=False)
    refused_code = models.CharField(
        _("last refused because"), max_length=20, choices=Refused.choices, blank=True, editable=False
    )
    refused_at = models.DateTimeField(_("last refused at"), null=True, blank=True, editable=False)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["base", "label", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(driver=None, vehicle__isnull=False) | Q(driver__isnull=False, vehicle=None),
                name="device_of_a_driver_or_a_vehicle",
                violation_error_message=_("Choose a driver or a vehicle, one of them and not both."),
            ),
            models.UniqueConstraint(
                fields=["driver", "label"],
                name="device_label_once_per_driver",
                violation_error_message=_("This driver already has a device of that name."),
            ),
            models.UniqueConstraint(
                fields=["vehicle", "label"],
                name="device_label_once_per_vehicle",
                violation_error_message=_("This vehicle already has a device of that name."),
            ),
            models.CheckConstraint(
                condition=Q(refused_code="", refused_at=None) | (~Q(refused_code="") & Q(refused_at__isnull=False)),
                name="device_refused_with_a_reason",
                violation_error_message=_("A refusal has a reason and a time."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def subject(self) -> Subject:
        return Subject("device", self.pk, f"B-{self.pk}")

    @property
    def owner(self) -> Driver | Vehicle:
        """Whom or what it speaks for."""
        owner = self.driver or self.vehicle
        assert owner is not None
        return owner
