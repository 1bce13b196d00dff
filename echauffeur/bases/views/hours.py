"""When a base carries people: its week, and the days that differ."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.access import exception_of
from echauffeur.bases.forms import ExceptionForm, WeekForm
from echauffeur.bases.models import OpeningException
from echauffeur.bases.queries import coming_holidays
from echauffeur.bases.views import rows
from echauffeur.bases.views.misfits import shown_misfits, telling_misfits
from echauffeur.common.methods import get_or_post

HOURS, EXCEPTIONS = "base-hours", "base-exceptions"
YEAR = timedelta(days=365)


@get_or_post
def hours(request: SignedInRequest, code: str) -> HttpResponse:
    """Change the opening hours of the whole week; other buttons than “save” only change what is typed."""
    base = rows.base_to_configure(request, code)
    form = WeekForm(base, rows.typed(request))
    changed = request.method == "POST" and form.change(request.POST)
    if request.method == "POST" and not changed:
        with telling_misfits(request, base):
            if saved := form.save_as(request.user):
                messages.success(request, _("The opening hours are saved. They hold from now on."))
        if saved:
            return redirect(HOURS, code)
    context = {"form": form, "section": HOURS, "changed": changed} | shown_misfits(base)
    return rows.show(request, base, "bases/hours.html", context, status=form.status)


@require_safe
def exceptions(request: SignedInRequest, code: str) -> HttpResponse:
    """List the days that differ from the week: those to come, those gone by, and the public holidays of a year."""
    base = rows.base_to_configure(request, code)
    today = base.today()
    context = {
        "section": EXCEPTIONS,
        "coming": base.opening_exceptions.filter(last_day__gte=today),
        "gone": base.opening_exceptions.filter(last_day__lt=today).order_by("-first_day")[: rows.ROWS_PER_PAGE],
        "holidays": coming_holidays(base, today, today + YEAR),
    }
    return rows.show(request, base, "bases/exceptions.html", context | shown_misfits(base))


@get_or_post
def exception_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Add an exception; the list of holidays names the day and its label in the address."""
    base = rows.base_to_configure(request, code)
    asked = {"first_day": _day_asked(request), "label": request.GET.get("label", "").replace("\x00", "")[:80]}
    form = ExceptionForm(rows.typed(request), instance=OpeningException(base=base), initial=asked)
    back, title = reverse(EXCEPTIONS, args=[code]), _("Add an exception")
    with telling_misfits(request, base):
        return rows.edit(request, base, form, section=EXCEPTIONS, back=back, title=title)


@get_or_post
def exception(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Change an exception."""
    base = rows.base_to_configure(request, code)
    row = exception_of(base, pk)
    form = ExceptionForm(rows.typed(request), instance=row)
    back, remove = reverse(EXCEPTIONS, args=[code]), reverse("base-exception-remove", args=[code, pk])
    with telling_misfits(request, base):
        return rows.edit(request, base, form, section=EXCEPTIONS, back=back, title=row.label, remove=remove)


@get_or_post
def exception_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Remove an exception: the week, or a public holiday, holds again."""
    base = rows.base_to_configure(request, code)
    row = exception_of(base, pk)
    back, stay = reverse(EXCEPTIONS, args=[code]), reverse("base-exception", args=[code, pk])
    with telling_misfits(request, base):
        words = _("These days then keep the hours of the week, or of a public holiday.")
        return rows.remove(request, base, row, section=EXCEPTIONS, back=back, stay=stay, words=words)


def _day_asked(request: SignedInRequest) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
