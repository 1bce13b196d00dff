"""What search boxes ask for."""

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from bookings.queries import places_by_use
from echauffeur.bases.models import Base, Place
from echauffeur.bases.queries import places_matching
from echauffeur.common.models import row_of_code

MOST_PLACES = 12


@require_safe
def places(request: HttpRequest) -> JsonResponse:
    """Answer the base's places that go by these words, best first; without words those used last come first.

    A list of at most twelve {id, name, hint, kind}.
    """
    base = row_of_code(Base.objects.all(), request.GET.get("base", ""))
    if base is None:
        raise Http404
    text = request.GET.get("q", "").strip()[:80]
    found = places_matching(base, text) if text else places_by_use(base, request.user)
    return JsonResponse([_option(place) for place in found[:MOST_PLACES]], safe=False)


def _option(place: Place) -> dict[str, str | int]:
    hint = " · ".join([place.get_kind_display(), *place.aliases[:2]])
    used = getattr(place, "used_at", None)
    return {"id": place.pk, "name": place.name, "hint": hint, "kind": "recent" if used else place.kind}
