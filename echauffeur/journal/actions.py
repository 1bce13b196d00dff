"""Writing what happened, in the same transaction as what happened; telling it afterwards."""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from echauffeur.common import hub
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import TapReused
from echauffeur.journal.models import SERVICE, Entry

if TYPE_CHECKING:
    from echauffeur.accounts.models import User
    from echauffeur.bases.models import Base

logger = logging.getLogger(__name__)
_rehearsing = ContextVar("rehearsing", default=False)


@dataclass(frozen=True)
class Subject:
    """What a step is about: its kind (ride, mission, …), primary key, and the code people say."""

    kind: str
    id: int
    code: str

    @property
    def stream(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True)
class Tap:
    """One press of a button, named by the device at the moment of the press.

    ``claimed_at`` is the phone's own clock and is kept beside ours, never instead of it.
    ``body`` is everything the request asked for: the same key with another body is refused.
    """

    key: UUID
    body: str
    claimed_at: datetime | None = None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()


def earlier(tap: Tap | None) -> Entry | None:
    """Return what this same tap already did, if it came before, and keep its twin waiting until we are done.

    Take it before any other lock. Raises TapReused when the key came with another body.
    """
    if tap is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(tap.key)])
    entry = Entry.objects.filter(tap=tap.key).first()
    if entry is not None and entry.tap_digest != tap.digest:
        raise TapReused
    return entry


def advance(streams: Iterable[str]) -> dict[str, int]:
    """Give each stream its next number and return them. The rows stay locked until the transaction ends.

    The base's stream comes first, so that steps of one base commit in the order of their numbers; whoever writes
    an entry must hold every other row lock already.
    """
    numbers: dict[str, int] = {}
    with connection.cursor() as cursor:
        for name in streams:
            cursor.execute(
                "INSERT INTO journal_stream (name, seq) VALUES (%s, 1)"
                " ON CONFLICT (name) DO UPDATE SET seq = journal_stream.seq + 1 RETURNING seq",
                [name],
            )
            numbers[name] = cursor.fetchone()[0]
    return numbers


@contextmanager
def rehearsal() -> Iterator[None]:
    """Do what is inside and take it all back. Steps recorded there get no number, so that nobody waits for a stream."""
    token = _rehearsing.set(True)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        _rehearsing.reset(token)


def record(
    *,
    base: "Base | None",
    verb: str,
    subject: Subject,
    by: "User | None",
    party: Party,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    words: str = "",
    data: dict[str, Any] | None = None,
    also_on: Iterable[str] = (),
    tap: Tap | None = None,
) -> Entry:
    """Write one step, and tell it once the transaction has committed.

    ``base`` None is a step on the service as a whole. ``also_on`` names streams beside the base's own.

    Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a journal entry belongs to the transaction of what it tells")
    rehearsing = _rehearsing.get()
    told_on = _streams_of(base, subject, also_on)
    streams = {} if rehearsing else advance(told_on)
    entry = Entry(
        base=base,
        seq=streams.get(told_on[0], 0),
        verb=verb,
        subject=subject.kind,
        subject_id=subject.id,
        code=subject.code,
        from_state=from_state,
        to_state=to_state,
        by=by,
        party=party,
        reason=reason,
        words=words,
        data=data or {},
        streams=streams,
        tap=tap.key if tap else None,
        tap_digest=tap.digest if tap else "",
        claimed_at=tap.claimed_at if tap else None,
    )
    if rehearsing:
        return entry
    entry.save(force_insert=True)
    transaction.on_commit(partial(tell, [entry]), robust=True)
    return entry


def _streams_of(base: "Base | None", subject: Subject, also_on: Iterable[str]) -> list[str]:
    """Return where a step is told: the base's stream, or the service's, before all others."""
    first = f"base:{base.pk}" if base else SERVICE
    # A base's own stream counts its own steps alone, which its beginning and its end are not.
    own = set() if base is None and subject.kind == "base" else {subject.stream}
    return [first, *sorted({*own, *also_on} - {first})]


def tell(entries: list[Entry]) -> int:
    """Tell whoever listens that their stream went on, and return how many steps were told.

    A notice holds the number alone: guests hear it too, and who may know more fetches it.
    Redis being away is no error: what is not told now, the sweeper tells later.
    """
    notices = [
        (f"stream:{stream}", {"type": "step", "seq": seq}) for entry in entries for stream, seq in entry.streams.items()
    ]
    if not hub.publish(notices):
        return 0
    Entry.objects.filter(pk__in=[entry.pk for entry in entries]).update(announced_at=timezone.now())
    return len(entries)


@transaction.atomic
def sweep(limit: int = 500) -> int:
    """Tell what a lost connection or a killed process left untold, oldest first; return how many."""
    left = list(Entry.objects.untold().order_by("at").select_for_update(skip_locked=True)[:limit])
    return tell(left) if left else 0
