"""What happened, in order, per base: history, audit and outbox in one table.

The journal knows nobody: every app writes into it, so it lies below all of them. Its base and person are names of
models, no imports.
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.common.lifecycle import Party

if TYPE_CHECKING:
    from echauffeur.bases.models import Base

# The stream of what concerns no base: accounts, administrators, reference data.
SERVICE = "service"


class Stream(models.Model):
    """Something one may follow live, and the number of its newest step.

    ``base:3`` holds every step of base 3; ``ride:57``, ``driver:12``, ``customer:9`` hold the steps that concern one;
    ``person:9`` those that change what a person may do; ``service`` those that concern no base.
    """

    name = models.CharField(max_length=60, primary_key=True)
    seq = models.BigIntegerField(default=0)

    class Meta:
        db_table = "journal_stream"
        verbose_name = _("stream")
        verbose_name_plural = _("streams")

    def __str__(self) -> str:
        return f"{self.name} @ {self.seq}"


class EntryQuerySet(models.QuerySet["Entry"]):
    def of(self, base: "Base") -> "EntryQuerySet":
        return self.filter(base=base)

    def about(self, subject: str, subject_id: int) -> "EntryQuerySet":
        return self.filter(subject=subject, subject_id=subject_id)

    def untold(self) -> "EntryQuerySet":
        return self.filter(announced_at=None)


class Entry(models.Model):
    """One step that somebody took, on a base or on the service as a whole. Never changed but for ``announced_at``."""

    base = models.ForeignKey(
        "bases.Base", models.PROTECT, null=True, blank=True, related_name="entries", verbose_name=_("base")
    )
    seq = models.BigIntegerField(_("number"))
    verb = models.CharField(_("step"), max_length=20)
    subject = models.CharField(_("about"), max_length=20)
    subject_id = models.BigIntegerField()
    code = models.CharField(_("code"), max_length=20)
    from_state = models.CharField(_("from"), max_length=20, blank=True)
    to_state = models.CharField(_("to"), max_length=20, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    party = models.CharField(_("as"), max_length=10, choices=Party.choices)
    at = models.DateTimeField(_("at"), default=timezone.now)
    claimed_at = models.DateTimeField(_("time on the phone"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=30, blank=True)
    words = models.TextField(_("words"), blank=True)
    data = models.JSONField(default=dict, blank=True)
    streams = models.JSONField(default=dict, help_text=_("Each stream this step is told on, with its number there."))
    tap = models.UUIDField(null=True, blank=True, unique=True)
    tap_digest = models.CharField(max_length=64, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["base", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["base", "seq"], name="entry_numbered_once_per_base", nulls_distinct=False),
            models.CheckConstraint(condition=Q(seq__gte=1), name="entry_numbers_start_at_one"),
            models.CheckConstraint(
                condition=Q(tap=None, tap_digest="") | (Q(tap__isnull=False) & ~Q(tap_digest="")),
                name="entry_tap_has_its_digest",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "subject_id", "seq"], name="entry_by_subject"),
            models.Index(fields=["at"], condition=Q(announced_at=None), name="entry_untold"),
            models.Index(fields=["base", "at"], name="entry_by_day"),
            GinIndex(fields=["streams"], name="entry_by_stream"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.code} {self.verb}"
