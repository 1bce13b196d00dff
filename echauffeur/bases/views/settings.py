"""The overview of a base's settings: what is set up, and what is still to do."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.views.rows import base_to_configure, show
from echauffeur.bases.views.sections import SECTIONS


@require_safe
def base_settings(request: SignedInRequest, code: str) -> HttpResponse:
    """Show each section with what it holds."""
    base = base_to_configure(request, code)
    counted = [(section, section.url(base), section.count(base)) for section in SECTIONS]
    cards = [(section, url, n, section.in_words(n)) for section, url, n in counted]
    return show(request, base, "bases/settings.html", {"section": "base-settings", "cards": cards})
