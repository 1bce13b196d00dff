"""The driver's phone: what stands on the dashboard at the start and the end of a shift."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from dispatch.access import driver_to_be
from drivers.actions.readings import Taken, read_dashboard
from drivers.forms.readings import DashboardForm
from drivers.views.day import day_page
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.common.htmx import wants_fragment
from echauffeur.common.refusals import Refusal
from fleet.due import kilometres_in_words


def read(request: SignedInRequest, kind: str) -> HttpResponse:
    """Write a reading and show the day; refused, the form stays as it was typed, with the sentence at its field."""
    driver = driver_to_be(request.user)
    if request.method != "POST":
        return redirect("my-day")
    form = DashboardForm(request.POST, driver=driver, kind=kind)
    status = 422
    if form.is_valid():
        try:
            taken = read_dashboard(
                driver=driver,
                vehicle=form.cleaned_data["vehicle"],
                read=form.read,
                by=request.user,
                tap=form.tap_on(request.path),
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _in_words(taken))
            return day_page(request, driver) if wants_fragment(request) else redirect("my-day")
    sentence = next(iter(form.errors.values()))[0]
    messages.error(request, str(sentence))
    return day_page(request, driver, readings={kind: form}, status=status)


def _in_words(taken: Taken) -> str:
    said = {"vehicle": taken.reading.vehicle.name, "km": kilometres_in_words(taken.reading.kilometres)}
    if taken.differs_from_plan:
        return (
            _(
                "%(vehicle)s: %(km)s, saved. The plan gives you another vehicle, or this one to somebody else: call "
                "the control room."
            )
            % said
        )
    return _("%(vehicle)s: %(km)s, saved.") % said
