"""Files that were sent and wait for a yes, and what later ones need to know of earlier ones."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.models import Base
from fleet.models import VehicleModel


class Upload(models.Model):
    """A file that somebody sent to a base, kept until it is taken in, thrown away, or a day old.

    ``campus`` is what the earlier service called the base; ``licences_until`` the day until which licences hold whose
    line does not say it; ``shown`` the digest of the plan that its sender has seen.
    """

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    base = models.ForeignKey(Base, models.CASCADE, related_name="+", verbose_name=_("base"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("by"))
    kind = models.CharField(_("kind"), max_length=20)
    name = models.CharField(_("file"), max_length=120)
    content = models.BinaryField()
    campus = models.CharField(_("base in the earlier service"), max_length=60, blank=True)
    licences_until = models.DateField(_("licences hold until"), null=True, blank=True)
    made_at = models.DateTimeField(_("sent at"), default=timezone.now)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        indexes = [models.Index(fields=["made_at"], name="upload_by_age")]

    def __str__(self) -> str:
        return self.name


class FormerModel(models.Model):
    """What the earlier service called a vehicle model on a base: its vehicles' lines say no more than that."""

    base = models.ForeignKey(Base, models.CASCADE, related_name="+", verbose_name=_("base"))
    former = models.CharField(_("key in the earlier service"), max_length=60)
    model = models.ForeignKey(VehicleModel, models.CASCADE, related_name="+", verbose_name=_("model"))

    class Meta:
        verbose_name = _("model of the earlier service")
        verbose_name_plural = _("models of the earlier service")
        constraints = [
            models.UniqueConstraint(
                fields=["base", "former"],
                name="former_model_once_per_base",
                violation_error_message=_("The earlier service had one model of that key."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.former} → {self.model}"
