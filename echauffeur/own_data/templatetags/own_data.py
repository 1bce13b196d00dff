"""A person's data in words."""

from collections.abc import Iterator
from datetime import datetime

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from echauffeur.common.personal import Choice, Section, Text, Value

register = template.Library()


@register.filter
def facts(section: Section, row: tuple[Value, ...]) -> Iterator[tuple[Text, Text]]:
    """Give each field's label with its value in words; what is empty is left out."""
    for label, value in zip(section.fields.values(), row, strict=True):
        if words := in_words(value):
            yield label, words


def in_words(value: Value) -> Text:
    """Return the value as people read it: a time on the clock that it came with."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(value, "DATETIME_FORMAT")
    if isinstance(value, Choice):
        return value.label
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)
