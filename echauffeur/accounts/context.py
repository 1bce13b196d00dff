"""What every page shows around its own content."""

from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from echauffeur.accounts.models import User
from echauffeur.accounts.queries import current_base, may, own_bases
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base

# More than so many are looked up on a page of their own.
MOST_CHOICES = 10


@dataclass(frozen=True)
class Link:
    """One entry of the navigation."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Site:
    """The frame of a page: the base it is about, where one may go there, and whether this is the demo.

    ``choices`` are the other bases that the header offers at once: those where one has work to do.
    """

    base: Base | None
    links: list[Link]
    demo: bool
    choices: list[Base] = field(default_factory=list)


def site(request: HttpRequest) -> dict[str, Site]:
    """Give templates ``site``: base, navigation by right, and whether this is the demo."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"site": Site(None, [], settings.DEMO)}
    base, own = base_of_page(request, user), own_bases(user)
    here = [(_("Book a ride"), reverse("ride-request")), (_("My rides"), reverse("rides"))]
    here += [(label, url) for permission, label, url in _pages_of(base) if may(user, permission, base)] if base else []
    if user.is_superuser:
        here.append((_("Bases"), reverse("bases")))
    if user.is_staff:
        here.append((_("Administration"), reverse("admin:index")))
    if settings.DEMO and base and may(user, Permission.SEE_TOWER, base):
        here.append((_("Demonstration"), reverse("demo")))
    links = [Link(label, url, request.path == url) for label, url in here]
    return {"site": Site(base, links, settings.DEMO, own if len(own) <= MOST_CHOICES else [])}


def base_of_page(request: HttpRequest, user: User) -> Base | None:
    """Return the base that the page is about, where one has work to do, else the person's current one.

    Looking at another base's page does not make it the current one: only choosing it does.
    """
    match = request.resolver_match
    code = match.kwargs.get("code") if match and match.route.startswith("bases/<slug:code>/") else None
    return next((base for base in own_bases(user) if base.code == code), None) or current_base(user)


def _pages_of(base: Base) -> list[tuple[Permission, str, str]]:
    """Return the pages of work on a base, and what opens each."""
    return [
        (Permission.SEE_TOWER, _("Control tower"), reverse("tower", args=[base.code])),
        (Permission.SEE_TOWER, _("Live map"), reverse("live-map", args=[base.code])),
        (Permission.PLAN, _("Planning"), reverse("planning", args=[base.code])),
        (Permission.CONFIGURE_BASE, _("Settings"), reverse("base-settings", args=[base.code])),
        (Permission.DRIVE, _("My day"), reverse("my-day")),
    ]
