"""Many steps of one transaction: numbered in one go at its end, so that others on the base wait for a moment alone."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext

import pytest
from django.db import OperationalError, connection, transaction

from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.journal import actions as journal
from echauffeur.journal.actions import Subject
from echauffeur.journal.models import Entry, Stream
from tests.factories import BaseFactory

pytestmark = pytest.mark.django_db(transaction=True)


def step(base: Base, code: str) -> Entry:
    return journal.record(base=base, verb="x", subject=Subject("thing", 7, code), by=None, party=Party.RULE)


def step_of_somebody_else(base: Base) -> int:
    """Take a step on another connection, which waits for a lock for a fifth of a second; return its number."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            return step(base, "theirs").seq
    finally:
        connection.close()


def take_steps(base: Base, how: AbstractContextManager[None]) -> int:
    with ThreadPoolExecutor(1) as pool, transaction.atomic(), how:
        step(base, "first")
        theirs = pool.submit(step_of_somebody_else, base).result()
        step(base, "second")
    return theirs


def test_others_do_not_wait_for_them() -> None:
    base = BaseFactory()
    assert take_steps(base, journal.gathered()) == 1
    assert list(Entry.objects.order_by("seq").values_list("seq", "code")) == [
        (1, "theirs"),
        (2, "first"),
        (3, "second"),
    ]
    assert [entry.streams["thing:7"] for entry in Entry.objects.order_by("seq")] == [1, 2, 3]
    assert Stream.objects.get(name=f"base:{base.pk}").seq == 3


def test_control_each_on_its_own_keeps_them_waiting() -> None:
    with pytest.raises(OperationalError, match="lock timeout"):
        take_steps(BaseFactory(), nullcontext())


def test_an_entry_has_its_key_before_its_number() -> None:
    base = BaseFactory()
    with transaction.atomic(), journal.gathered():
        entry = step(base, "one")
        assert entry.pk
        assert not Entry.objects.exists()
    assert Entry.objects.get(pk=entry.pk).seq == 1


def test_what_is_rehearsed_leaves_no_number_and_keeps_nobody_waiting() -> None:
    base = BaseFactory()
    with ThreadPoolExecutor(1) as pool, journal.rehearsal():
        step(base, "tried")
        assert pool.submit(step_of_somebody_else, base).result() == 1
    assert list(Entry.objects.values_list("code", flat=True)) == ["theirs"]
