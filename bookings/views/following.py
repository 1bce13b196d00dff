"""The customer's rides: the list, and one page that follows a ride from request to rating."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings import actions
from bookings.access import ride_of_customer
from bookings.forms import CancelForm, RatingForm
from bookings.models import Ride
from bookings.queries import coming_rides, link_in_force, past_rides
from bookings.states import CAR_IN_SIGHT, RIDE, RideState
from bookings.views.car import Car, car_of, end_of, start_of
from bookings.views.words import (
    day_in_short,
    day_in_words,
    headline,
    history_in_words,
    milestones,
    party_in_words,
    when_in_words,
)
from dispatch import actions as dispatch
from dispatch.models import Mission
from dispatch.queries.missions import mission_of, missions_of
from echauffeur.accounts.middleware import take_kept_form
from echauffeur.accounts.models import phone_in_words
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.common.htmx import page
from echauffeur.common.lifecycle import Party
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal
from echauffeur.journal.queries import history, seq_of

PAST_PER_PAGE = 15


@require_safe
def rides(request: SignedInRequest) -> HttpResponse:
    """List the customer's rides: coming, and past ones page by page."""
    stream = f"customer:{request.user.pk}"
    seq = seq_of(stream)
    past = Paginator(past_rides(request.user), PAST_PER_PAGE).get_page(request.GET.get("page"))
    coming = list(coming_rides(request.user))
    missions = missions_of(coming)
    context = {
        "seq": seq,
        "coming": [_card(ride, missions.get(ride.pk)) for ride in coming],
        "past": past,
        "past_cards": [_card(ride, None) for ride in past],
    }
    return page(request, "bookings/rides.html", context)


def _card(ride: Ride, mission: Mission | None) -> dict[str, Any]:
    driver = mission.driver.user.first_name if mission else ""
    return {
        "ride": ride,
        "clock": f"{ride.base.local(ride.pickup_at):%H:%M}",
        "day": day_in_short(ride.base, ride.pickup_at),
        "headline": headline(ride, driver),
        "plate": mission.vehicle.plate if mission else "",
    }


@require_safe
def ride(request: SignedInRequest, code: str) -> HttpResponse:
    """Show one own ride, live."""
    return _show(request, ride_of_customer(request.user, code), **_kept(request, code))


@get_or_post
def ride_cancel(request: SignedInRequest, code: str) -> HttpResponse:
    """Cancel, with a reason; a GET shows the ride with that form open."""
    ride = ride_of_customer(request.user, code)
    if request.method != "POST":
        return _show(request, ride, **{"is_cancelling": True, **_kept(request, code)})
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _show(request, ride, cancel_form=form, is_cancelling=True, status=422)
    try:
        dispatch.cancel(ride=ride, by=request.user, party=Party.CUSTOMER, **form.cleaned_data)
    except Refusal as refusal:
        return _show(request, ride_of_customer(request.user, code), refusal=refusal, status=refusal.status)
    return redirect("ride", code)


@get_or_post
def ride_rate(request: SignedInRequest, code: str) -> HttpResponse:
    """Keep one to five stars and perhaps words; the last judgement counts."""
    ride = ride_of_customer(request.user, code)
    if request.method != "POST":
        return _show(request, ride, **_kept(request, code))
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _show(request, ride, rating_form=form, status=422)
    try:
        actions.rate(ride=ride, by=request.user, **form.cleaned_data)
    except Refusal as refusal:
        return _show(request, ride, rating_form=form, refusal=refusal, status=refusal.status)
    return redirect("ride", code)


@get_or_post
def ride_share(request: SignedInRequest, code: str) -> HttpResponse:
    """Make a tracking link and show it, this once: only its hash is kept."""
    ride = ride_of_customer(request.user, code)
    if request.method != "POST":
        return redirect("ride", code)
    try:
        token = actions.share(ride=ride, by=request.user)
    except Refusal as refusal:
        return _show(request, ride, refusal=refusal, status=refusal.status)
    return _show(request, ride, shared_url=request.build_absolute_uri(reverse("track-open", args=[token])))


@get_or_post
def ride_unshare(request: SignedInRequest, code: str) -> HttpResponse:
    """End the tracking link."""
    ride = ride_of_customer(request.user, code)
    if request.method == "POST":
        actions.unshare(ride=ride, by=request.user)
    return redirect("ride", code)


def _kept(request: SignedInRequest, code: str) -> dict[str, Any]:
    """Return the form that was being sent when the session ended, as it stood."""
    if typed := take_kept_form(request, reverse("ride-cancel", args=[code])):
        return {"cancel_form": CancelForm(initial=typed), "is_cancelling": True}
    if typed := take_kept_form(request, reverse("ride-rate", args=[code])):
        return {"rating_form": RatingForm(initial=typed)}
    return {}


def _show(request: SignedInRequest, ride: Ride, *, status: int = 200, **extra: Any) -> HttpResponse:
    """Render the ride's page on the base's clock. The number is read first: it must not be newer than the data."""
    seq = seq_of(ride.stream)
    ride = ride_of_customer(request.user, ride.code)
    car = car_of(ride, mission_of(ride))
    context = {"seq": seq, "ride": ride, "car": car, **_told(ride, car), **_offered(ride), **extra}
    with timezone.override(ride.base.zone):
        return page(request, "bookings/ride.html", context, status=status)


def _told(ride: Ride, car: Car | None) -> dict[str, Any]:
    """Return where the ride stands, and what led there."""
    return {
        "headline": headline(ride, car.first_name if car else ""),
        "milestones": milestones(ride),
        "in_sight": ride.state in CAR_IN_SIGHT,
        "is_promised": ride.state not in (RideState.REQUESTED, RideState.WAITLISTED),
        "day": day_in_words(ride.base, ride.pickup_at),
        "clock": f"{ride.base.local(ride.pickup_at):%H:%M}",
        "asked_when": when_in_words(ride.base, ride.wanted_at) if ride.wanted_at != ride.pickup_at else "",
        "party": party_in_words(ride),
        "ends": [start_of(ride), end_of(ride)],
        "happened": history_in_words(history("ride", ride.pk)),
    }


def _offered(ride: Ride) -> dict[str, Any]:
    """Return what the customer may do now."""
    return {
        "may_cancel": RIDE.allows("cancel", ride.state, Party.CUSTOMER),
        "may_rate": ride.state == RideState.COMPLETED,
        "cancel_form": CancelForm(),
        "is_cancelling": False,
        "rating_form": RatingForm(initial={"words": ride.rating_words}),
        "stars": range(1, 6),
        "link": link_in_force(ride),
        "shared_url": "",
        "refusal": None,
        "may_note": ride.state not in (RideState.REQUESTED, RideState.WAITLISTED) and not ride.is_over,
        "control_room": phone_in_words(ride.base.phone_customers),
    }
