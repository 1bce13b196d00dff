"""Closed by default, and in the person's language."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from echauffeur.accounts.actions.roles import take_news
from echauffeur.accounts.people import news_in_words

KEPT_FORM = "kept_form"
NEVER_KEPT = ("csrf", "password", "proof")
MOST_KEPT_BYTES = 10_000


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's sessions, which also learn from which device they come and when somebody was last seen."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.session.user_agent = request.headers.get("User-Agent", "")  # type: ignore[attr-defined]

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        if request.session.accessed:
            request.session.note_seen()  # type: ignore[attr-defined]
        return response


View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def consent_not_required(view: View) -> View:
    """Open the page also to people who have not agreed to the conditions yet: what they may do without."""
    view.consent_required = False  # type: ignore[attr-defined]
    return view


def keep_form(request: HttpRequest) -> None:
    """Keep what was typed until the person has signed in again: nothing secret, and nothing large from a stranger."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_KEPT_BYTES:
        return
    typed = {name: value for name, value in request.POST.items() if not any(word in name for word in NEVER_KEPT)}
    several = {name: request.POST.getlist(name) for name in typed if len(request.POST.getlist(name)) > 1}
    request.session[KEPT_FORM] = {"path": request.path, "typed": typed} | ({"several": several} if several else {})


def take_kept_form(request: HttpRequest, path: str = "") -> dict[str, str]:
    """Return what was sent to that path, this page's own unless said, when the session had ended; once."""
    kept = request.session.get(KEPT_FORM)
    if not kept or kept["path"] != (path or request.path):
        return {}
    del request.session[KEPT_FORM]
    return dict(kept["typed"])


def take_kept_post(request: HttpRequest) -> QueryDict | None:
    """Return it as a form takes it, names of several values with all of them; None when nothing was kept; once."""
    several = request.session.get(KEPT_FORM, {}).get("several", {})
    if not (typed := take_kept_form(request)):
        return None
    sent = QueryDict(mutable=True)
    for name, value in typed.items():
        sent.setlist(name, several.get(name, [value]))
    return sent


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every page wants a signed-in person, unless its view says `login_not_required`.

    A form sent after the session ended is kept, and shown again after signing in.
    """

    def get_login_url(self, view_func: Callable[..., Any]) -> str:
        """There is one sign-in page, also for views that name their own, such as the administration's."""
        return resolve_url(settings.LOGIN_URL)

    def handle_no_permission(  # type: ignore[override]  # htmx wants no redirect
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        if request.method == "POST":
            keep_form(request)
            messages.warning(
                request, _("Your session had ended. Sign in: what you typed is kept, and nothing was sent yet.")
            )
        sign_in = redirect_to_login(_page_of(request), self.get_login_url(view_func))
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401, headers={"HX-Redirect": sign_in.url})
        return sign_in


class ConsentMiddleware:
    """Whoever has not agreed to the conditions of use yet is asked before anything else.

    Pages that need no sign-in need no consent either; nor do those that say `consent_not_required`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        open_to_all = not getattr(view, "login_required", True) or not getattr(view, "consent_required", True)
        if open_to_all or not request.user.is_authenticated or request.user.consented_at:
            return None
        asking = f"{reverse('consent')}?{urlencode({'next': _page_of(request)})}"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=403, headers={"HX-Redirect": asking})
        return redirect(asking)


def _page_of(request: HttpRequest) -> str:
    """Return the address of the page the person looks at: what a form is sent to may answer no GET."""
    shown = request.headers.get("HX-Current-URL") or (request.method == "POST" and request.headers.get("Referer"))
    try:
        parts = urlsplit(shown or "")
    except ValueError:
        return request.get_full_path()
    if parts.netloc != request.get_host():
        return request.get_full_path()
    return urlunsplit(("", "", parts.path, parts.query, ""))


class LanguageMiddleware:
    """A signed-in person reads the language of their account; others that of the cookie or browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or "fr")
        return response


class NewsMiddleware:
    """Tells people on their next page that they got or lost a role. Who has no news is asked no question for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        if request.method == "GET" and request.user.is_authenticated and request.user.news:
            for sentence in map(news_in_words, take_news(request.user)):
                messages.info(request, sentence)
