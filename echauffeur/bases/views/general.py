"""What a base is, and the rules it set itself: one form each."""

from copy import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.forms import GeneralForm, HolidaysForm, RulesForm
from echauffeur.bases.models import Base
from echauffeur.bases.views import rows
from echauffeur.bases.views.misfits import shown_misfits, telling_misfits
from echauffeur.common.methods import get_or_post
from echauffeur.journal.forms import RowForm


@get_or_post
def general(request: SignedInRequest, code: str) -> HttpResponse:
    """Change the base's name, clock, centre, area and phones; an administrator its code too."""
    base = rows.base_to_configure(request, code)
    form = GeneralForm(rows.typed(request), instance=copy(base), may_rename=request.user.is_superuser)
    return _edit(request, base, form, section="base-general", template="bases/general.html")


@get_or_post
def rules(request: SignedInRequest, code: str) -> HttpResponse:
    """Change what may be booked."""
    base = rows.base_to_configure(request, code)
    form = RulesForm(rows.typed(request), instance=copy(base))
    return _edit(request, base, form, section="base-rules", template="bases/rules.html")


@get_or_post
def holidays(request: SignedInRequest, code: str) -> HttpResponse:
    """Choose whose public holidays the base keeps."""
    base = rows.base_to_configure(request, code)
    form = HolidaysForm(rows.typed(request), instance=copy(base))
    return _edit(request, base, form, section="base-exceptions", template="bases/holidays.html", back="base-exceptions")


def _edit(
    request: SignedInRequest, base: Base, form: RowForm, *, section: str, template: str, back: str = ""
) -> HttpResponse:
    """Show a form of the base, or save it and show what holds now. The form has a copy: the page keeps what is true."""
    if request.method == "POST":
        with telling_misfits(request, base):
            if saved := form.save_as(request.user):
                messages.success(request, _("Saved. It holds from now on."))
        if saved:
            return redirect(back or section, form.instance.code)
    return rows.show(
        request, base, template, {"form": form, "section": section} | shown_misfits(base), status=form.status
    )
