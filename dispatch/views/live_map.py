"""The live map: who is on duty, what they do and where they are; list first, map second."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dispatch.forms.live_map import MapForm
from dispatch.queries.live_map import live_map_of
from echauffeur.accounts.access import base_where
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.roles import Permission
from echauffeur.common.htmx import page


@require_safe
def live_map(request: SignedInRequest, code: str) -> HttpResponse:
    """Show the crews of a base that the address asks for, on the base's clock."""
    base = base_where(request.user, Permission.SEE_TOWER, code)
    seen = live_map_of(base, now=timezone.now(), **MapForm(request.GET).look())
    with timezone.override(base.zone):
        return page(request, "dispatch/live_map.html", {"base": base, "seen": seen})
