"""iCalendar files (RFC 5545): what goes into one, and how it is answered so that a calendar may ask again every hour.

Every moment is written in UTC, so that no file has to carry the rules of a time zone.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from icalendar import Alarm, Calendar, Event, vDuration, vGeo

PRODUCT = "-//e-Chauffeur//e-Chauffeur//FR"


@dataclass(frozen=True)
class Entry:
    """One entry of a calendar.

    ``name`` is its own for good, whatever else of it changes: a calendar knows an entry again by it. ``changed_at`` and
    ``version`` (which only rises) say which of two states is the newer. ``point``: latitude and longitude, WGS 84.
    ``status``: CONFIRMED, TENTATIVE or CANCELLED. ``remind``: how long before the beginning the device is to ring.
    """

    name: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    changed_at: datetime
    version: int
    status: str = "CONFIRMED"
    description: str = ""
    location: str = ""
    point: tuple[float, float] | None = None
    url: str = ""
    remind: timedelta | None = None


def file_of(entries: Iterable[Entry], *, name: str = "", refresh: timedelta | None = None) -> bytes:
    """Return the file. ``name`` and ``refresh`` are for one that is subscribed to: its title, and how often to ask."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
    if refresh:
        calendar.add("refresh-interval", vDuration(refresh), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(refresh))
    for entry in entries:
        calendar.add_component(_event(entry))
    content: bytes = calendar.to_ical()
    return content


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", f"{entry.name}@{_host()}")
    event.add("dtstamp", _utc(entry.changed_at))
    event.add("last-modified", _utc(entry.changed_at))
    event.add("sequence", entry.version)
    event.add("dtstart", _utc(entry.starts_at))
    event.add("dtend", _utc(entry.ends_at))
    event.add("summary", _text(entry.summary))
    event.add("status", entry.status)
    said = {"description": _text(entry.description), "location": _text(entry.location), "url": entry.url}
    for word, value in said.items():
        if value:
            event.add(word, value)
    if entry.point:
        event.add("geo", vGeo(entry.point))
    if entry.remind is not None:
        event.add_component(_alarm(entry))
    return event


def _alarm(entry: Entry) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _text(entry.summary))
    alarm.add("trigger", -(entry.remind or timedelta()))
    return alarm


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _text(words: str) -> str:
    """Return the words without what no text of a calendar may hold: control characters but for line breaks."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in lines if letter in "\n\t" or letter.isprintable() or letter in JOINERS)


# They hold together what is drawn as one sign, such as a pilot: a man, joined to an aeroplane.
JOINERS = "\u200c\u200d"


def _host() -> str:
    """Return the name that makes an entry's name the service's own."""
    return urlsplit(settings.SITE_URL).hostname or "e-chauffeur"


def answer(request: HttpRequest, content: bytes, *, filename: str) -> HttpResponseBase:
    """Return the file, or 304 when the asker has it in this state already. Nobody in between may keep it.

    The state is told by its content alone: which entries lie in its window changes with the day, without any of them.
    """
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = f'inline; filename="{filename}"'
    known: HttpResponseBase | None = get_conditional_response(request, etag=etag, response=response)
    return known or response
