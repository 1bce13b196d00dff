"""What a driver's phone says of where it is, and what it hears back; the same on the socket and over HTTP."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.utils import translation
from django.utils.translation import gettext as _

from dispatch.access import driver_to_be
from drivers.models import Driver
from echauffeur.accounts.queries import Person
from echauffeur.common.limits import MINUTE, Limit, TooOften, take
from echauffeur.common.refusals import Refusal
from tracking.actions.positions import LARGEST_BATCH, take_in
from tracking.positions import Position

# A phone sends once a second, and what it found in a tunnel in a few messages at once.
SENDS = Limit("positions", 300, MINUTE)


def hear_positions(user: Person, text: str | bytes) -> dict[str, Any]:
    """Take in ``{batch, points: [{lat, lon, at, accuracy?, heading?}, …]}``, 500 points at most.

    Degrees WGS 84, seconds since 1970, metres, degrees from north; ``batch`` is the phone's name for the message and
    comes back. Return ``{"type": …, "batch": …}``: ``positions_taken`` with ``refused``, a list of ``{reason, message,
    places}`` (places in ``points``); ``positions_later`` when nothing could be passed on now, or too much came: send it
    again; or ``positions_refused`` with ``reason`` and ``message`` when it is no such message. Raises Http404 when the
    person drives nowhere.
    """
    driver = driver_to_be(user)
    with translation.override(driver.user.language):  # a socket has no language of its own
        message = _read(text)
        return {"batch": message.get("batch"), **_hear(driver, message.get("points"))}


def _read(text: str | bytes) -> dict[str, Any]:
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return message if isinstance(message, dict) else {}


def _hear(driver: Driver, points: Any) -> dict[str, Any]:
    if not isinstance(points, list):
        words = _("This message holds no positions.")
        return {"type": "positions_refused", "reason": "malformed", "message": words}
    try:
        take(SENDS, str(driver.pk))
    except TooOften:
        return {"type": "positions_later"}
    if len(points) > LARGEST_BATCH:
        words = _("These are too many positions at once: %(most)d at most.") % {"most": LARGEST_BATCH}
        return {"type": "positions_refused", "reason": "too_many", "message": words}
    read: dict[int, Position] = {}
    refused: dict[int, Refusal] = {}
    for place, point in enumerate(points):
        try:
            read[place] = Position.from_phone(driver.pk, point)
        except (TypeError, KeyError, ValueError, OverflowError):
            refused[place] = Refusal(_("This is not a position."), code="malformed")
    taken = take_in(driver=driver, positions=list(read.values()))
    if not taken.passed_on:
        return {"type": "positions_later"}
    places = list(read)
    refused |= {places[index]: refusal for index, refusal in taken.refused.items()}
    return {"type": "positions_taken", "refused": _by_reason(refused)}


def _by_reason(refused: Mapping[int, Refusal]) -> list[dict[str, Any]]:
    """Return the refusals with their sentences once each: a whole tunnel may be refused for one reason."""
    reasons: dict[str, dict[str, Any]] = {}
    for place, refusal in sorted(refused.items()):
        reason = {"reason": refusal.code, "message": str(refusal), "places": []}
        reasons.setdefault(refusal.code, reason)["places"].append(place)
    return list(reasons.values())
