"""Import and export of what a base is set up with: choose a file, read what it would do, say yes."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.models import Base
from echauffeur.bases.views.rows import base_to_configure, show, typed
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal
from echauffeur.exchange import actions
from echauffeur.exchange.access import kind_of, upload_of
from echauffeur.exchange.forms import UploadForm
from echauffeur.exchange.kinds import KINDS
from echauffeur.exchange.models import Upload
from echauffeur.exchange.tables import csv_of, xlsx_of

SECTION = "base-import"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}


@require_safe
def imports(request: SignedInRequest, code: str) -> HttpResponse:
    """Show what can come in and go out."""
    base = base_to_configure(request, code)
    return show(request, base, "exchange/imports.html", {"section": SECTION, "kinds": KINDS.values()})


@get_or_post
def import_kind(request: SignedInRequest, code: str, kind: str) -> HttpResponse:
    """Take a file of one kind of rows, and go on to what it would do."""
    base = base_to_configure(request, code)
    wanted = kind_of(request.user, base, kind)
    form = UploadForm(typed(request), request.FILES or None, base=base, kind=wanted)
    if request.method == "POST" and (kept := form.keep(request.user)):
        return redirect("base-import-check", code, kept.key)
    context = {"section": SECTION, "form": form, "kind": wanted}
    return show(request, base, "exchange/import_kind.html", context, status=form.status)


@get_or_post
def import_check(request: SignedInRequest, code: str, key: UUID) -> HttpResponse:
    """Show what becomes of each line, or write all of them."""
    base = base_to_configure(request, code)
    kept = upload_of(request.user, base, key)
    if request.method != "POST":
        return _show_plan(request, base, kept)
    try:
        plan = actions.take_in(upload=kept, seen=request.POST.get("seen", ""), by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _show_plan(request, base, kept, status=refusal.status)
    told = _("“%(file)s” is taken in: %(add)d added, %(change)d changed.")
    messages.success(request, told % {"file": kept.name, **plan.counts})
    return redirect(SECTION, code)


def _show_plan(request: SignedInRequest, base: Base, kept: Upload, *, status: int = 200) -> HttpResponse:
    plan = actions.plan_of(kept)
    context = {"section": SECTION, "upload": kept, "plan": plan, "kind": KINDS[kept.kind]}
    return show(request, base, "exchange/import_check.html", context, status=status)


@require_POST
def import_forget(request: SignedInRequest, code: str, key: UUID) -> HttpResponse:
    """Throw the file away."""
    upload_of(request.user, base_to_configure(request, code), key).delete()
    return redirect(SECTION, code)


@require_safe
def export(request: SignedInRequest, code: str, kind: str) -> HttpResponse:
    """Send the base's rows of one kind as CSV, or ``?form=xlsx``; with ``?blank`` only the headings, to fill in."""
    base = base_to_configure(request, code)
    wanted = kind_of(request.user, base, kind)
    form = "xlsx" if request.GET.get("form") == "xlsx" else "csv"
    rows = [] if "blank" in request.GET else actions.export(base=base, kind=wanted, by=request.user)
    headings = [column.field for column in wanted.columns]
    content = csv_of(headings, rows) if form == "csv" else xlsx_of(str(wanted.label), headings, rows)
    name = f"{base.code}-{kind}.{form}"
    return HttpResponse(
        content, content_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )  # fmt: skip
