"""The site as production runs it: settings, static files, cookies and headers, asked over the network."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection

from echauffeur.accounts.models import User
from tests import factories
from tests.browser.site import Site
from tests.services import Services

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "a secret of tests that is long enough and has many different characters: 0123456789"
PRODUCTION = {"DJANGO_SETTINGS_MODULE": "echauffeur.settings.production", "SECRET_KEY": SECRET}
HOST = "127.0.0.1"
OVER_TLS = {"X-Forwarded-Proto": "https"}

Answer = tuple[int, dict[str, str], list[str], bytes]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py under the production settings, without what only the tests' own process is told."""
    ours = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=PROJECT,
        env=ours | PRODUCTION | {"ALLOWED_HOSTS": HOST} | environment,
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_deployment_check_finds_nothing_and_nothing_is_silenced() -> None:
    answer = run("check", "--deploy", "--fail-level", "DEBUG")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "no issues (0 silenced)" in answer.stdout + answer.stderr


def test_the_deployment_check_sees_a_mistake() -> None:
    assert run("check", "--deploy", "--fail-level", "DEBUG", SECRET_KEY="short").returncode != 0


@pytest.fixture
def site(services: Services, transactional_db: None, tmp_path: Path) -> Iterator[Site]:
    collected = run("collectstatic", "--no-input", "--ignore", "admin", ECHAUFFEUR_DATA=str(tmp_path))
    assert collected.returncode == 0, collected.stderr
    database = connection.settings_dict["NAME"]
    settings = PRODUCTION | {"ALLOWED_HOSTS": HOST, "ECHAUFFEUR_DATA": str(tmp_path)}
    with Site(services, database, **settings) as site:
        yield site


def ask(site: Site, method: str, path: str, headers: dict[str, str] = OVER_TLS, body: str = "") -> Answer:
    """Return status, headers, cookies and body."""
    connection = http.client.HTTPConnection(HOST, site.port, timeout=20)
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    named = {name.lower(): value for name, value in answer.getheaders()}
    cookies = answer.headers.get_all("Set-Cookie") or []
    seen = answer.status, named, cookies, answer.read()
    connection.close()
    return seen


def raw(site: Site, text: bytes) -> bytes:
    """Send these bytes, and return what comes back."""
    with socket.create_connection((HOST, site.port), timeout=20) as line:
        line.sendall(text)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def check_headers(headers: dict[str, str]) -> None:
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in headers
    assert "permissions-policy" in headers
    assert not {"server", "x-powered-by"} & set(headers)


def test_production_answers_carefully(site: Site, subtests: Any) -> None:
    password = PBKDF2PasswordHasher().encode(factories.PASSWORD, "salt", 1)  # the one that production knows
    person = factories.UserFactory()
    User.objects.update(password=password)
    static = json.loads((Path(site.environment["ECHAUFFEUR_DATA"]) / "static/staticfiles.json").read_text())["paths"]
    asked = {
        "/sign-in/": 200,
        "/rides/": 302,
        "/no/such/page/": 404,
        f"/static/{static['app.css']}": 200,
        "/static/no.css": 404,
    }
    for path, status in asked.items():
        with subtests.test(path):
            code, headers, _cookies, _body = ask(site, "GET", path)
            assert code == status
            check_headers(headers)
            assert ("no-store" in headers["cache-control"]) != (code == 200 and path.startswith("/static/"))
    with subtests.test("over plain HTTP"):
        code, headers, _cookies, _body = ask(site, "GET", "/sign-in/", {})
        assert (code, headers["location"]) == (301, f"https://{HOST}:{site.port}/sign-in/")
    with subtests.test("a host that is not ours"):
        code, headers, _cookies, _body = ask(site, "GET", "/sign-in/", OVER_TLS | {"Host": "evil.example"})
        assert code == 400
        check_headers(headers)
    with subtests.test("what is not HTTP"):
        answer = raw(site, b"GET / HTTP/9.9\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 400")
        assert b"server:" not in answer.lower()
    with subtests.test("a header that holds a NUL"):
        line = f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: a\0b\r\n\r\n"
        assert raw(site, line.encode()).startswith(b"HTTP/1.1 400")
    with subtests.test("a refused socket"):
        handshake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        handshake |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "https://evil.example"}
        code, headers, _cookies, _body = ask(site, "GET", "/live/rides/", OVER_TLS | handshake)
        assert code == 403
        check_headers(headers)
    with subtests.test("cookies"):
        check_cookies(site, person.email)


def check_cookies(site: Site, email: str) -> None:
    """Sign in, choose a language, and look at every cookie on the way."""
    _code, _headers, (token,), body = ask(site, "GET", "/sign-in/")
    field = body.decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    headers = OVER_TLS | {"Cookie": token.partition(";")[0], "Origin": f"https://{HOST}"}
    headers |= {"Content-Type": "application/x-www-form-urlencoded"}
    form = f"csrfmiddlewaretoken={field}"
    _code, _headers, chosen, _body = ask(site, "POST", "/language/", headers, f"{form}&language=en")
    signing_in = f"{form}&username={email}&password={factories.PASSWORD}".replace(" ", "+")
    code, _headers, signed_in, _body = ask(site, "POST", "/sign-in/", headers, signing_in)
    assert code == 302, "signed in"
    names = set()
    for text in [token, *chosen, *signed_in]:
        ((name, cookie),) = SimpleCookie(text).items()
        names.add(name)
        assert name.startswith("__Host-"), text
        assert cookie["secure"], text
        assert cookie["httponly"] or name == "__Host-csrftoken", text
        assert cookie["samesite"] in {"Lax", "Strict"}, text
        assert (cookie["path"], cookie["domain"]) == ("/", ""), text
    assert {"__Host-csrftoken", "__Host-language", "__Host-sessionid"} <= names
