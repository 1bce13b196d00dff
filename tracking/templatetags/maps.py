"""What a live page says of its map."""

from django import template

from echauffeur.bases.models import Base
from tracking.queries import drawn_at

register = template.Library()


@register.simple_tag
def map_drawn(base: Base) -> str:
    """Return when the base's map was drawn: an open page whose map is another one draws it anew."""
    at = drawn_at(base)
    return at.isoformat() if at else ""
