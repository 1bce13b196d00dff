"""Error pages: what happened, and what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Render without request or context: whatever broke may break them too."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say in words that the page was too old to be sent."""
    return render(request, "errors/csrf.html", {"back": request.path}, status=403)


def _error(request: HttpRequest, status: int) -> HttpResponse:
    """Render the page of that error. It is about no base: one looks like another, whatever the address names."""
    request.resolver_match = None
    return render(request, f"errors/{status}.html", status=status)
