"""The way of a mission that is over: first why one looks, then the list, the map and the trail."""

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from dispatch.access import look_to_see, trip_to_see
from dispatch.forms.trips import MotiveForm
from dispatch.queries.history import line_of
from dispatch.queries.trips import moments_of, trail_as_json, trip_of
from dispatch.views.tower import tower_link
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.common.headers import kept_nowhere
from echauffeur.common.htmx import see_other
from echauffeur.common.methods import get_or_post
from echauffeur.common.personal import in_days
from tracking.trails import KEPT


@get_or_post
def trip(request: SignedInRequest, code: str) -> HttpResponse:
    """Show stops and steps of the mission, and ask why its way is to be looked at."""
    mission = trip_to_see(request.user, code)
    form = MotiveForm(request.POST if request.method == "POST" else None, mission=mission)
    if request.method == "POST" and (look := form.take(request.user)):
        return see_other(reverse("trip-look", args=[mission.code, look.pk]))
    seen = trip_of(mission)
    context = {
        "mission": mission,
        "trip": seen,
        "moments": seen.steps() if seen else [],
        "is_kept": bool(seen and seen.is_kept),
        "form": form,
        "kept_for": in_days(KEPT),
        "back": tower_link(mission.base),
    }
    with timezone.override(mission.base.zone):
        return kept_nowhere(render(request, "dispatch/trip.html", context, status=422 if form.errors else 200))


@require_safe
def look(request: SignedInRequest, code: str, look: int) -> HttpResponse:
    """Play the mission once more, for whoever has just said why."""
    mission, entry = look_to_see(request.user, code, look)
    seen = trip_of(mission)
    context = {
        "mission": mission,
        "trip": seen,
        "moments": moments_of(seen, seen.points()) if seen else [],
        "look": line_of(entry),
        "trail": reverse("trip-trail", args=[mission.code, entry.pk]),
        "back": tower_link(mission.base),
    }
    with timezone.override(mission.base.zone):
        return kept_nowhere(render(request, "dispatch/trip_look.html", context))


@require_safe
@gzip_page
def trail(request: SignedInRequest, code: str, look: int) -> HttpResponse:
    """Answer the trail, for whoever has just said why."""
    mission, _entry = look_to_see(request.user, code, look)
    seen = trip_of(mission)
    content = trail_as_json(seen) if seen else {"points": [], "holes": []}
    return kept_nowhere(HttpResponse(orjson.dumps(content), content_type="application/json"))
