"""The planning of drivers: a page each for a shift, an absence, and what a driver's plan is made of."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dispatch.views.planning.forms import base_to_plan, clock_of, dragged, edit, planning_link, show
from drivers.access import absence_of, driver_of, shift_of
from drivers.actions.shifts import NOT_TO_CORRECT, may_correct
from drivers.forms.planning import AbsenceForm, BeginForm, BreaksField, ShiftForm, moved
from drivers.forms.removal import RemovalForm, ShiftRemovalForm
from drivers.models import Absence, Shift
from drivers.plans import plan_of
from drivers.views.patterns import say_left_out
from drivers.views.removal import remove
from echauffeur.accounts.queries import may
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base
from echauffeur.bases.views.rows import typed
from echauffeur.common.methods import get_or_post
from tracking.actions.positions import forget_off_duty

SHIFT = "drivers/planning/_shift.html"


@require_safe
def driver_plan(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show what a driver's plan is made of: patterns, absences, and the shifts of the next days."""
    base = base_to_plan(request, code)
    row = driver_of(base, pk)
    context = {"title": str(row), "back": planning_link(base), "driver": row, "plan": plan_of(row)}
    context["shows_reason"] = may(request.user, Permission.SEE_ABSENCE_REASONS, base)
    return show(request, base, "drivers/planning/_driver.html", context)


@get_or_post
def shift_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Put a driver on duty, once."""
    base = base_to_plan(request, code)
    begun = BeginForm(request.GET, base=base).said()
    form = ShiftForm(typed(request), base=base, instance=Shift(), initial=begun)
    return _edit_shift(request, base, form, title=_("Add a shift"))


@get_or_post
def shift(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show a shift, or change it: this one, or of a pattern those that follow or all too."""
    base = base_to_plan(request, code)
    row = shift_of(base, pk)
    return _edit_shift(request, base, ShiftForm(typed(request), base=base, instance=row), title=_title(row))


@require_POST
def shift_move(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Give a shift another time, or another driver, as it was dragged; answers as its page does."""
    base = base_to_plan(request, code)
    row = shift_of(base, pk)
    form = ShiftForm(_dragged(request.POST, row, base), base=base, instance=row)
    return _edit_shift(request, base, form, title=_title(row))


@get_or_post
def shift_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Ask whether a shift is to go, and of a pattern which others; or remove them."""
    base = base_to_plan(request, code)
    row = shift_of(base, pk)
    back, stay = planning_link(base, base.local(row.period.lower).date()), reverse("planning-shift", args=[code, pk])
    form = ShiftRemovalForm(typed(request), instance=row)
    return remove(request, base, form, title=_("Remove this shift?"), back=back, stay=stay)


@get_or_post
def absence_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Write down that a driver is away."""
    base = base_to_plan(request, code)
    begun = BeginForm(request.GET, base=base).said()
    form = _absence_form(request, base, Absence(), initial=begun)
    return _edit_absence(request, base, form, title=_("Add an absence"))


@get_or_post
def absence(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show when a driver is away, or change it."""
    base = base_to_plan(request, code)
    row = absence_of(base, pk)
    title = _("Absence: %(driver)s") % {"driver": row.driver}
    return _edit_absence(request, base, _absence_form(request, base, row), title=title)


@require_POST
def absence_move(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Give an absence another time, as it was dragged; answers as its page does."""
    base = base_to_plan(request, code)
    row = absence_of(base, pk)
    known = {"driver": str(row.driver_id), "kind": row.kind, "note": row.note} | _times(base, row)
    data = dragged(request.POST, known)
    title = _("Absence: %(driver)s") % {"driver": row.driver}
    return _edit_absence(request, base, _absence_form(request, base, row, data=data), title=title)


@get_or_post
def absence_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Ask whether an absence is to go, or remove it."""
    base = base_to_plan(request, code)
    row = absence_of(base, pk)
    back, stay = planning_link(base, base.local(row.period.lower).date()), reverse("planning-absence", args=[code, pk])
    form = RemovalForm(typed(request), instance=row)
    return remove(request, base, form, title=_("Remove this absence?"), back=back, stay=stay)


def _title(row: Shift) -> str:
    return _("Shift: %(driver)s") % {"driver": row.driver}


def _edit_shift(request: SignedInRequest, base: Base, form: ShiftForm, *, title: str) -> HttpResponse:
    row = form.instance
    remove_at = reverse("planning-shift-remove", args=[base.code, row.pk]) if row.pk and not form.is_over else ""
    settled = NOT_TO_CORRECT if form.is_over and not may_correct(request.user, base) else ""
    back = _back(base, form)

    def then() -> str:
        say_left_out(request, form.made)
        return _planned(base, form.was_of | {row.driver_id}, row)

    more = {"settled": settled}
    return edit(request, base, form, title=title, back=back, remove=remove_at, template=SHIFT, then=then, more=more)


def _edit_absence(request: SignedInRequest, base: Base, form: AbsenceForm, *, title: str) -> HttpResponse:
    row = form.instance
    remove_at = reverse("planning-absence-remove", args=[base.code, row.pk]) if row.pk else ""

    def then() -> str:
        return _planned(base, [row.driver_id], row)

    return edit(request, base, form, title=title, back=_back(base, form), remove=remove_at, then=then)


def _absence_form(
    request: SignedInRequest, base: Base, row: Absence, *, data: QueryDict | None = None, **more: Any
) -> AbsenceForm:
    shows_reason = may(request.user, Permission.SEE_ABSENCE_REASONS, base)
    sent = typed(request) if data is None else data
    return AbsenceForm(sent, base=base, instance=row, shows_reason=shows_reason, **more)


def _back(base: Base, form: ShiftForm | AbsenceForm) -> str:
    """Return the plan of the day that the row began on before anything was typed."""
    begins = form.initial.get("begins")
    return planning_link(base, base.local(begins).date() if begins else None)


def _planned(base: Base, drivers: Iterable[int], row: Shift | Absence) -> str:
    """Forget the positions of who is no longer on duty, and return the plan of the day on which the row begins."""
    forget_off_duty(list(drivers))
    return planning_link(base, base.local(row.period.lower).date())


def _dragged(sent: QueryDict, row: Shift, base: Base) -> QueryDict:
    """Return what was sent, with what dragging does not say as it was; breaks move along with the beginning."""
    said = BeginForm(sent, base=base).said()
    breaks = moved(row, base, said.get("begins"), said.get("ends"))
    known = {
        "driver": str(row.driver_id),
        "vehicle": str(row.vehicle_id or ""),
        "breaks": BreaksField().prepare_value(breaks) or "",
        "scope": "this",
    }
    return dragged(sent, known | _times(base, row))


def _times(base: Base, row: Shift | Absence) -> dict[str, str]:
    return {"begins": clock_of(base, row.period.lower), "ends": clock_of(base, row.period.upper)}
