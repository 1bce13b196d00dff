"""What a page says of its map."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from echauffeur.bases.models import Base
from echauffeur.common.headers import show_images_of
from tracking.queries import drawn_at, tiles_of

register = template.Library()


@register.simple_tag
def map_drawn(base: Base) -> str:
    """Return when the base's map was drawn: an open page whose map is another one draws it anew."""
    at = drawn_at(base)
    return at.isoformat() if at else ""


@register.simple_tag(takes_context=True)
def map_tiles(context: template.Context, base: Base) -> SafeString | str:
    """Return the attributes of the map's element that name the base's tile server, and let this page ask it.

    Nothing without such a server: the page's content policy then names no host but ours.
    """
    server = tiles_of(base)
    if server is None:
        return ""
    show_images_of(context["request"], server.origin)
    return format_html(
        'data-tiles="{}" data-tiles-attribution="{}" data-tiles-max-zoom="{}"',
        server.url,
        server.attribution,
        server.max_zoom,
    )
