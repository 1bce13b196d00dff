"""The planning of drivers that comes back: patterns of shifts, and weeks that are copied."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dispatch.views.planning.forms import base_to_plan, edit, planning_link, show
from drivers.access import pattern_of
from drivers.forms.patterns import PatternForm
from drivers.forms.planning import BeginForm
from drivers.forms.removal import PatternRemovalForm
from drivers.forms.weeks import CopyWeekForm
from drivers.models import ShiftPattern
from drivers.views.removal import remove
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.models import Base
from echauffeur.bases.views.rows import typed
from echauffeur.common.htmx import see_other
from echauffeur.common.methods import get_or_post
from echauffeur.common.recurrence import DAYS_PER_WEEK, monday_of
from echauffeur.common.series import Made
from fleet.forms.recurring import begun_of
from tracking.actions.positions import forget_off_duty

PATTERN, COPY = "drivers/planning/_pattern.html", "drivers/planning/_copy_week.html"


@get_or_post
def pattern_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Put a driver on duty again and again."""
    base = base_to_plan(request, code)
    begun = begun_of(BeginForm(request.GET, base=base).said(), base)
    form = PatternForm(typed(request), base=base, instance=ShiftPattern(), initial=begun)
    return _edit(request, base, form, title=_("Add a shift pattern"), back=planning_link(base))


@get_or_post
def pattern(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show a pattern, or change it: for all shifts to come, or from a day on."""
    base = base_to_plan(request, code)
    row = pattern_of(base, pk)
    on = BeginForm(request.GET, base=base).said().get("on")
    begun = {"scope": "since", "since": on} if on else {"since": base.today()}
    form = PatternForm(typed(request), base=base, instance=row, initial=begun)
    back = reverse("planning-driver", args=[code, row.driver_id])
    title = _("Shift pattern: %(driver)s") % {"driver": row.driver}
    return _edit(request, base, form, title=title, back=back)


@get_or_post
def pattern_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Ask from when on a pattern is to end, or end it."""
    base = base_to_plan(request, code)
    row = pattern_of(base, pk)
    back, stay = reverse("planning-driver", args=[code, row.driver_id]), reverse("planning-pattern", args=[code, pk])
    form = PatternRemovalForm(typed(request), instance=row)
    return remove(request, base, form, title=_("Remove this shift pattern?"), back=back, stay=stay)


@get_or_post
def week_copy(request: SignedInRequest, code: str) -> HttpResponse:
    """Show what copying a week of shifts into another would make of each, or copy it."""
    base = base_to_plan(request, code)
    asked = request.GET if "into" in request.GET else None
    form = CopyWeekForm(request.POST if request.method == "POST" else asked, base=base, initial=_weeks(request, base))
    if request.method == "POST" and form.save_as(request.user):
        made = len(form.made)
        messages.success(request, ngettext("%(n)d shift is copied.", "%(n)d shifts are copied.", made) % {"n": made})
        return see_other(planning_link(base, form.cleaned_data["into"]))
    context = {"form": form, "title": _("Copy a week"), "back": planning_link(base)}
    return show(request, base, COPY, context, status=form.status)


def _weeks(request: SignedInRequest, base: Base) -> dict[str, date]:
    """Return which weeks to begin with: that of the day asked for, and the one after it."""
    on = BeginForm(request.GET, base=base).said().get("on") or base.today()
    return {"week": monday_of(on), "into": monday_of(on) + timedelta(days=DAYS_PER_WEEK)}


def _edit(request: SignedInRequest, base: Base, form: PatternForm, *, title: str, back: str) -> HttpResponse:
    """Show a pattern's form with its next shifts, which a button of it asks for too, or save it."""
    row = form.instance
    remove_at = reverse("planning-pattern-remove", args=[base.code, row.pk]) if row.pk else ""
    if request.method == "POST" and "preview" in request.POST:
        form.is_valid()
        context = {"form": form, "title": title, "back": back, "remove": remove_at}
        return show(request, base, PATTERN, context)

    def then() -> str:
        forget_off_duty([form.instance.driver_id])
        say_left_out(request, form.made)
        return reverse("planning-driver", args=[base.code, form.instance.driver_id])

    return edit(request, base, form, title=title, back=back, remove=remove_at, template=PATTERN, then=then)


def say_left_out(request: SignedInRequest, made: Made | None) -> None:
    """Say on which days the driver had another shift, so that the pattern has none there."""
    if made and made.left_out:
        days = ", ".join(formats.date_format(day, "D j F") for day in made.left_out)
        sentence = ngettext(
            "Left out, because the driver has another shift then: %(days)s.",
            "Left out, because the driver has other shifts then: %(days)s.",
            len(made.left_out),
        )
        messages.warning(request, sentence % {"days": days})
