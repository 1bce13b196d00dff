"""What every page shows around its own content."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from echauffeur.accounts.queries import bases_where
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base


@dataclass(frozen=True)
class Link:
    """One entry of the navigation."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Site:
    """The frame of a page: the person's base, where they may go, and whether this is the demo."""

    base: Base | None
    links: list[Link]
    demo: bool


def site(request: HttpRequest) -> dict[str, Site]:
    """Give templates ``site``: base, navigation by right, and whether this is the demo."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"site": Site(None, [], settings.DEMO)}
    here = [(_("Book a ride"), reverse("ride-request")), (_("My rides"), reverse("rides"))]
    here += [
        (
            _("Control tower") if user.base_id == base.pk else f"{_('Control tower')} · {base.name}",
            reverse("tower", args=[base.code]),
        )
        for base in bases_where(user, Permission.SEE_TOWER)
        if not user.is_superuser or base.pk == user.base_id
    ]
    if bases_where(user, Permission.DRIVE).exists():
        here.append((_("My day"), reverse("my-day")))
    if user.is_staff:
        here.append((_("Administration"), reverse("admin:index")))
    links = [Link(label, url, request.path == url) for label, url in here]
    return {"site": Site(user.base, links, settings.DEMO)}
