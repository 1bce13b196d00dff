"""The planning of vehicles: when each is out of service, once or again and again."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch.views.planning.forms import base_to_plan, clock_of, dragged, edit, planning_link, show
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.models import Base
from echauffeur.bases.views.rows import typed
from echauffeur.common.htmx import see_other
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal
from fleet.access import outage_pattern_of, unavailability_of
from fleet.actions.outages import end_unavailability
from fleet.forms.outages import BeginForm, OutagePatternForm, OutagePatternRemovalForm, UnavailabilityForm
from fleet.forms.recurring import begun_of
from fleet.models import Unavailability, UnavailabilityPattern

OUTAGE, PATTERN, REMOVE = (f"fleet/planning/_{name}.html" for name in ("outage", "pattern", "pattern_remove"))


@get_or_post
def add(request: SignedInRequest, code: str) -> HttpResponse:
    """Take a vehicle out of service; without a beginning in the address, from now on."""
    base = base_to_plan(request, code)
    begun = {"begins": timezone.now()} | BeginForm(request.GET, base=base).said()
    form = UnavailabilityForm(typed(request), base=base, instance=Unavailability(), initial=begun)
    return _edit(request, base, form, title=_("Take a vehicle out of service"))


@get_or_post
def unavailability(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show when and why a vehicle is out of service, or change it: this one, or of a pattern others too."""
    base = base_to_plan(request, code)
    row = unavailability_of(base, pk)
    return _edit(request, base, UnavailabilityForm(typed(request), base=base, instance=row), title=_title(row))


@require_POST
def move(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Give it another time, or another vehicle, as it was dragged; answers as its page does."""
    base = base_to_plan(request, code)
    row = unavailability_of(base, pk)
    form = UnavailabilityForm(_dragged(request.POST, row, base), base=base, instance=row)
    return _edit(request, base, form, title=_title(row))


@require_POST
def end(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Put a vehicle back into service now, or take back what had not begun yet."""
    base = base_to_plan(request, code)
    out = unavailability_of(base, pk)
    try:
        end_unavailability(out=out, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” is saved.") % {"name": out.vehicle})
    return see_other(reverse("planning-vehicle", args=[code, out.vehicle_id]))


@get_or_post
def pattern_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Take a vehicle out of service again and again."""
    base = base_to_plan(request, code)
    begun = begun_of(BeginForm(request.GET, base=base).said(), base)
    form = OutagePatternForm(typed(request), base=base, instance=UnavailabilityPattern(), initial=begun)
    return _edit_pattern(request, base, form, title=_("Out of service again and again"))


@get_or_post
def pattern(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show what comes back, or change it: for all that is to come, or from a day on."""
    base = base_to_plan(request, code)
    row = outage_pattern_of(base, pk)
    on = BeginForm(request.GET, base=base).said().get("on")
    begun = {"scope": "since", "since": on} if on else {"since": base.today()}
    form = OutagePatternForm(typed(request), base=base, instance=row, initial=begun)
    title = _("%(name)s: out of service again and again") % {"name": row.vehicle.name}
    return _edit_pattern(request, base, form, title=title)


@get_or_post
def pattern_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Ask from when on something comes back no more, or end it."""
    base = base_to_plan(request, code)
    row = outage_pattern_of(base, pk)
    form = OutagePatternRemovalForm(typed(request), instance=row)
    vehicle = reverse("planning-vehicle", args=[code, row.vehicle_id])
    if request.method == "POST" and form.save_as(request.user):
        messages.success(
            request, _("It is removed. The page of %(vehicle)s shows what is left.") % {"vehicle": row.vehicle}
        )
        return see_other(vehicle)
    stay = reverse("planning-outage-pattern", args=[code, pk])
    context = {"form": form, "title": _("Remove this?"), "back": stay, "row": row}
    return show(request, base, REMOVE, context, status=form.status)


def _title(row: Unavailability) -> str:
    return _("%(name)s: out of service") % {"name": row.vehicle.name}


def _edit(request: SignedInRequest, base: Base, form: UnavailabilityForm, *, title: str) -> HttpResponse:
    row, begins = form.instance, form.initial.get("begins")
    back = planning_link(base, base.local(begins).date() if begins and row.pk else None)

    def then() -> str:
        return planning_link(base, base.local(row.period.lower).date())

    more = {"row": row, "now": timezone.now()}
    return edit(request, base, form, title=title, back=back, template=OUTAGE, more=more, then=then)


def _edit_pattern(request: SignedInRequest, base: Base, form: OutagePatternForm, *, title: str) -> HttpResponse:
    """Show the form with the next times, which a button of it asks for too, or save it."""
    row = form.instance
    remove = reverse("planning-outage-pattern-remove", args=[base.code, row.pk]) if row.pk else ""
    back = reverse("planning-vehicle", args=[base.code, row.vehicle_id]) if row.pk else planning_link(base)
    if request.method == "POST" and "preview" in request.POST:
        form.is_valid()
        context: dict[str, Any] = {"form": form, "title": title, "back": back, "remove": remove}
        return show(request, base, PATTERN, context)

    def then() -> str:
        return reverse("planning-vehicle", args=[base.code, form.instance.vehicle_id])

    return edit(request, base, form, title=title, back=back, remove=remove, template=PATTERN, then=then)


def _dragged(sent: QueryDict, row: Unavailability, base: Base) -> QueryDict:
    """Return what was sent, with what dragging does not say as it was."""
    known = {
        "begins": clock_of(base, row.period.lower),
        "ends": clock_of(base, row.period.upper),
        "vehicle": str(row.vehicle_id),
        "reason": row.reason,
        "note": row.note,
        "scope": "this",
    }
    return dragged(sent, known)
