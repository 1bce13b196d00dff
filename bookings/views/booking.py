"""Asking for a ride: what, then what is asked of whom, then done. Two plain forms."""

from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import actions
from bookings.access import ride_of_customer
from bookings.forms import ASAP, AT, RideForm
from bookings.models import Ride
from bookings.queries import ride_made_by
from bookings.views import drafts
from bookings.views.words import Recap, coming_in_short, week_in_short
from dispatch.queries.proposals import is_anybody_free
from echauffeur.accounts.actions.details import choose_base
from echauffeur.accounts.middleware import take_kept_form
from echauffeur.accounts.models import phone_in_words
from echauffeur.accounts.queries import own_bases
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.models import Base
from echauffeur.bases.queries import openings
from echauffeur.common.headers import asks_position, kept_nowhere
from echauffeur.common.methods import get_or_post
from echauffeur.common.models import row_of_code
from echauffeur.common.refusals import Refusal
from echauffeur.journal.actions import Tap


@get_or_post
def ride_request(request: SignedInRequest) -> HttpResponse:
    """Show the form, or keep what was typed and go on to the check."""
    typed, is_kept = (request.POST.dict(), False) if request.method == "POST" else _typed_before(request)
    base = _base(request, typed)
    if base is None:
        return render(request, "bookings/choose_base.html", {"bases": Base.objects.all()})
    if request.method == "POST" and not own_bases(request.user):
        choose_base(user=request.user, base=base)  # whoever works somewhere stays there, wherever they ride once
    if request.method != "POST" or typed.get("drawn_for") != base.code:
        return _show_form(request, RideForm.for_customer(request.user, base=base, typed=typed), is_kept=is_kept)
    form = RideForm(typed, base=base)
    if not form.is_valid():
        return _show_form(request, form, status=422)
    return redirect("ride-check", drafts.keep(request.session, form.typed))


@get_or_post
def ride_check(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Show what is asked of whom, or ask it. The key names the press of the button: twice makes one ride."""
    made = ride_made_by(request.user, key)
    if made and request.method != "POST":
        return redirect("ride", made.code)
    typed = _typed_to_check(request, key)
    base = row_of_code(Base.objects.all(), typed.get("base", ""))
    if base is None:
        messages.info(request, _("This request is no longer open. Here is a new one."))
        return redirect("ride-request")
    form = RideForm(typed, base=base)
    if not form.is_valid():
        return redirect("ride", made.code) if made else _show_form(request, form, status=422)
    return _ask(request, form, key) if request.method == "POST" else _show_recap(request, form, key)


def _ask(request: SignedInRequest, form: RideForm, key: UUID) -> HttpResponse:
    tap = Tap(key, orjson.dumps(form.typed, option=orjson.OPT_SORT_KEYS).decode())
    try:
        ride = actions.request(base=form.served, wish=form.wish, by=request.user, tap=tap)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show_form(request, form, status=refusal.status)
    drafts.drop(request.session, str(key))
    return redirect("ride", ride.code)


def _base(request: SignedInRequest, typed: drafts.Typed) -> Base | None:
    """Return the base chosen now, else the person's own; None when neither is known."""
    code = request.GET.get("base") or typed.get("base")
    chosen = row_of_code(Base.objects.all(), code) if code else None
    return chosen or request.user.base


def _typed_before(request: SignedInRequest) -> tuple[drafts.Typed, bool]:
    """Return what to fill the form with, and whether the person may be surprised to find it there."""
    if kept := take_kept_form(request):
        return kept, False
    if code := request.GET.get("again"):
        return _as_typed(ride_of_customer(request.user, code), back="back" in request.GET), False
    if key := request.GET.get("draft"):
        return drafts.of_key(request.session, key), False
    typed = {} if "fresh" in request.GET else drafts.latest(request.session)
    return typed, bool(typed)


def _as_typed(ride: Ride, *, back: bool) -> drafts.Typed:
    """Return an earlier ride as it would be typed again, the other way round for the way back."""
    ends = (ride.destination_id, ride.origin_id) if back else (ride.origin_id, ride.destination_id)
    names = ("passenger_name", "phone", "passengers", "luggage", "wheelchairs", "note", "motive")
    typed = {
        "category": ride.category_id,
        "base": ride.base.code,
        "origin": ends[0],
        "destination": ends[1],
        "when": AT if back else ASAP,
    }
    if not ride.origin_id and not back:
        typed |= {"latitude": ride.origin_latitude, "longitude": ride.origin_longitude}
    return typed | {name: getattr(ride, name) for name in names}


def _typed_to_check(request: SignedInRequest, key: UUID) -> drafts.Typed:
    if request.method == "POST":
        return request.POST.dict()
    if kept := take_kept_form(request):
        drafts.keep(request.session, kept, key)
    return drafts.of_key(request.session, str(key))


@asks_position
def _show_form(request: SignedInRequest, form: RideForm, *, is_kept: bool = False, status: int = 200) -> HttpResponse:
    base = form.served
    context: dict[str, Any] = {
        "form": form,
        "is_kept": is_kept,
        "base": base,
        "control_room": phone_in_words(base.phone_customers),
        "week": week_in_short(base),
        "coming": coming_in_short(base),
    }
    return _answer(request, "bookings/ride_request.html", context, base, status=status)


def _show_recap(request: SignedInRequest, form: RideForm, key: UUID) -> HttpResponse:
    hours = openings(form.served, form.served.local(form.pickup_at).date())
    context = {
        "recap": Recap.of(form, hours),
        "base": form.served,
        "control_room": phone_in_words(form.served.phone_customers),
        "key": key,
        "typed": form.typed,
        "is_anybody_free": is_anybody_free(form.served, form.wish, form.pickup_at, timezone.now()),
    }
    return _answer(request, "bookings/ride_check.html", context, form.served)


def _answer(
    request: SignedInRequest, template: str, context: dict[str, Any], base: Base, *, status: int = 200
) -> HttpResponse:
    """Render on the base's clock. Not stored by the browser: a form gone back to is asked for again, with its draft."""
    with timezone.override(base.zone):
        return kept_nowhere(render(request, template, context, status=status))
