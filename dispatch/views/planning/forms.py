"""How the planning shows, saves and removes a row: as a page of its own, or in the dialog over the calendar.

A row's page says only what differs. Asked for with the header ``HX-Request`` (`common.htmx.wants_fragment`) the answer
is the part that the dialog shows, without the page around it.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from echauffeur.accounts.access import base_where
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base
from echauffeur.common.clocks import shown
from echauffeur.common.headers import kept_nowhere
from echauffeur.common.htmx import see_other, wants_fragment
from echauffeur.common.refusals import Refusal
from echauffeur.journal.edits import remove_row
from echauffeur.journal.forms import RowForm

PART, REMOVE_PART = "dispatch/planning/_form.html", "dispatch/planning/_remove.html"


def base_to_plan(request: SignedInRequest, code: str) -> Base:
    """Return the base of that code, if the person plans on it. Raises Http404 otherwise."""
    return base_where(request.user, Permission.PLAN, code)


def planning_link(base: Base, on: date | None = None, **look: str) -> str:
    """Return the address of the calendar, of today unless a day is said; as it was looked at last unless said."""
    asked = ({"on": f"{on:%Y-%m-%d}"} if on else {}) | look
    address = reverse("planning", args=[base.code])
    return f"{address}?{urlencode(asked)}" if asked else address


def dragged(sent: QueryDict, known: dict[str, str]) -> QueryDict:
    """Return what was sent, with what dragging does not say as it is ``known``."""
    data = sent.copy()
    for name, value in known.items():
        if name not in data:
            data[name] = value
    return data


def clock_of(base: Base, moment: datetime | None) -> str:
    """Return a moment as a field of day and time shows it, on the base's clock; nothing for none."""
    with timezone.override(base.zone):
        return shown(moment)


def edit(
    request: SignedInRequest,
    base: Base,
    form: RowForm,
    *,
    title: str,
    back: str,
    remove: str = "",
    template: str = PART,
    more: dict[str, Any] | None = None,
    then: Callable[[], str] | None = None,
) -> HttpResponse:
    """Show the form of a row, or save what was sent and lead back to the calendar (303); 422 when it is refused.

    ``remove`` is the address on which the row may be removed; a new row has none. ``then`` says where to go instead of
    ``back`` when it is saved. ``template`` is the part that both page and dialog show, one that extends PART; it gets
    ``more``. A form that has a ``conflict`` shows the ways out of it.
    """
    if request.method == "POST" and form.save_as(request.user):
        messages.success(request, _("“%(name)s” is saved.") % {"name": form.instance})
        return see_other(then() if then else back)
    context = {"form": form, "title": title, "back": back, "remove": remove} | (more or {})
    return show(request, base, template, context, status=form.status)


def remove(
    request: SignedInRequest,
    base: Base,
    row: Model,
    *,
    back: str,
    stay: str,
    act: Callable[..., object] = remove_row,
    words: str = "",
) -> HttpResponse:
    """Ask whether the row is to go, or remove it (303); when that is refused, say why. ``stay``: the row's own page.

    ``words`` say what removing it means.
    """
    name = str(row)
    title = _("Remove “%(name)s”?") % {"name": name}
    context = {"row": row, "title": title, "back": stay, "words": words, "refused": ""}
    if request.method != "POST":
        return show(request, base, REMOVE_PART, context)
    try:
        act(row=row, by=request.user)
    except Refusal as refusal:
        return show(request, base, REMOVE_PART, context | {"refused": str(refusal)}, status=refusal.status)
    messages.success(request, _("“%(name)s” is removed.") % {"name": name})
    return see_other(back)


def show(
    request: SignedInRequest, base: Base, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render the part as it is for the dialog, else the page around it; on the base's clock.

    ``context`` says the ``title`` and where ``back`` leads. The form is sent to the address that is shown.
    """
    form = context.get("form")
    frame = {"base": base, "part": part, "action": request.get_full_path(), "conflict": getattr(form, "conflict", None)}
    with timezone.override(base.zone):
        chosen = part if wants_fragment(request) else "dispatch/planning/form.html"
        response = render(request, chosen, frame | context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return kept_nowhere(response)
