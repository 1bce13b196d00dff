"""What people find in their mailbox or on their phone."""

import re

from django.test import Client

from echauffeur.notifications.models import Message
from tests.factories import BaseFactory

PASSWORD = "four brown ducks swim"
ENGLISH = {"accept-language": "en"}


def newest(to: str) -> Message:
    """Return the newest message to this address or number."""
    return Message.objects.filter(to=to).order_by("-pk")[0]


def code_to(to: str) -> str:
    """Return the digits of the newest message to them."""
    found = re.search(r"\b(\d{6})\b", newest(to).body)
    assert found, newest(to).body
    return found[1]


def wrong(digits: str) -> str:
    """Return other digits."""
    return f"{(int(digits) + 1) % 1_000_000:06d}"


def typed(**other: str) -> dict[str, str]:
    """Return what somebody types to sign up; None leaves a field out."""
    form = {"email": "lou.petit@demo.example", "first_name": "Lou", "last_name": "Petit", "base": BaseFactory().code}
    return {k: v for k, v in (form | {"password": PASSWORD, "consent": "on"} | other).items() if v is not None}


def send(client: Client, path: str, **fields: str):
    return client.post(path, fields, headers=ENGLISH)
