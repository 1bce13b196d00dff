import pytest
from django.test import Client

from echauffeur.accounts.models import User
from tests.factories import UserFactory


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory(email="alix@example.org", is_superuser=True, is_staff=True)


@pytest.fixture
def administration(administrator: User) -> Client:
    """A browser in which the administrator is signed in."""
    client = Client()
    client.force_login(administrator)
    return client
