"""Who looked at my trips."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dispatch.access import driver_to_be
from dispatch.queries.looks import looks_at
from drivers.queries import driving_of
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.common.headers import kept_nowhere
from echauffeur.common.personal import in_days
from tracking.trails import KEPT


@require_safe
def my_looks(request: SignedInRequest) -> HttpResponse:
    """Show the driver who looked at which of their trips, when and why, on every base that they drive on."""
    driver_to_be(request.user)
    context = {"looks": looks_at(driving_of(request.user)), "kept_for": in_days(KEPT)}
    return kept_nowhere(render(request, "drivers/my_looks.html", context))
