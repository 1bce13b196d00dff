"""Saying which rides already booked a change of the base leaves outside its hours and rules: never silently."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.utils.translation import ngettext

from bookings.queries import misfits
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.models import Base

MOST_SHOWN = 20


@contextmanager
def telling_misfits(request: SignedInRequest, base: Base) -> Iterator[None]:
    """Do a change of the base inside, then tell how many rides fit it no longer. The pages behind show them."""
    before = {one.ride.pk for one in misfits(base)} if request.method == "POST" else set()
    yield
    if request.method != "POST":
        return
    now = [one for one in misfits(Base.objects.get(pk=base.pk)) if one.ride.pk not in before]
    if now:
        words = ngettext(
            "%(n)d ride already booked no longer fits this. It stays booked: look at it below.",
            "%(n)d rides already booked no longer fit this. They stay booked: look at them below.",
            len(now),
        )
        messages.warning(request, words % {"n": len(now)})


def shown_misfits(base: Base) -> dict[str, Any]:
    """Return what ``bases/_misfits.html`` shows: the first such rides, and how many there are in all."""
    found = misfits(base)
    return {"misfits": found[:MOST_SHOWN], "misfits_count": len(found)}
