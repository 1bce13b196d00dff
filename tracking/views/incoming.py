"""The addresses that devices send positions to: OsmAnd's and Traccar's protocol, and OwnTracks'. See `docs/devices.md`.

These apps keep a position and send it again until the answer is a success, before they send the next. So a success says
that the position is dealt with, taken or refused for good with its reason; anything else asks to keep it and come back.
"""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any

import orjson
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from echauffeur.common.client import network_of
from echauffeur.common.limits import HOUR, MINUTE, Limit, TooOften, take
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal
from tracking.access import device_speaking
from tracking.actions.devices import hear, note_heard
from tracking.actions.positions import LARGEST_BATCH, Taken
from tracking.points import Point, from_osmand, from_owntracks, from_traccar

# Forty minutes without a network at a position a second, and what is found meanwhile, at once.
SENDS = Limit("device", 4000, 10 * MINUTE)
UNKNOWN_FROM_ONE_PLACE = Limit("device-unknown", 300, HOUR)
NO_POSITION = (TypeError, KeyError, ValueError, OverflowError, AttributeError)


@csrf_exempt
@login_not_required
@get_or_post
def osmand(request: HttpRequest) -> JsonResponse:
    """Take a position in: in the address or a form's fields, or one or more in Traccar Client's JSON."""
    if request.content_type == "application/json":
        message = _json(request)
        return _answer(request, str(message.get("device_id", "")), lambda: _traccar_points(message))
    said = (request.GET or request.POST).dict()
    token = str(said.get("id") or said.get("deviceid") or "")
    return _answer(request, token, lambda: [from_osmand(said, timezone.now())])


@csrf_exempt
@login_not_required
@require_POST
def owntracks(request: HttpRequest) -> JsonResponse:
    """Take a location in; whatever else the app tells is answered with a success, and left unread."""
    message = _json(request)
    is_location = message.get("_type") == "location"
    answer = _answer(request, _password(request), lambda: [from_owntracks(message)] if is_location else [])
    if answer.status_code != 200:
        return answer
    # The app reads a list of its own messages, and passes over those of a kind that it does not know.
    refused = orjson.loads(answer.content)["refused"]
    return JsonResponse([{"_type": "refusal", **each} for each in refused], safe=False)


def _answer(request: HttpRequest, token: str, read: Callable[[], list[Point]]) -> JsonResponse:
    try:
        device = device_speaking(token)
    except Http404:
        return _unknown(request)
    try:
        take(SENDS, str(device.pk))
        points = read()
        taken = hear(device=device, points=points) if points else Taken()
    except TooOften as refusal:
        return _later(refusal, refusal.status, refusal.seconds)
    except NO_POSITION:
        note_heard(device, "malformed")
        return _done(0, [Refusal(_("This is not a position."), code="malformed")])
    if not taken.passed_on:
        return _later(Refusal(_("Positions cannot be taken at the moment. Try again."), code="later"), 503, MINUTE)
    return _done(len(taken.kept), taken.refused.values())


def _done(kept: int, refused: Iterable[Refusal]) -> JsonResponse:
    reasons = {refusal.code: str(refusal) for refusal in refused}
    return JsonResponse({"taken": kept, "refused": [{"code": code, "message": reasons[code]} for code in reasons]})


def _later(refusal: Refusal, status: int, seconds: float) -> JsonResponse:
    said = {"code": refusal.code, "message": str(refusal)}
    return JsonResponse(said, status=status, headers={"Retry-After": str(int(seconds))})


def _unknown(request: HttpRequest) -> JsonResponse:
    """Answer alike to a token that never was, one that was ended, and one that was renewed."""
    try:
        take(UNKNOWN_FROM_ONE_PLACE, network_of(request))
    except TooOften as refusal:
        return _later(refusal, refusal.status, refusal.seconds)
    said = {"code": "unknown_device", "message": _("No device has this key. Set it up again.")}
    return JsonResponse(said, status=404)


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        message = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return {}
    return message if isinstance(message, dict) else {}


def _traccar_points(message: dict[str, Any]) -> list[Point]:
    """Read the one location or the list of them. Raises ValueError when they are more than are taken at once."""
    locations = message["location"] if isinstance(message["location"], list) else [message["location"]]
    if len(locations) > LARGEST_BATCH:
        raise ValueError
    return [from_traccar(location) for location in locations]


def _password(request: HttpRequest) -> str:
    """Return the password of HTTP Basic, or what the header X-Device-Token says."""
    scheme, _space, said = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return request.headers.get("X-Device-Token", "")
    try:
        return base64.b64decode(said).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
