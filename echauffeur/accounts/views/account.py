"""My account: who one is, how one signs in, and from where."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from echauffeur.accounts.actions import details
from echauffeur.accounts.actions.second_factor import codes_left
from echauffeur.accounts.forms.account import NameForm, PreferencesForm
from echauffeur.accounts.models import User
from echauffeur.accounts.queries import sessions_of
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.views.home import keep_language
from echauffeur.common.headers import kept_nowhere


@require_safe
def account(request: SignedInRequest) -> HttpResponse:
    """Show everything about one's own account, a section each."""
    return show(request)


@require_POST
def change_name(request: SignedInRequest) -> HttpResponse:
    """Change how one is called."""
    form = NameForm(request.POST, instance=_copy(request.user))
    if not form.is_valid():
        return show(request, name=form, status=422)
    details.change_name(user=request.user, **form.cleaned_data)
    messages.success(request, _("Your name is saved."))
    return redirect("account")


@require_POST
def choose_preferences(request: SignedInRequest) -> HttpResponse:
    """Choose the language and the base with which pages open."""
    form = PreferencesForm(request.POST, instance=_copy(request.user))
    if not form.is_valid():
        return show(request, preferences=form, status=422)
    details.choose_language(user=request.user, language=form.cleaned_data["language"])
    details.choose_base(user=request.user, base=form.cleaned_data["base"])
    with translation.override(request.user.language):
        messages.success(request, _("Your preferences are saved."))
    return keep_language(redirect("account"), request.user.language)


def show(request: SignedInRequest, *, status: int = 200, **sections: Any) -> HttpResponse:
    """Show the page, with these forms in place of untouched ones."""
    user = request.user
    context = {
        "name": NameForm(instance=user),
        "preferences": PreferencesForm(instance=user),
        "provider": settings.OIDC_NAME,
        "identities": user.identities.all(),
        "codes_left": codes_left(user) if user.second_factor_at else 0,
        "sessions": sessions_of(user),
        "this_session": request.session.session_key,
    } | sections
    with timezone.override(user.base.zone if user.base else None):
        return kept_nowhere(render(request, "accounts/account.html", context, status=status))


def _copy(user: User) -> User:
    """Return the person to check a form against: what is typed wrong must not show up in the page's header."""
    return User.objects.get(pk=user.pk)
