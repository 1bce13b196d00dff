"""What people write to the service."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.common.models import choices_constraint
from echauffeur.journal.actions import Subject
from echauffeur.notifications.models import Message


class ContactState(models.TextChoices):
    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")


class ContactMessage(models.Model):
    """A question from the contact form, and its answer. ``person`` is empty when nobody was signed in."""

    subject_line = models.CharField(_("subject"), max_length=120)
    words = models.TextField(_("message"), max_length=4000)
    reply_to = models.EmailField(_("answer to"), max_length=254)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    mail = models.ForeignKey(
        Message, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("e-mail")
    )
    written_at = models.DateTimeField(_("written"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=ContactState.choices, default=ContactState.OPEN)
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact message")
        verbose_name_plural = _("contact messages")
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(fields=["written_at"], name="contact_message_by_age")]
        constraints = [
            choices_constraint("state", ContactState, "contact_message_state_exists"),
            models.CheckConstraint(
                condition=Q(state=ContactState.OPEN, answered_at=None, answer="")
                | (Q(state=ContactState.ANSWERED, answered_at__isnull=False) & ~Q(answer="")),
                name="contact_message_answered_has_its_answer",
                violation_error_message=_("A message is answered when it has an answer, and only then."),
            ),
        ]

    def __str__(self) -> str:
        return self.subject_line

    @property
    def subject(self) -> Subject:
        return Subject("contact", self.pk, f"C-{self.pk}")
