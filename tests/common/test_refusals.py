"""A refusal that no view caught: said on the page one came from, if that is one of ours."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from echauffeur.common.htmx import RefusalMiddleware
from echauffeur.common.refusals import Refusal


def answer_to(referer: str) -> HttpResponse | None:
    request: HttpRequest = RequestFactory().post("/rides/new/", headers={"Referer": referer})
    request._messages = _Messages()  # type: ignore[attr-defined]
    return RefusalMiddleware(lambda _request: HttpResponse()).process_exception(request, Refusal("No."))


class _Messages:
    def add(self, *_args: object) -> None:
        """Take anything."""


@pytest.mark.parametrize(
    ("referer", "there"),
    [
        ("http://testserver/rides/", "http://testserver/rides/"),
        ("http://testserver/rides/?page=2", "http://testserver/rides/?page=2"),
        ("", "/"),
        ("word", "/"),
        ("tower", "/"),
        ("http://elsewhere.example/rides/", "/"),
        ("javascript:alert(1)", "/"),
        ("http://[::1", "/"),
    ],
)
def test_leads_back_to_a_page_of_ours_and_home_otherwise(referer: str, there: str) -> None:
    answer = answer_to(referer)
    assert answer is not None
    assert answer["Location"] == there
