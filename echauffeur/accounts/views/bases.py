"""Choosing the base whose pages open first, from any page."""

from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.translation import gettext as _

from echauffeur.accounts.actions.details import choose_base
from echauffeur.accounts.models import User
from echauffeur.accounts.queries import bases_to_choose, may, roles_by_base
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base
from echauffeur.common.headers import kept_nowhere
from echauffeur.common.methods import get_or_post
from echauffeur.common.models import row_of_code

OF_A_BASE = "bases/<slug:code>/"
# Pages that are the same whatever the base: one stays on them.
EVERYWHERE = {"rides", "ride-request", "account"}
# Who may open the page of that name on another base; those that no line names are for whoever configures it.
OPENED_BY = {
    "tower": Permission.SEE_TOWER,
    "ride-request-for": Permission.BOOK_FOR_OTHERS,
    "my-day": Permission.DRIVE,
    "base-people": Permission.MANAGE_PEOPLE,
    "base-person-add": Permission.MANAGE_PEOPLE,
    "base-journal": Permission.SEE_JOURNAL,
}


@get_or_post
def choose(request: SignedInRequest) -> HttpResponse:
    """Remember the base that was chosen and go to its page of the same kind; or list the bases to choose from."""
    if request.method != "POST":
        return _list(request, request.GET.get("next", ""))
    back = request.POST.get("next", "")
    base = row_of_code(Base.objects.all(), request.POST.get("base", ""))
    if base is None:
        return _list(request, back, error=_("Choose one of these bases."))
    choose_base(user=request.user, base=base)
    return redirect(page_like(back, base, request.user))


def page_like(path: str, base: Base, user: User) -> str:
    """Return the address on this base of the page that one was on, or of its list; home where there is none."""
    match = _match(path)
    if match is None:
        return reverse("home")
    name = str(match.url_name)
    if name in EVERYWHERE:
        # A request that was begun on another base is taken along.
        return f"{reverse(name)}?base={base.code}" if name == "ride-request" else reverse(name)
    if not match.route.startswith(OF_A_BASE):
        return reverse(name) if name == "my-day" and may(user, Permission.DRIVE, base) else reverse("home")
    if not match.kwargs.keys() - {"code"}:
        there = reverse(name, args=[base.code])
    else:
        section = match.route.removeprefix(OF_A_BASE).partition("/")[0]
        there = f"{reverse('base-settings', args=[base.code]).removesuffix('settings/')}{section}/"
    like = _match(there)
    is_open = like is not None and may(user, OPENED_BY.get(str(like.url_name), Permission.CONFIGURE_BASE), base)
    return there if is_open else reverse("home")


def _match(path: str) -> ResolverMatch | None:
    """Return what the path leads to; a whole address, be it somebody else's, counts by its path alone."""
    try:
        return resolve(urlsplit(path).path)
    except (Resolver404, ValueError):
        return None


def _list(request: SignedInRequest, back: str, *, error: str = "") -> HttpResponse:
    words = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    held = roles_by_base(request.user)
    bases = [(base, held.get(base.pk, [])) for base in bases_to_choose(words)]
    context = {"bases": bases, "words": words, "back": back, "error": error}
    return kept_nowhere(render(request, "accounts/choose_base.html", context, status=422 if error else 200))
