"""The hidden fields of a button that must act once."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from echauffeur.journal.forms import key_of

register = template.Library()


@register.simple_tag(takes_context=True)
def tap_fields(context: Context, url: str) -> SafeString:
    """Return the fields of `TapForm` for a button sent to this address, on a live page that shows ``seq``."""
    key = key_of(context["request"].user.pk, context["seq"], url)
    return format_html('<input type="hidden" name="tap" value="{}"><input type="hidden" name="claimed_at">', key)
