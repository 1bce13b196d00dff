"""How pages show, add, change and remove the rows that a base is set up with: each kind of row says only what differs.

Such a page is for whoever configures the base; it is drawn on the base's clock, between the sections of its settings.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from echauffeur.accounts.access import base_where
from echauffeur.accounts.middleware import take_kept_post
from echauffeur.accounts.queries import bases_of
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base
from echauffeur.bases.views.sections import SECTIONS
from echauffeur.common.headers import kept_nowhere
from echauffeur.common.refusals import Refusal
from echauffeur.journal.edits import remove_row
from echauffeur.journal.forms import RowForm

ROWS_PER_PAGE = 50


def base_to_configure(request: SignedInRequest, code: str) -> Base:
    """Return the base of that code, if it is the person's to configure. Raises Http404 otherwise."""
    return base_where(request.user, Permission.CONFIGURE_BASE, code)


def show(
    request: SignedInRequest, base: Base, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page of the base's settings. ``context`` says its ``section`` and whatever the template needs."""
    links = [(section, section.url(base)) for section in SECTIONS]
    frame = {"base": base, "sections": links, "several": len(bases_of(request.user, Permission.CONFIGURE_BASE)) > 1}
    with timezone.override(base.zone):
        return kept_nowhere(render(request, template, frame | context, status=status))


def typed(request: SignedInRequest) -> QueryDict | None:
    """Return what was sent, be it nothing at all; None when the form is only asked for.

    After signing in again, that is what was sent here when the session had ended.
    """
    return request.POST if request.method == "POST" else take_kept_post(request)


def page_of(request: SignedInRequest, rows: QuerySet[Any]) -> Page[Any]:
    """Return the page of these rows that the address asks for."""
    return Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))


def words_asked(request: SignedInRequest) -> str:
    """Return the words that the list is searched for; nothing that the database could not take."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:80]


def edit(
    request: SignedInRequest,
    base: Base,
    form: RowForm,
    *,
    section: str,
    back: str,
    title: str,
    remove: str = "",
    then: Callable[[], str] | None = None,
    template: str = "bases/row.html",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show the form of a row, or save what was sent and go back to the list.

    ``remove`` is the address on which the row may be removed; a new row has none. ``then`` says where to go instead
    when it is saved. A ``template`` of its own gets ``more``.
    """
    if request.method == "POST" and form.save_as(request.user):
        messages.success(request, _("“%(name)s” is saved.") % {"name": form.instance})
        return redirect(then() if then else back)
    context = {"form": form, "section": section, "back": back, "title": title, "remove": remove} | (more or {})
    return show(request, base, template, context, status=form.status)


def remove(
    request: SignedInRequest,
    base: Base,
    row: Model,
    *,
    section: str,
    back: str,
    stay: str,
    act: Callable[..., None] = remove_row,
    words: str = "",
) -> HttpResponse:
    """Ask whether the row is to go, or remove it. A row with a history is kept, with the reason; ``stay``: its page.

    ``act`` removes it, where that takes more than the row itself. ``words`` say what removing it means, where that is
    not what it means for what rides touch.
    """
    if request.method == "POST":
        return redirect(back if _removed(request, row, act) else stay)
    context = {"row": row, "section": section, "back": stay, "words": words}
    return show(request, base, "bases/row_remove.html", context)


def _removed(request: SignedInRequest, row: Model, act: Callable[..., None]) -> bool:
    """Remove the row, and return whether it is gone; say so, or why not."""
    name = str(row)
    try:
        act(row=row, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, _("“%(name)s” is removed.") % {"name": name})
    return True
