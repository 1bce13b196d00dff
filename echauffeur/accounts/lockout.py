"""After a few wrong passwords for one account from one place, that place waits; everybody else there goes on.

django-axes counts, in the database: shared by all processes, and there while Redis is away. It counts by the two
together, so that a whole base behind one address is not locked by one person, and nobody is locked out from elsewhere.
"""

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from echauffeur.common.client import network_of

# What axes keeps of a name; ours are no longer than this either.
NAME_LENGTH = 254
UNKNOWN = "::"


def name_tried(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return the account that was tried, in its one way of writing: case and blanks make no other account."""
    name = (credentials or {}).get("username") or request.POST.get("username") or ""
    return str(name).replace("\0", "").strip().lower()[:NAME_LENGTH]


def place_tried_from(request: HttpRequest) -> str:
    """Return the client's address, or the first of its IPv6 network: whoever has one of those has all of them."""
    return network_of(request).partition("/")[0] or UNKNOWN


def answer(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """Return what the page that was tried on has to say itself."""
    return response


def is_locked(request: HttpRequest) -> bool:
    """Return whether this very try was one too many, or came too soon after."""
    return bool(getattr(request, "axes_locked_out", False))


def forget_tries() -> int:
    """Remove what is remembered of tries that count no more, logs included. Return how many rows that were."""
    over = timezone.now() - settings.AXES_COOLOFF_TIME
    tables = (AccessAttempt, AccessFailureLog, AccessLog)
    return sum(int(table.objects.filter(attempt_time__lt=over).delete()[0]) for table in tables)
