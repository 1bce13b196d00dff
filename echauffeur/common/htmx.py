"""How a view answers htmx, a plain form and the live client alike: one page, one fragment."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from echauffeur.common.headers import kept_nowhere
from echauffeur.common.refusals import Refusal


def wants_fragment(request: HttpRequest) -> bool:
    """Whether only the live part is asked for, not the whole page."""
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.history_restore_request and not htmx.boosted


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render ``app/page.html``, or the ``app/_page.html`` it includes when only that is asked for."""
    folder, _, name = template.rpartition("/")
    chosen = f"{folder}/_{name}" if wants_fragment(request) else template
    response = render(request, chosen, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return kept_nowhere(response)


def see_other(address: str) -> HttpResponse:
    """Return the redirect that says: done, now look there."""
    return HttpResponseRedirect(address, status=303)


def address_of_ours(request: HttpRequest, wanted: str) -> str:
    """Return the address that was asked for if it is a path of this site, else that of the home page."""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours and wanted.startswith("/") else reverse("home")


class RefusalMiddleware:
    """The last net: a refusal that no view turned into its own page becomes a message on the page one came from.

    A view that can keep a form's content catches the refusal itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        if request.method == "GET":
            return render(request, "errors/refusal.html", {"refusal": exception}, status=exception.status)
        messages.error(request, str(exception))
        back = request.META.get("HTTP_REFERER", "")
        ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        # A word without slashes is no address: it would name a view.
        return redirect(back if ours and "//" in back else "home")
