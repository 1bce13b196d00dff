"""One's own account in a browser: looked at by axe in both sizes, and the second step set up, taken and left."""

import base64
from collections.abc import Callable

from django_otp.oath import totp
from playwright.sync_api import Page, expect

from echauffeur.accounts.actions import sessions
from echauffeur.accounts.models import Session
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, OpenAs
from tests.factories import PASSWORD


def test_setting_up_the_second_step_and_signing_in_with_it(open_as: OpenAs, axe: Callable[[Page], None]) -> None:
    def look() -> None:
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)
            axe(page)

    user = factories.UserFactory()
    factories.IdentityFactory(user=user)
    open_as(user)  # a second session to end
    page = open_as(user, "/account/")
    look()
    page.get_by_role("link", name="Set it up").click()
    look()
    page.get_by_label("Code of your app").fill("000000")
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="This was not sent yet")).to_be_focused()
    look()
    key = base64.b32decode(page.locator(".setup__text").inner_text().replace(" ", ""))
    page.get_by_label("Code of your app").fill(f"{totp(key, t0=30):06}")
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".recovery-codes")).to_be_visible()
    look()
    code = page.locator(".recovery-codes li").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    page.get_by_role("button", name="Sign out everywhere", exact=True).click()
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    look()
    page.get_by_label("Code").fill(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="My rides")).to_be_visible()
    page.goto("/account/second-factor/remove/")
    look()


def test_an_open_tower_says_at_once_that_its_session_has_ended(open_as: OpenAs) -> None:
    regulator = factories.RegulatorFactory()
    page = open_as(regulator, "/bases/brest/tower/")
    expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    sessions.end_session(session=Session.objects.get(user=regulator))
    expect(page.locator("#live-state")).to_have_attribute("data-state", "ended", timeout=2_000)
