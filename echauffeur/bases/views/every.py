"""All bases that somebody configures, and making a new one."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from drivers.models import Driver
from echauffeur.accounts.forms.bases import NewBaseForm
from echauffeur.accounts.models import Membership
from echauffeur.accounts.queries import bases_of
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.roles import Permission, Role
from echauffeur.bases.models import Base, Place
from echauffeur.bases.views import rows
from echauffeur.bases.zones import zone_in_words
from echauffeur.common.headers import kept_nowhere
from echauffeur.common.methods import get_or_post
from fleet.models import Vehicle

# What a base needs before it can carry anybody.
NEEDED: dict[str, Callable[[], QuerySet]] = {  # type: ignore[type-arg]
    "places": Place.objects.enabled,
    "vehicles": Vehicle.objects.enabled,
    "drivers": Driver.objects.enabled,
    "managers": lambda: Membership.objects.filter(role=Role.MANAGER, user__is_active=True),
}


@require_safe
def bases(request: SignedInRequest) -> HttpResponse:
    """List the bases that the person configures, or those that go by some words, with what they have and lack."""
    mine = bases_of(request.user, Permission.CONFIGURE_BASE)
    if not mine and not request.user.is_superuser:
        raise Http404
    words = rows.words_asked(request)
    wanted = [base for base in mine if words.casefold() in f"{base.name} {base.code}".casefold()]
    counts = {name: _by_base(of(), wanted) for name, of in NEEDED.items()}
    listed = [
        {"base": base, "zone": zone_in_words(base.time_zone)}
        | {name: by_base.get(base.pk, 0) for name, by_base in counts.items()}
        for base in wanted
    ]
    return kept_nowhere(render(request, "bases/bases.html", {"rows": listed, "words": words}))


@get_or_post
def base_new(request: SignedInRequest) -> HttpResponse:
    """Make a new base; for administrators."""
    if not request.user.is_superuser:
        raise Http404
    form = NewBaseForm(rows.typed(request), instance=Base())
    if request.method == "POST" and form.save_as(request.user):
        messages.success(
            request, _("%(base)s is made. Now set it up, section after section.") % {"base": form.instance}
        )
        return redirect("base-settings", form.instance.code)
    return kept_nowhere(render(request, "bases/base_new.html", {"form": form, "base": None}, status=form.status))


def _by_base(of: "QuerySet[Place]", bases: list[Base]) -> dict[int, int]:
    """Return how many of these rows each base has."""
    return dict(of.filter(base__in=bases).order_by().values_list("base").annotate(Count("pk")))
