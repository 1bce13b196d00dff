"""Pausing the demo, speeding it up, calling a rush."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from echauffeur.accounts.queries import bases_of
from echauffeur.accounts.roles import Permission
from echauffeur.common.htmx import page, wants_fragment
from echauffeur.common.methods import get_or_post
from echauffeur.demo import control
from echauffeur.demo.accounts import ACCOUNTS
from echauffeur.demo.forms import ControlForm
from echauffeur.notifications.models import Message
from echauffeur.notifications.states import State

MESSAGES_SHOWN = 20


@get_or_post
def demo(request: HttpRequest) -> HttpResponse:
    """Show how the demo plays, and change it: for whoever sees a control tower."""
    if not bases_of(request.user, Permission.SEE_TOWER):
        raise Http404
    if request.method == "POST":
        return _tell(request)
    told = control.read()
    context = {"control": told, "is_alive": control.is_alive(), "speeds": control.SPEEDS, "accounts": ACCOUNTS}
    return render(request, "demo/demo.html", context)


@login_not_required
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show the newest e-mails and texts, codes and all: nobody else delivers them, and nobody here is real.

    Whoever signs up is not signed in yet, so it is open to everybody; it exists in the demo only.
    """
    newest = list(Message.objects.exclude(state=State.WITHHELD)[:MESSAGES_SHOWN])
    seen = str(newest[0].pk if newest else 0)
    if wants_fragment(request) and request.GET.get("seen") == seen:
        return HttpResponse(status=204)  # nothing new: what somebody is copying stays as it is
    return page(request, "demo/mailbox.html", {"mailbox": newest, "seen": seen})


def _tell(request: HttpRequest) -> HttpResponse:
    form = ControlForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["do"][0]))
    elif not control.write(form.applied_to(control.read())):
        messages.error(request, _("Redis is away, so the simulator cannot be told. Try again in a moment."))
    elif form.cleaned_data["do"] == "rush":
        messages.success(request, _("Six customers of Brest ask for a ride within a minute."))
    return redirect("demo")
