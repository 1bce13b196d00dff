"""Whatever is sent to the ways in, the answer is a page with words, never an error."""

from itertools import product
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.accounts.inbox import typed
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ODD = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\U0010ffff",
    "\u202e",
    "x" * 10_000,
    "[]",
    "{}",
    "-1",
    "9" * 400,
    "NaN",
    "é" * 300,
]
texts = st.one_of(st.sampled_from(ODD), st.text(max_size=80), st.emails(), st.from_regex(r"\d{6}", fullmatch=True))
FIELDS = {
    "/sign-up/": typed,
    "/sign-up/code/": lambda: {"code": "1"},
    "/sign-up/again/": dict,
    "/forgotten-password/": lambda: {"email": "lou@demo.example"},
    "/forgotten-password/code/": lambda: {"code": "1", "password": "four brown ducks swim"},
    "/account/password/": lambda: {"present_password": "1", "password": "four brown ducks swim"},
    "/account/phone/": lambda: {"phone": "0612345678"},
    "/account/phone/code/": lambda: {"code": "1"},
    "/language/": lambda: {"next": "/", "language": "fr"},
    "/consent/": lambda: {"next": "/", "consent": "on"},
}


def encoded(fields: dict[str, Any]) -> bytes:
    """Return a body as a program may send it: lone surrogates too, which no browser writes."""
    return "&".join(
        f"{name}={quote_plus(str(v).encode(errors='surrogatepass'))}" for name, v in fields.items()
    ).encode()


@pytest.fixture
def browsers() -> list[Client]:
    """Somebody with codes on the way and nobody signed in, and somebody who is."""
    stranger, member, newcomer = Client(), Client(), Client()
    stranger.post("/sign-up/", typed())
    stranger.post("/forgotten-password/", {"email": "lou@demo.example"})
    member.force_login(UserFactory())
    member.post("/account/phone/", {"phone": "0687654321"})
    newcomer.force_login(UserFactory(consented_at=None))
    return [stranger, member, newcomer]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_input_is_an_error(browsers: list[Client], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(FIELDS)))
    fields = FIELDS[path]()
    for name in data.draw(st.sets(st.sampled_from([*fields, "next", "base"]))):
        fields[name] = data.draw(texts)
    for browser in browsers:
        answer = browser.generic("POST", path, encoded(fields), "application/x-www-form-urlencoded")
        assert answer.status_code in {200, 302, 403, 422, 429}, (path, fields)


@pytest.mark.parametrize("path", FIELDS)
def test_each_odd_thing_in_each_field(browsers: list[Client], path: str) -> None:
    for name, odd in product(FIELDS[path](), ODD):
        body = encoded(FIELDS[path]() | {name: odd})
        for browser in browsers:
            answer = browser.generic("POST", path, body, "application/x-www-form-urlencoded")
            assert answer.status_code in {200, 302, 403, 422, 429}, (path, name)
    for browser in browsers:
        assert browser.generic("POST", path, b"\xff\xfe{", "application/json").status_code in {200, 302, 400, 422, 429}
