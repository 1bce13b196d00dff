"""Our forms, as the rules read them."""

from collections.abc import Iterator

from django import forms
from django.urls import get_resolver

from tests.rules.source import APPS


def all_forms(kind: type[forms.BaseForm] = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    """Yield the classes of our forms that people other than administrators fill in."""
    assert get_resolver().url_patterns, "every form is imported with the pages"
    for form in kind.__subclasses__():
        yield from all_forms(form)
        if form.__module__.partition(".")[0] in APPS and not form.__module__.endswith(".admin"):
            yield form
