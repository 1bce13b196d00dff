"""What a driver's phone says of where it is, and what it hears back; the same on the socket and over HTTP."""

from typing import Any

import orjson
from django.utils import translation

from dispatch.access import driver_to_be
from echauffeur.accounts.queries import Person
from tracking.actions.positions import take_in
from tracking.positions import Position


def hear_position(user: Person, text: str | bytes) -> dict[str, Any]:
    """Take in ``{lat, lon, at, accuracy?, heading?}`` (degrees WGS 84, seconds since 1970, metres, degrees from north).

    Return ``{"type": …}``: ``position_taken``; ``position_later`` when it could not be passed on now; or
    ``position_refused`` with ``reason`` and ``message``. Raises Http404 when the person drives nowhere.
    """
    driver = driver_to_be(user)
    try:
        position = Position.from_phone(driver.pk, orjson.loads(text))
    except (TypeError, KeyError, ValueError, OverflowError):
        return {"type": "position_refused", "reason": "malformed", "message": ""}
    with translation.override(driver.user.language):  # a socket has no language of its own
        taken = take_in(driver=driver, positions=[position])
        if refusal := taken.refused.get(0):
            return {"type": "position_refused", "reason": refusal.code, "message": str(refusal)}
    return {"type": "position_taken" if taken.passed_on else "position_later", "at": int(position.at.timestamp())}
