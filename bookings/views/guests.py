"""The tracking link: whoever holds it sees the car, and nothing else."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.access import link_followed, link_to_follow
from bookings.consumers import FOLLOWED_LINK
from bookings.states import CAR_IN_SIGHT
from bookings.views.car import car_of
from bookings.views.words import headline_for_guests, milestones
from dispatch.queries.missions import mission_of
from echauffeur.common.htmx import page
from echauffeur.journal.queries import seq_of

View = Callable[..., HttpResponse]


def for_guests(view: View) -> View:
    """Open to whoever holds a link: nothing of it is stored, indexed or passed on, and an ended link says so."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = render(request, "bookings/track_ended.html", status=404)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return login_not_required(require_safe(guarded))


@for_guests
def track_open(request: HttpRequest, token: str) -> HttpResponse:
    """Swap the token for a cookie, so that it stands in no address that a guest looks at or passes on by accident."""
    request.session[FOLLOWED_LINK] = link_to_follow(token).pk
    return redirect("track")


@for_guests
def track(request: HttpRequest) -> HttpResponse:
    """Follow the car of the link's ride."""
    ride = link_followed(request.session.get(FOLLOWED_LINK, 0)).ride
    seq = seq_of(ride.stream)
    ride.refresh_from_db(fields=["state", "pickup_at", "ended_at", "end_reason", "end_words"])
    in_sight = ride.state in CAR_IN_SIGHT
    car = car_of(ride, mission_of(ride)) if in_sight else None
    context = {
        "seq": seq,
        "ride": ride,
        "car": car,
        "in_sight": in_sight,
        "headline": headline_for_guests(ride, car.first_name if car else ""),
        "milestones": milestones(ride),
        "clock": "",
    }
    with timezone.override(ride.base.zone):
        return page(request, "bookings/track.html", context)
