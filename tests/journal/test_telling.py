"""A step that is written stays written, whatever goes wrong with telling it."""

import pytest
from django.db import transaction

from echauffeur.common import hub
from echauffeur.common.lifecycle import Party
from echauffeur.journal import actions as journal
from echauffeur.journal.models import Entry
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_failure_nobody_thought_of_costs_the_notice_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(messages: object) -> bool:
        raise ValueError("nobody thought of this")

    monkeypatch.setattr(hub, "publish", broken)
    person = UserFactory()
    with transaction.atomic():
        journal.record(base=None, verb="consent", subject=person.subject, by=person, party=Party.CUSTOMER)
    assert Entry.objects.get().announced_at is None, "the sweeper finds it"
