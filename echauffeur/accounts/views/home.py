"""The way home, and the language of the pages."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import translation
from django.views.decorators.http import require_POST

from echauffeur.accounts.actions.details import choose_language
from echauffeur.accounts.queries import current_base, may
from echauffeur.accounts.roles import Permission
from echauffeur.common.htmx import address_of_ours


def home(request: HttpRequest) -> HttpResponse:
    """Go to the page of one's work on the current base: control tower, own day as a driver, else own rides."""
    user = request.user
    assert user.is_authenticated
    base = current_base(user)
    if base and may(user, Permission.SEE_TOWER, base):
        return redirect("tower", base.code)
    if base and may(user, Permission.DRIVE, base):
        return redirect("my-day")
    return redirect("rides")


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language, for the account when signed in, and go back to the page one was on."""
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(address_of_ours(request, request.POST.get("next", "")))
    if translation.check_for_language(language) and language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            choose_language(user=request.user, language=language)
        keep_language(response, language)
    return response


def keep_language(response: HttpResponse, language: str) -> HttpResponse:
    """Have this browser remember the language, for when nobody is signed in; return the response."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=31_536_000,
        samesite="Lax",
        httponly=True,
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )
    return response
