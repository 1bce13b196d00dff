"""Reading the journal."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Min
from django.utils import timezone

from echauffeur.journal.models import Entry, EntryQuerySet, Stream


def seq_of(stream: str) -> int:
    """Return the number of the stream's newest step; 0 when nothing happened yet."""
    return seqs_of([stream]).get(stream, 0)


def seqs_of(streams: Iterable[str]) -> dict[str, int]:
    """Return the newest number of each of these streams that has one, in one query."""
    return dict(Stream.objects.filter(name__in=list(streams)).values_list("name", "seq"))


def history(subject: str, subject_id: int) -> EntryQuerySet:
    """Return the steps of one thing, oldest first, with who took them."""
    return Entry.objects.about(subject, subject_id).select_related("by").order_by("seq")


def sweeper_lag(now: datetime | None = None) -> float:
    """Return how many seconds the oldest untold step has been waiting; 0 when all is told."""
    oldest = Entry.objects.untold().aggregate(oldest=Min("at"))["oldest"]
    return max(0.0, ((now or timezone.now()) - oldest).total_seconds()) if oldest else 0.0
