"""How somebody whose password or provider has spoken for them gets in: at once, or after the second step.

Nobody counts as signed in before it: the session holds a mark for five minutes, and no page or socket knows the person.
"""

import time
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from echauffeur.accounts.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"
HALFWAY = "halfway_in"
HALFWAY_SECONDS = 300


def enter(request: HttpRequest, user: User, *, wanted: str = "", is_strong: bool = False) -> HttpResponse:
    """Sign the person in and go to the page they wanted, or to the second step before.

    ``is_strong``: whoever vouches for the person has asked for a second step already.
    """
    wanted = wanted if is_ours(request, wanted) else ""
    if is_strong or not (user.second_factor_at or user.lacks_second_factor):
        return finish(request, user, wanted)
    request.session.cycle_key()
    mark = {"person": user.pk, "at": time.time(), "wanted": wanted, "bound": user.get_session_auth_hash()}
    request.session[HALFWAY] = mark
    return redirect("second-step" if user.second_factor_at else "second-step-setup")


def halfway(request: HttpRequest) -> tuple[User, str] | None:
    """Return who is halfway in, and the page they wanted; None when nobody is, or it took too long."""
    mark: dict[str, Any] = request.session.get(HALFWAY) or {}
    if not mark or not 0 <= time.time() - mark["at"] < HALFWAY_SECONDS:
        return None
    user = User.objects.filter(pk=mark["person"], is_active=True).first()
    if user is None or not constant_time_compare(mark["bound"], user.get_session_auth_hash()):
        return None
    return user, str(mark["wanted"])


def finish(request: HttpRequest, user: User, wanted: str) -> HttpResponse:
    """Sign the person in, with a new key for the session, and go to the page they wanted."""
    sign_in(request, user)
    return redirect(wanted or "home")


def is_ours(request: HttpRequest, address: str) -> bool:
    """Return whether the address is a path of this site. A word without a slash is none: it would name a view."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )


def sign_in(request: HttpRequest, user: User) -> None:
    """Begin the person's session here, with a key of its own."""
    request.session.pop(HALFWAY, None)
    request.session.begin_anew()  # type: ignore[attr-defined]
    login(request, user, backend=BACKEND)
