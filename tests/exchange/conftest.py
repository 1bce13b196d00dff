"""Somebody who sends files, and what they read."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from tests.factories import BaseFactory, ManagerFactory


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory()
    return base


@pytest.fixture
def manager(base: Base) -> User:
    manager: User = ManagerFactory(base=base)
    return manager


@pytest.fixture
def client(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def send(client: Client, text: str | bytes, kind: str = "places", **said: str) -> Any:
    """Send a file to Brest, and return the page that says what it would do."""
    content = text.encode() if isinstance(text, str) else text
    file = SimpleUploadedFile("file.csv", content)
    return client.post(reverse("base-import-kind", args=["brest", kind]), {"file": file} | said, follow=True)


def take_in(client: Client, shown: Any) -> Any:
    """Say yes to what is shown, and return the page that follows."""
    return client.post(shown.request["PATH_INFO"], {"seen": shown.context["plan"].digest}, follow=True)


def fates(shown: Any) -> list[tuple[int, str, str]]:
    return [(fate.number, fate.name, fate.verb) for fate in shown.context["plan"].fates]


def reasons(shown: Any) -> str:
    return " ".join(reason for fate in shown.context["plan"].fates for reason in fate.reasons)
