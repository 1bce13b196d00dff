"""The site's addresses, and some more behind which things go wrong."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import path

from echauffeur.urls import *  # noqa: F403
from echauffeur.urls import urlpatterns


@login_not_required
def wrong(request: HttpRequest, what: str) -> HttpResponse:
    """Go wrong in the way that the address says."""
    if what == "error":
        raise ZeroDivisionError
    if what == "forbidden":
        raise PermissionDenied
    if what == "suspicious":
        raise SuspiciousOperation
    return HttpResponse("no", status=int(what))


urlpatterns = [*urlpatterns, path("wrong/<str:what>/", wrong)]
