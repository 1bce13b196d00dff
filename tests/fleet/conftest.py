"""A base, its manager, and the manager's browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry
from tests.factories import BaseFactory, ManagerFactory, UserFactory


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English, whatever language a request of another test left behind."""
    with translation.override("en"):
        yield


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory()
    return base


@pytest.fixture
def toulon() -> Base:
    toulon: Base = BaseFactory(code="toulon")
    return toulon


@pytest.fixture
def manager(base: Base) -> User:
    manager: User = ManagerFactory(base=base)
    return manager


@pytest.fixture
def client(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


@pytest.fixture
def administration(base: Base) -> Client:
    """A browser in which an administrator is signed in."""
    client = Client()
    client.force_login(UserFactory(base=base, is_staff=True, is_superuser=True))
    return client


def steps() -> list[tuple[Any, ...]]:
    """Return what the journal tells so far: verb, subject, code and fields of each step."""
    return list(Entry.objects.order_by("pk").values_list("verb", "subject", "code", "data__fields"))
