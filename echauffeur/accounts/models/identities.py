"""Who somebody is at a provider of identities."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Identity(models.Model):
    """A provider's word for a person: its name for them, never their address, which may be given to somebody else."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="identities", verbose_name=_("person")
    )
    issuer = models.CharField(_("provider"), max_length=255)
    subject = models.CharField(_("the provider's name for the person"), max_length=255)
    linked_at = models.DateTimeField(_("linked"), default=timezone.now)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        ordering = ["linked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                name="identity_is_one_person",
                violation_error_message=_("This identity already belongs to somebody."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} · {self.user}"
