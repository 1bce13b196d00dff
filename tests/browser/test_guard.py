"""The guard sees what breaks the content policy, and nobody can forgive it."""

import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import OpenAs
from tests.browser.guard import Guard

INLINE_SCRIPT = """
const script = document.createElement("script");
script.textContent = "window.ranAnyway = true";
document.body.append(script);
"""
INLINE_STYLE = "document.body.setAttribute('style', 'color: red')"
INLINE_HANDLER = "document.body.innerHTML += '<button onclick=\"window.ranAnyway = true\">x</button>'"
FOREIGN_IMAGE = "document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png'}))"
FOREIGN_REQUEST = "fetch('http://127.0.0.1:9/').catch(() => {})"


@pytest.fixture
def page(open_as: OpenAs) -> Page:
    return open_as(None, "/sign-in/")


def complaints_of(guard: Guard) -> str:
    """Return what the guard says in the end although everything is forgiven, and have it forget."""
    guard.forgive(".")
    try:
        guard.check()
    except AssertionError as error:
        return str(error)
    finally:
        guard.complaints.clear()
    return ""


@pytest.mark.parametrize("mistake", [INLINE_SCRIPT, INLINE_STYLE, INLINE_HANDLER, FOREIGN_IMAGE, FOREIGN_REQUEST])
def test_what_breaks_the_policy_is_not_forgiven(page: Page, guard: Guard, mistake: str) -> None:
    with page.expect_console_message(lambda message: message.text.startswith("content policy:")):
        page.evaluate(mistake)
    assert "content policy: " in complaints_of(guard)
    assert not page.evaluate("window.ranAnyway")


def test_what_is_only_reported_is_not_forgiven_either(page: Page, guard: Guard) -> None:
    def report(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, headers=answer.headers | {"content-security-policy-report-only": "style-src 'none'"}
        )

    page.route("**/sign-in/", report)
    with page.expect_console_message(lambda message: "(report)" in message.text):
        page.reload()
    assert "style-src" in complaints_of(guard)


def test_other_complaints_can_be_forgiven(page: Page, guard: Guard) -> None:
    with page.expect_console_message():
        page.evaluate("console.error('something else')")
    assert complaints_of(guard) == ""
