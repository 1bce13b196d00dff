"""Requests by the thousand: Django's test client without what it keeps of every template for a test to look at."""

from typing import Any

from django.http import HttpResponse
from django.test import RequestFactory
from django.test.client import ClientHandler


class Visitor(RequestFactory):
    """Sends requests through the whole site. ``cookies`` are sent with each, and never changed by an answer."""

    def __init__(self, **defaults: Any) -> None:
        super().__init__(**defaults)
        self.handler = ClientHandler(enforce_csrf_checks=False)

    def request(self, **request: Any) -> HttpResponse:  # type: ignore[override]
        """Return the answer; an error of ours is one of 500."""
        response: HttpResponse = self.handler(self._base_environ(**request))  # type: ignore[assignment]
        return response
