"""Messages to people: rows written with what they tell, sent afterwards."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.common.models import choices_constraint
from echauffeur.notifications.states import State, Way


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> "MessageQuerySet":
        return self.filter(state=State.WAITING)

    def due(self, at: datetime) -> "MessageQuerySet":
        return self.waiting().filter(due_at__lte=at)

    def by(self, way: Way) -> "MessageQuerySet":
        return self.filter(way=way)


class Message(models.Model):
    """One e-mail or text to one person. ``key`` names it outside, so that who gets it twice can tell.

    ``is_secret``: subject and body let their reader in, and are wiped once it is sent or given up. ``due_at`` is when
    it may be tried next; whoever tries it puts that off first, so that a process that dies on it keeps it from nobody
    for long.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    way = models.CharField(_("by"), max_length=10, choices=Way.choices)
    kind = models.CharField(_("kind"), max_length=30)
    to = models.CharField(_("to"), max_length=254)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), blank=True)
    is_secret = models.BooleanField(_("holds a secret"), default=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("person"),
    )
    base = models.ForeignKey(
        "bases.Base", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("base")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField(_("written"), default=timezone.now)
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    useful_until = models.DateTimeField(_("useful until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=State.WAITING), name="message_waiting"),
            models.Index(fields=["made_at"], name="message_by_age"),
        ]
        constraints = [
            choices_constraint("way", Way, "message_way_exists"),
            choices_constraint("state", State, "message_state_exists"),
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False) | ~Q(state=State.SENT) & Q(sent_at__isnull=True),
                name="message_sent_has_its_time",
                violation_error_message=_("A message has a time of sending when it is sent, and only then."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.to}"
