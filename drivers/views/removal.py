"""How anything planned of drivers is removed: asked first, with the missions that it would strand."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from dispatch.views.planning.forms import show
from drivers.forms.removal import RemovalForm
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.models import Base
from echauffeur.common.htmx import see_other
from tracking.actions.positions import forget_off_duty

REMOVE = "drivers/planning/_remove.html"


def remove(
    request: SignedInRequest, base: Base, form: RemovalForm, *, title: str, back: str, stay: str
) -> HttpResponse:
    """Ask what is to go, or remove it and lead back (303); 422 with the ways out when that strands missions."""
    driver = form.instance.driver
    if request.method == "POST" and form.save_as(request.user):
        forget_off_duty([driver.pk])
        messages.success(request, _("It is removed. The plan of %(driver)s shows what is left.") % {"driver": driver})
        return see_other(back)
    context = {"form": form, "title": title, "back": stay, "driver": driver, "row": form.instance}
    return show(request, base, REMOVE, context, status=form.status)
