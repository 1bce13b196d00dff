"""The control tower: one page per base and day, and the regulator's steps on its rides."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.access import ride_to_regulate
from bookings.actions import share
from bookings.models import Ride
from dispatch.forms.calls import CallForm
from dispatch.forms.steps import STEP_FORMS, LookForm, StepForm, promise_at
from dispatch.queries.detail import detail_of
from dispatch.queries.missions import trips_of
from dispatch.queries.tower import tower_of
from echauffeur.accounts.access import base_where
from echauffeur.accounts.middleware import take_kept_form
from echauffeur.accounts.queries import may
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base
from echauffeur.common.htmx import page, see_other
from echauffeur.common.lifecycle import Party
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal


@require_safe
def tower(request: SignedInRequest, code: str) -> HttpResponse:
    """Show a day of the base: what is to handle, who drives what, where they are, and the chosen ride."""
    base = base_where(request.user, Permission.SEE_TOWER, code)
    return show_tower(request, base, LookForm(request.GET).look())


def show_tower(
    request: SignedInRequest, base: Base, look: dict[str, Any], *, form: StepForm | None = None, status: int = 200
) -> HttpResponse:
    """Render what the address asks for, on the base's clock; ``form`` is one that was not taken."""
    seen = tower_of(base, now=timezone.now(), on=look["day"], code=look["ride"] or "")
    promise = promise_at(seen.selected, look["at"]) if seen.selected and look["at"] else None
    detail = detail_of(seen, promise=promise)
    acts = may(request.user, Permission.REGULATE_RIDES, base)
    forms = forms_for(detail.ride, detail.verbs, form) if acts and detail else {}
    context = {
        "tower": seen,
        "day": seen.day,
        "base": base,
        "detail": detail,
        "trips": trips_of(detail.ride) if detail and detail.ride.is_over else [],
        "assign": forms.pop("assign", None),
        "steps": list(forms.values()),
        "refused": form,
        "acts": acts,
        "looks_back": may(request.user, Permission.SEE_TRAILS, base),
        "plans": may(request.user, Permission.PLAN, base),
        "link": tower_link(base),
    }
    with timezone.override(base.zone):
        return page(request, "dispatch/tower.html", context, status=status)


def tower_link(base: Base, **look: str) -> str:
    """Return the address of the base's tower that asks for this."""
    address = reverse("tower", args=[base.code])
    return f"{address}?{urlencode(look)}" if look else address


def forms_for(ride: Ride, verbs: list[str], refused: StepForm | None) -> dict[str, StepForm]:
    """Return a form for each verb; the one that was not taken keeps what was typed."""
    offered = [*verbs, "assign"] if "confirm" in verbs else verbs  # a request may be confirmed and assigned in one go
    forms = {verb: STEP_FORMS[verb](ride=ride) for verb in offered}
    if refused and refused.verb in forms:
        forms[refused.verb] = refused
    return forms


def step(request: SignedInRequest, code: str, verb: str) -> HttpResponse:
    """Take a regulator's step and go back to the tower; when it is refused, show it there with its form and reason."""
    ride = ride_to_regulate(request.user, code)
    back = tower_link(ride.base, ride=ride.code)
    if request.method != "POST":
        return redirect(back)
    form = STEP_FORMS[verb](request.POST, ride=ride)
    if form.take(request.user):
        messages.success(request, form.done_in_words)
        return see_other(back)
    look = {"day": None, "ride": ride.code, "at": None}
    response = show_tower(request, ride.base, look, form=form, status=form.status)
    response["HX-Replace-Url"] = back
    return response


def ride_share_for(request: SignedInRequest, code: str) -> HttpResponse:
    """Make a link for guests, to read out or send; it is shown this once, for only its hash is kept."""
    ride = ride_to_regulate(request.user, code)
    back = tower_link(ride.base, ride=ride.code)
    if request.method != "POST":
        return redirect(back)
    try:
        token = share(ride=ride, by=request.user, party=Party.REGULATOR)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return see_other(back)
    address = request.build_absolute_uri(reverse("track-open", args=[token]))
    told = _("Who opens this link follows the car of %(code)s. It is shown only once: %(address)s")
    messages.warning(request, told % {"code": ride.code, "address": address})
    return see_other(back)


@get_or_post
def ride_request_for(request: SignedInRequest, code: str) -> HttpResponse:
    """Book for somebody who is on the phone; the button's key makes the same press twice one ride."""
    base = base_where(request.user, Permission.BOOK_FOR_OTHERS, code)
    form = CallForm(request.POST or None, base=base, typed=take_kept_form(request))
    if request.method == "POST" and (ride := form.book(request.user)):
        messages.success(request, _("%(code)s is booked. It waits for your answer.") % {"code": ride.code})
        return see_other(tower_link(base, ride=ride.code))
    context = {"form": form, "base": base, "back": tower_link(base)}
    with timezone.override(base.zone):
        return render(request, "dispatch/request_for.html", context, status=form.status)
