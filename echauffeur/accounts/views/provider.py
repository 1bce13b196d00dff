"""Signing in at a provider of identities, linking an account to it, and signing out there."""

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from echauffeur.accounts import provider
from echauffeur.accounts.access import identity_to_unlink
from echauffeur.accounts.actions import identities
from echauffeur.accounts.models import User
from echauffeur.accounts.provider import Vouched
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.views.entering import enter, is_ours
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal

WANTED, TO_LINK, ID_TOKEN, LEAVING = "provider_wanted", "provider_to_link", "provider_id_token", "provider_leaving"
LINK_SECONDS = 600


@login_not_required
@never_cache
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send the person to the provider. A link, not a form: our content policy lets no form lead to another site."""
    _require_provider()
    if request.user.is_authenticated:
        return redirect("home")
    wanted = request.GET.get("next", "")
    request.session[WANTED] = wanted if is_ours(request, wanted) else ""
    try:
        return provider.send_there(request, request.build_absolute_uri(reverse("provider-callback")))
    except Refusal as refusal:
        return _failed(request, refusal)


@login_not_required
@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Take whoever comes back from the provider in, if all that it says holds."""
    _require_provider()
    if request.user.is_authenticated:
        return redirect("home")
    try:
        vouched = provider.back_from_there(request)
        user = identities.recognise(vouched=vouched, language=translation.get_language() or "fr")
    except Refusal as refusal:
        return _failed(request, refusal)
    return _let_in(request, user, vouched) if user else _ask_for_proof(request, vouched)


@never_cache
@get_or_post
def link(request: SignedInRequest) -> HttpResponse:
    """Ask whoever proved the account whether the identity is theirs, and link the two."""
    _require_provider()
    waits: dict[str, Any] = request.session.get(TO_LINK) or {}
    is_theirs = waits.get("email") == request.user.email and 0 <= time.time() - waits["at"] < LINK_SECONDS
    if not is_theirs:
        messages.error(request, _("Nothing waits to be linked to this account. Begin again with signing in there."))
        return redirect("account")
    if request.method != "POST":
        return render(request, "accounts/provider_link.html", {"name": settings.OIDC_NAME})
    del request.session[TO_LINK]
    identities.link(user=request.user, issuer=waits["issuer"], subject=waits["subject"])
    messages.success(request, _("From now on you may sign in with %(name)s.") % {"name": settings.OIDC_NAME})
    return redirect("home")


@require_POST
def unlink(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let one of one's identities in no more."""
    identities.unlink(user=request.user, identity=identity_to_unlink(request.user, pk))
    messages.success(request, _("That identity lets nobody into your account any more."))
    return redirect("account")


@login_not_required
@never_cache
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say that one is signed out here, and go on to the provider: a form itself may not lead to another site."""
    if LEAVING not in request.session:
        return redirect("sign-in")
    return render(request, "accounts/signed_out.html", {"name": settings.OIDC_NAME})


@login_not_required
@never_cache
@require_safe
def sign_out(request: HttpRequest) -> HttpResponse:
    """Go and sign out at the provider, if it offers that."""
    id_token = request.session.pop(LEAVING, "")
    back = request.build_absolute_uri(reverse("sign-in"))
    address = provider.way_out(id_token, back) if id_token and provider.is_on() else None
    return redirect(address or "sign-in")


def _let_in(request: HttpRequest, user: User, vouched: Vouched) -> HttpResponse:
    """Sign in; our own second step only where it is required and the provider has not asked for one."""
    request.session[ID_TOKEN] = vouched.id_token
    is_strong = vouched.is_strong or not user.second_factor_required
    return enter(request, user, wanted=request.session.pop(WANTED, ""), is_strong=is_strong)


def _ask_for_proof(request: HttpRequest, vouched: Vouched) -> HttpResponse:
    """Have the owner of the address's account sign in with its password first: an address proves nothing."""
    waits = {"issuer": vouched.issuer, "subject": vouched.subject, "email": vouched.email, "at": time.time()}
    request.session[TO_LINK] = waits
    text = _("Your address has an account here. Sign in with its password once, to link it to %(name)s.")
    messages.info(request, text % {"name": settings.OIDC_NAME})
    return redirect(f"{reverse('sign-in')}?{urlencode({'next': reverse('provider-link')})}")


def _failed(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    context = {"refusal": refusal, "name": settings.OIDC_NAME}
    return render(request, "accounts/provider_failed.html", context, status=refusal.status)


def _require_provider() -> None:
    if not provider.is_on():
        raise Http404
