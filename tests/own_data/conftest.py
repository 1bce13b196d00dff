from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import translation

from echauffeur.accounts.models import User
from tests.own_data.lives import Life, full_life


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: Any) -> Iterator[Life]:
    """One life for all tests of a module, because it takes a while to live: each takes back what it did to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield full_life()
        transaction.set_rollback(True)


@pytest.fixture
def life(lived: Life, django_db_blocker: Any) -> Iterator[Life]:
    """Somebody who has done everything that one can do here."""
    client = Client()
    client.cookies.load({name: morsel.value for name, morsel in lived.client.cookies.items()})
    with django_db_blocker.unblock(), transaction.atomic():
        yield Life(User.objects.get(pk=lived.person.pk), client)
        transaction.set_rollback(True)
