"""What every page shows around its own content."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from echauffeur.accounts.models import User
from echauffeur.accounts.queries import bases_of, current_base
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
    towers = [
        (
            _("Control tower") if user.base_id == base.pk else f"{_('Control tower')} · {base.name}",
            reverse("tower", args=[base.code]),
        )
        for base in _towers(user)
    ]
    here += towers
    here += [(_("Settings"), reverse("base-settings", args=[base.code])) for base in _configured(user)]
    if bases_of(user, Permission.DRIVE):
        here.append((_("My day"), reverse("my-day")))
    if user.is_staff:
        here.append((_("Administration"), reverse("admin:index")))
    if settings.DEMO and towers:
        here.append((_("Demonstration"), reverse("demo")))
    links = [Link(label, url, request.path == url) for label, url in here]
    return {"site": Site(current_base(user), links, settings.DEMO)}


def _configured(user: User) -> list[Base]:
    """Return the current base where it is the person's to configure."""
    return [base for base in bases_of(user, Permission.CONFIGURE_BASE) if base.pk == user.base_id]


def _towers(user: User) -> list[Base]:
    """Return the towers to name in the menu: an administrator finds the others in each tower's own menu."""
    if user.is_superuser:
        return [user.base] if user.base else []
    return bases_of(user, Permission.SEE_TOWER)
