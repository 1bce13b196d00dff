"""A base's places: listed, added, changed, removed by its manager."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.access import place_of
from echauffeur.bases.forms import PlaceForm
from echauffeur.bases.models import Place
from echauffeur.bases.queries import places_to_configure
from echauffeur.bases.views import rows
from echauffeur.common.methods import get_or_post

SECTION, TEMPLATE = "base-places", "bases/place.html"


@require_safe
def places(request: SignedInRequest, code: str) -> HttpResponse:
    """List the base's places, switched off ones too, or those that go by some words."""
    base, words = rows.base_to_configure(request, code), rows.words_asked(request)
    shown = rows.page_of(request, places_to_configure(base, words))
    return rows.show(request, base, "bases/places.html", {"section": SECTION, "words": words, "rows": shown})


@get_or_post
def place_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Add a place."""
    base = rows.base_to_configure(request, code)
    form = PlaceForm(rows.typed(request), instance=Place(base=base))
    back = reverse(SECTION, args=[code])
    return rows.edit(request, base, form, section=SECTION, back=back, title=_("Add a place"), template=TEMPLATE)


@get_or_post
def place(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Change a place."""
    base = rows.base_to_configure(request, code)
    row = place_of(base, pk)
    form = PlaceForm(rows.typed(request), instance=row)
    back, remove = reverse(SECTION, args=[code]), reverse("base-place-remove", args=[code, pk])
    return rows.edit(request, base, form, section=SECTION, back=back, title=row.name, remove=remove, template=TEMPLATE)


@get_or_post
def place_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Remove a place that no ride has ever touched."""
    base = rows.base_to_configure(request, code)
    back, stay = reverse(SECTION, args=[code]), reverse("base-place", args=[code, pk])
    return rows.remove(request, base, place_of(base, pk), section=SECTION, back=back, stay=stay)
