"""Writing what happened, in the same transaction as what happened; telling it afterwards."""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from echauffeur.common import hub
from echauffeur.common.commits import after_commit
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import TapReused
from echauffeur.journal.models import SERVICE, Entry

if TYPE_CHECKING:
    from echauffeur.accounts.models import User
    from echauffeur.bases.models import Base

logger = logging.getLogger(__name__)
# Steps that wait for their numbers; None when each takes its own at once.
_gathered: ContextVar[list[Entry] | None] = ContextVar("gathered", default=None)


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


def advance(counts: dict[str, int]) -> dict[str, int]:
    """Move each stream on by so many steps, in this order, and return the newest number of each.

    The rows stay locked until the transaction ends. The base's stream comes first, so that steps of one base commit in
    the order of their numbers; whoever writes an entry must hold every other row lock already.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_stream (name, seq) SELECT * FROM unnest(%s::varchar[], %s::bigint[])"
            " ON CONFLICT (name) DO UPDATE SET seq = journal_stream.seq + excluded.seq RETURNING name, seq",
            [list(counts), list(counts.values())],
        )
        return dict(cursor.fetchall())


@contextmanager
def gathered() -> Iterator[None]:
    """Number what is recorded inside only at its end: so many steps at once keep others waiting for a moment alone.

    Nobody else sees any of it before the transaction commits, so the order among them is that of their recording.
    Inside another one, it is that one which numbers them.
    """
    if _gathered.get() is not None:
        yield
        return
    with _gathering() as entries:
        yield
        _write(entries)


@contextmanager
def rehearsal() -> Iterator[None]:
    """Do what is inside and take it all back. Steps recorded there get no number: nobody waits for a stream."""
    with _gathering(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def _gathering() -> Iterator[list[Entry]]:
    entries: list[Entry] = []
    token = _gathered.set(entries)
    try:
        yield entries
    finally:
        _gathered.reset(token)


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
    entry = Entry(
        base=base,
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
        streams=dict.fromkeys(_streams_of(base, subject, also_on), 0),
        tap=tap.key if tap else None,
        tap_digest=tap.digest if tap else "",
        claimed_at=tap.claimed_at if tap else None,
    )
    waiting = _gathered.get()
    if waiting is None:
        _write([entry])
    else:
        entry.pk = _next_key()
        waiting.append(entry)
    return entry


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('journal_entry', 'id'))")
        return int(cursor.fetchone()[0])


def _write(entries: list[Entry]) -> None:
    """Give these entries their numbers in every stream, write them, and tell of them after the commit."""
    firsts = sorted({next(iter(entry.streams)) for entry in entries})
    others = sorted({stream for entry in entries for stream in entry.streams} - {*firsts})
    counts = Counter(stream for entry in entries for stream in entry.streams)
    newest = advance({stream: counts[stream] for stream in [*firsts, *others]}) if entries else {}
    numbers = {stream: newest[stream] - counts[stream] for stream in newest}
    for entry in entries:
        for stream in entry.streams:
            numbers[stream] += 1
            entry.streams[stream] = numbers[stream]
        entry.seq = entry.streams[next(iter(entry.streams))]
    Entry.objects.bulk_create(entries)
    after_commit(tell, entries)


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
