"""The sections of a base's settings, in the order in which a new base is set up."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.models import Base


@dataclass(frozen=True)
class Section:
    """One kind of thing to set up. ``key`` is also the name of its page's address.

    ``count`` says how many the base has that people can use now; none yet is shown as still to do, unless a base can
    do without (``needed``).
    """

    key: str
    label: Promise
    icon: str
    what: Promise
    count: Callable[[Base], int]
    in_words: Callable[[int], str]
    needed: bool = True

    def url(self, base: Base) -> str:
        return reverse(self.key, args=[base.code])


SECTIONS = [
    Section(
        "base-places",
        _("Places"),
        "pin",
        _("Where people get in and out."),
        lambda base: base.places.enabled().count(),
        lambda n: ngettext("%(n)d place in service", "%(n)d places in service", n) % {"n": n},
    ),
    Section(
        "base-people",
        _("People"),
        "passengers",
        _("Who drives, who steers, who sets the base up."),
        lambda base: base.memberships.filter(user__is_active=True).values("user").distinct().count(),
        lambda n: ngettext("%(n)d person with a role", "%(n)d people with a role", n) % {"n": n},
    ),
    Section(
        "base-import",
        _("Import and export"),
        "exchange",
        _("Bring in what you keep in a spreadsheet, take out what is here."),
        lambda _base: 0,
        lambda _n: gettext("CSV and Excel"),
        needed=False,
    ),
]
