"""A driver's own shifts: on the phone, and in their own calendar."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dispatch.access import driver_to_be
from drivers.access import feed_to_read
from drivers.actions.calendar import end_feed, make_feed, note_read
from drivers.calendar import file_of_driver
from drivers.duty import Duty, horizon_of, weeks_of
from drivers.models import CalendarFeed, Driver
from echauffeur.accounts.qr import drawing_of
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.common import calendars
from echauffeur.common.client import network_of
from echauffeur.common.headers import kept_nowhere
from echauffeur.common.limits import HOUR, Limit, take
from echauffeur.common.methods import get_or_post

# A whole base may stand behind one address, each of its phones asking every quarter of an hour.
READ_FROM_ONE_PLACE = Limit("calendar-read", 2000, HOUR)


@require_safe
def my_shifts(request: SignedInRequest) -> HttpResponse:
    """Show the driver's coming shifts, week by week, and whether a calendar of theirs follows them."""
    return _show(request, driver_to_be(request.user))


@get_or_post
def calendar_make(request: SignedInRequest) -> HttpResponse:
    """Make an address for the driver's calendar and show it, this once: only its digest is kept."""
    driver = driver_to_be(request.user)
    if request.method != "POST":
        return redirect("my-shifts")
    token = make_feed(driver=driver, by=request.user)
    return _show(request, driver, address=request.build_absolute_uri(reverse("my-calendar", args=[token])))


@get_or_post
def calendar_end(request: SignedInRequest) -> HttpResponse:
    """End the address of the driver's calendar."""
    driver = driver_to_be(request.user)
    if request.method == "POST":
        end_feed(driver=driver, by=request.user)
    return redirect("my-shifts")


@login_not_required
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """Give a driver's calendar its file: whoever has the address may read it, and learns shifts and nothing else."""
    take(READ_FROM_ONE_PLACE, network_of(request))
    feed = feed_to_read(token)
    note_read(feed)
    response = calendars.answer(request, file_of_driver(feed, timezone.now()), filename="e-chauffeur.ics")
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _show(request: SignedInRequest, driver: Driver, *, address: str = "") -> HttpResponse:
    now = timezone.now()
    weeks = weeks_of(driver, now)
    context: dict[str, Any] = {
        "base": driver.base,
        "now": now,
        "weeks": weeks,
        "until": horizon_of(driver.base, now),
        "next": next((entry for week in weeks for entry in week.entries if isinstance(entry, Duty)), None),
        "feed": CalendarFeed.objects.filter(driver=driver).first(),
        "address": address,
    }
    if address:
        webcal = urlsplit(address)._replace(scheme="webcal").geturl()
        context |= {"webcal": webcal, "qr": drawing_of(webcal)}
    with timezone.override(driver.base.zone):
        return kept_nowhere(render(request, "drivers/my_shifts.html", context))
