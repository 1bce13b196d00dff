"""Every answer tells the browser to be careful: pages, fragments, data, errors of every kind, refused sockets."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from pytest_django import Settings

from echauffeur.accounts.models import User
from tests import factories
from tests.asgi import Answer, ask, shake_hands
from tests.sockets import close_hub, cookie_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.asyncio,
    # Django leaves the request's empty body, and WhiteNoise its file, to the garbage collector.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume", "ignore::ResourceWarning"),
]

NOTHING = {"'none'"}
OURS = {"'self'"}
PAGE_POLICY = {
    "default-src": NOTHING,
    "object-src": NOTHING,
    "base-uri": NOTHING,
    "frame-ancestors": NOTHING,
    "form-action": OURS,
    "script-src": OURS,
    "style-src": OURS,
    "font-src": OURS,
    "connect-src": OURS,
    "manifest-src": OURS,
    "worker-src": OURS,
    "img-src": OURS | {"data:"},
}
HTMX = {"hx_request": "true"}
FORM = {"content_type": "application/x-www-form-urlencoded"}
SOME = b"reason=changed_plan"

# What is asked, and the code of the answer: (method, address, headers, body, who).
ANSWERS: dict[str, tuple[int, str, str, dict[str, str], bytes]] = {
    "a page": (200, "GET", "/rides/", {}, b""),
    "a fragment": (200, "GET", "/rides/", HTMX, b""),
    "a page of the administration": (200, "GET", "/admin/", {}, b""),
    "data": (200, "GET", "/places/?base=brest", {}, b""),
    "a map": (200, "GET", "/bases/brest/map.json", {}, b""),
    "a redirect": (302, "GET", "/", {}, b""),
    "the way to sign in": (302, "GET", "/rides/", {"cookie": ""}, b""),
    "the way to sign in for htmx": (401, "GET", "/rides/", HTMX | {"cookie": ""}, b""),
    "the sign-in page": (200, "GET", "/sign-in/", {"cookie": ""}, b""),
    "health": (200, "GET", "/healthz", {}, b""),
    "a host that is not ours": (400, "GET", "/sign-in/", {"host": "evil.example"}, b""),
    "no host": (400, "GET", "/sign-in/", {"host": ""}, b""),
    "something suspicious": (400, "GET", "/wrong/suspicious/", {}, b""),
    "a form of no known kind": (403, "POST", "/sign-in/", {"content_type": "multipart/form-data; boundary="}, b"x"),
    "a form that is too large": (403, "POST", "/sign-in/", FORM, b"a=" + b"x" * 3_000_000),
    "something forbidden": (403, "GET", "/wrong/forbidden/", {}, b""),
    "a form without its token": (403, "POST", "/rides/new/", FORM, SOME),
    "nothing there": (404, "GET", "/no/such/page/", {}, b""),
    "nothing there for strangers": (404, "GET", "/no/such/page/", {"cookie": ""}, b""),
    "an ended link": (404, "GET", "/track/", {"cookie": ""}, b""),
    "a method that is not": (405, "GET", "/sign-out/", {}, b""),
    "too much": (413, "GET", "/wrong/413/", {}, b""),
    "too often": (429, "GET", "/wrong/429/", {}, b""),
    "an error of ours": (500, "GET", "/wrong/error/", {}, b""),
    "out of order": (503, "GET", "/wrong/503/", {}, b""),
}

# Asked for again each time, and kept when nothing has changed.
KEPT_BY_BROWSERS = ("/bases/brest/map.json",)
REFUSED_SOCKETS = [
    ("/live/rides/", "http://evil.example", 403),
    ("/live/rides/", "https://testserver", 403),
    ("/live/nothing/", "http://testserver", 404),
    ("/live/base/%00/", "http://testserver", 404),
    ("/", "http://testserver", 404),
]


@pytest_asyncio.fixture(autouse=True)
async def own_hub() -> AsyncIterator[None]:
    yield
    await close_hub()


@pytest.fixture
def administrator(settings: Settings) -> User:
    settings.ROOT_URLCONF = "tests.rules.answers"
    return factories.UserFactory(is_staff=True, is_superuser=True)


def policy(text: str) -> dict[str, set[str]]:
    """Return the content policy by directive."""
    parts = (part.split() for part in text.split(";") if part.strip())
    return {name: set(sources) for name, *sources in parts}


def check_careful(answer: Answer) -> None:
    """Fail unless the answer says everything that it must."""
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] in {"same-origin", "no-referrer"}
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    powers = dict(power.split("=") for power in headers["permissions-policy"].split(", "))
    assert {"camera", "microphone", "geolocation", "payment", "usb"} <= set(powers)
    assert set(powers.values()) == {"()"}
    check_strict(policy(headers["content-security-policy"]))
    assert "content-security-policy-report-only" not in headers
    assert "x-powered-by" not in headers
    assert "server" not in headers
    for text in answer.cookies:
        ((name, cookie),) = SimpleCookie(text).items()
        assert cookie["samesite"] in {"Lax", "Strict"}, text
        assert cookie["httponly"] or name == "csrftoken", text  # the driver's phone reads that one
        assert cookie["path"] == "/", text
        assert not cookie["domain"], text


def check_strict(directives: dict[str, set[str]]) -> None:
    """Fail unless nothing is allowed that a page of ours is not."""
    assert {"default-src", "base-uri", "frame-ancestors", "form-action"} <= set(directives)
    assert all(sources <= PAGE_POLICY[name] | NOTHING for name, sources in directives.items())
    assert directives["default-src"] == directives["base-uri"] == directives["frame-ancestors"] == NOTHING


async def test_every_answer_is_careful(administrator: User, subtests: pytest.Subtests) -> None:
    signed_in = {"cookie": await in_thread(cookie_of)(administrator)}
    for what, (status, method, path, headers, body) in ANSWERS.items():
        with subtests.test(what):
            answer = await ask(method, path, body=body, **signed_in | headers)
            assert answer.status == status
            check_careful(answer)
            said = answer.headers["cache-control"]
            assert "no-store" in said or path in KEPT_BY_BROWSERS, said
            assert "public" not in said
            if answer.body.startswith(b"<!doctype"):
                assert policy(answer.headers["content-security-policy"]) == PAGE_POLICY


async def test_a_static_file_is_careful(subtests: pytest.Subtests) -> None:
    for path in ("/static/app.css", "/static/app.js", "/static/no-such-file.js"):
        with subtests.test(path):
            answer = await ask("GET", path)
            assert answer.status == (404 if "no-such" in path else 200)
            check_careful(answer)


async def test_a_refused_socket_is_careful(subtests: pytest.Subtests) -> None:
    for path, origin, status in REFUSED_SOCKETS:
        with subtests.test(f"{path} from {origin}"):
            answer = await shake_hands(path, origin=origin)
            assert answer.status == status
            check_careful(answer)


@pytest.mark.parametrize("path", ["/rides/new/?base=brest", "/drive/"])
async def test_two_pages_may_ask_where_one_is(path: str) -> None:
    driver: Any = await in_thread(factories.DriverFactory)()
    answer = await ask("GET", path, cookie=await in_thread(cookie_of)(driver.user))
    assert answer.status == 200
    powers = answer.headers["permissions-policy"].split(", ")
    assert [power for power in powers if not power.endswith("=()")] == ["geolocation=(self)"]
