"""Real browsers on the real site: uvicorn in a process of its own, on the run's PostgreSQL and Valkey."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from deploy.local import browser as machine
from echauffeur.accounts.models import User
from tests.browser.guard import Guard
from tests.browser.site import Site
from tests.env import IN_CI
from tests.services import Services

PROJECT = Path(__file__).resolve().parents[2]
AXE = PROJECT / "node_modules/axe-core/axe.min.js"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

# Playwright's sync interface runs an event loop in this thread, in which Django would refuse to ask the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder: a browser, and rows that another process sees."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Take the machine's Chromium. Where there is none the tests are skipped, but never in CI."""
    path = machine.chromium()
    if path is None:
        sentence = "No Chromium: sudo apt-get install chromium-headless-shell fonts-liberation"
        pytest.fail(sentence) if IN_CI else pytest.skip(sentence)
    return {"executable_path": path, "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]}


@pytest.fixture(scope="session")
def live_site(services: Services, django_db_setup: None) -> Iterator[Site]:
    """The site in a process of its own, on the tests' database."""
    assert (PROJECT / "static/dist/app.js").exists(), "The front end is not built: make environment"
    with Site(services, connection.settings_dict["NAME"]) as site:
        yield site


@pytest.fixture
def guard(live_site: Site) -> Iterator[Guard]:
    """What went wrong in any page or in the server during the test; it must be empty at the end."""
    guard = Guard(live_site.log)
    yield guard
    guard.check()


OpenAs = Callable[..., Page]


@pytest.fixture
def open_as(browser: Browser, live_site: Site, guard: Guard) -> Iterator[OpenAs]:
    """Return ``open_as(user, path="/", size=DESKTOP, site=…, **context options)``: a page of a browser of one's own.

    ``user`` None is nobody signed in. The answer is a Playwright page that shows the path.
    """
    contexts: list[BrowserContext] = []

    def open_page(
        user: User | None, path: str = "/", *, size: dict[str, int] = DESKTOP, site: Site = live_site, **options: Any
    ) -> Page:
        options = {"locale": user.language if user else "en", "reduced_motion": "reduce"} | options
        context = browser.new_context(base_url=site.url, viewport=size, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        guard.watch(context)
        if user is not None:
            context.add_cookies([{"name": "sessionid", "value": session_of(user), "url": site.url}])
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def session_of(user: User) -> str:
    """Return the key of a new session in which the user is signed in."""
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Return ``axe(page)``: fails when axe finds anything against the page as it is now."""

    def check(page: Page) -> None:
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")["violations"]
        said = [f"{v['id']}: {v['help']} · {[node['html'][:160] for node in v['nodes'][:4]]}" for v in found]
        assert not said, f"{page.url}\n" + "\n".join(said)

    return check
