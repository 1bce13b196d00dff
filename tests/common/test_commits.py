"""What is done after a commit: nothing there turns a saved row into an error."""

import logging

import pytest
from django.db import transaction

from echauffeur.common.commits import after_commit

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_done_once_the_transaction_has_committed() -> None:
    done: list[str] = []
    with transaction.atomic():
        after_commit(done.append, "told")
        assert done == []
    assert done == ["told"]


def test_what_fails_there_is_logged_and_the_rest_is_done(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []
    with caplog.at_level(logging.ERROR), transaction.atomic():
        after_commit(int, "no number")
        after_commit(done.append, "told")
    assert done == ["told"]
    assert "no number" in caplog.text


def test_nothing_is_done_when_it_is_taken_back() -> None:
    done: list[str] = []
    with transaction.atomic():
        after_commit(done.append, "told")
        transaction.set_rollback(True)
    assert done == []
