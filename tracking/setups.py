"""How an app on somebody's phone is told where to send positions: addresses, what to type, and codes to scan."""

import base64
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import orjson
from django.http import HttpRequest
from django.urls import reverse

from echauffeur.accounts.qr import Drawing, drawing_of

# OwnTracks: HTTP instead of MQTT, and a position after each move, not only after a large one.
HTTP_MODE, MOVES = 3, 2
OWNTRACKS_USER = "device"
EVERY_SECONDS, EVERY_METRES = 5, 10


@dataclass(frozen=True)
class Setup:
    """What the two apps need; each has an address and a code to scan. ``link`` opens OwnTracks on this very phone."""

    token: str
    osmand: str
    osmand_code: Drawing
    owntracks: str
    owntracks_code: Drawing
    link: str
    user: str = OWNTRACKS_USER


def setup_of(request: HttpRequest, token: str) -> Setup:
    """Return how to set the apps up for the device of this token."""
    osmand = request.build_absolute_uri(reverse("device-osmand"))
    owntracks = request.build_absolute_uri(reverse("device-owntracks"))
    asked = {
        "id": token, "accuracy": "high", "distance": EVERY_METRES, "interval": EVERY_SECONDS,
        "fastest_interval": EVERY_SECONDS, "buffer": "true",
    }  # fmt: skip
    link = f"owntracks:///config?inline={_owntracks(owntracks, token)}"
    return Setup(
        token=token,
        osmand=osmand,
        osmand_code=drawing_of(f"{osmand}?{urlencode(asked)}"),
        owntracks=owntracks,
        owntracks_code=drawing_of(link),
        link=link,
    )


def _owntracks(address: str, token: str) -> str:
    settings = {
        "_type": "configuration",
        "mode": HTTP_MODE,
        "url": address,
        "auth": True,
        "username": OWNTRACKS_USER,
        "password": token,
        "monitoring": MOVES,
    }
    return quote(base64.b64encode(orjson.dumps(settings)), safe="")
