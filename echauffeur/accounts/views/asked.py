"""The code that this browser asked for: its key, and where it was sent. Nobody else's browser can redeem it."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from echauffeur.accounts.models.codes import Purpose

ASKED = "codes_asked"


@dataclass(frozen=True)
class Asked:
    """A code that was sent: ``to`` is the address or number, as it is shown."""

    key: UUID
    to: str


def keep(request: HttpRequest, purpose: Purpose, key: UUID, to: str) -> None:
    request.session[ASKED] = {**request.session.get(ASKED, {}), purpose.value: [str(key), to]}


def asked(request: HttpRequest, purpose: Purpose) -> Asked | None:
    kept = request.session.get(ASKED, {}).get(purpose.value)
    return Asked(UUID(kept[0]), kept[1]) if kept else None


def forget(request: HttpRequest, purpose: Purpose) -> None:
    kept = request.session.get(ASKED, {})
    if kept.pop(purpose.value, None):
        request.session[ASKED] = kept
