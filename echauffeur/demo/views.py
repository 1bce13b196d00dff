"""Pausing the demo, speeding it up, calling a rush."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from echauffeur.accounts.queries import bases_of
from echauffeur.accounts.roles import Permission
from echauffeur.demo import control
from echauffeur.demo.accounts import ACCOUNTS
from echauffeur.demo.forms import ControlForm


@require_http_methods(["GET", "HEAD", "POST"])
def demo(request: HttpRequest) -> HttpResponse:
    """Show how the demo plays, and change it: for whoever sees a control tower."""
    if not bases_of(request.user, Permission.SEE_TOWER):
        raise Http404
    if request.method == "POST":
        return _tell(request)
    told = control.read()
    context = {"control": told, "is_alive": control.is_alive(), "speeds": control.SPEEDS, "accounts": ACCOUNTS}
    return render(request, "demo/demo.html", context)


def _tell(request: HttpRequest) -> HttpResponse:
    form = ControlForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["do"][0]))
    elif not control.write(form.applied_to(control.read())):
        messages.error(request, _("Redis is away, so the simulator cannot be told. Try again in a moment."))
    elif form.cleaned_data["do"] == "rush":
        messages.success(request, _("Six customers of Brest ask for a ride within a minute."))
    return redirect("demo")
