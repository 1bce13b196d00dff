"""From nobody to somebody with an account, a number and a new password; codes are read on the demo's page."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from echauffeur.accounts.models import User
from tests import factories
from tests.browser.conftest import PHONE, OpenAs

LOU, PASSWORD = "lou.petit@demo.example", "four brown ducks swim"
Axe = Callable[[Page], None]


def code_in(mailbox: Page) -> str:
    """Return the digits of the newest message on the demo's page of messages."""
    mailbox.goto("/demo/mail/")
    found = re.search(r"\b\d{6}\b", mailbox.locator("article").first.inner_text())
    assert found
    return found[0]


def send(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"#id_{name}").fill(value)
    page.locator("form.card button[type=submit]").click()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_signing_up_a_number_and_a_forgotten_password(open_as: OpenAs, axe: Axe, language: str) -> None:
    factories.BaseFactory()
    page = open_as(None, "/sign-in/", size=PHONE, locale=language)
    mailbox = open_as(None, "/demo/mail/", size=PHONE, locale=language)
    axe(mailbox)
    page.locator("a[href='/sign-up/']").click()
    axe(page)
    send(page, email=LOU)
    expect(page.locator("[data-error-summary]")).to_be_focused()
    axe(page)
    page.locator("[name=base]").select_option("brest")
    page.locator("label[for=id_consent]").click()
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password] + button").click()
    expect(page.locator("[name=password]")).to_have_attribute("type", "text")
    send(page, first_name="Lou", last_name="Petit")
    page.wait_for_url("**/sign-up/code/")
    axe(page)
    send(page, code="000000")
    axe(page)
    send(page, code=code_in(mailbox))
    page.wait_for_url("**/rides/")
    axe(mailbox)
    page.goto("/account/phone/")
    axe(page)
    send(page, phone="06 12 34 56 78")
    page.wait_for_url("**/phone/code/")
    axe(page)
    send(page, code=code_in(mailbox))
    page.wait_for_url("**/account/")
    axe(page)
    page.goto("/account/password/")
    axe(page)
    page.context.clear_cookies(name="sessionid")
    page.goto("/forgotten-password/")
    axe(page)
    send(page, email=LOU)
    page.wait_for_url("**/forgotten-password/code/")
    axe(page)
    send(page, code=code_in(mailbox), password="seven grey geese fly")
    page.wait_for_url("**/sign-in/")
    send(page, username=LOU, password="seven grey geese fly")
    page.wait_for_url("**/rides/")
    lou = User.objects.get()
    assert (lou.phone, lou.language, bool(lou.phone_confirmed_at)) == ("+33612345678", language, True)


def test_whoever_was_given_the_account_agrees_first(open_as: OpenAs, axe: Axe) -> None:
    page = open_as(factories.UserFactory(consented_at=None), "/rides/new/", size=PHONE)
    axe(page)
    page.locator("label[for=id_consent]").click()
    page.locator("form.card button[type=submit]").click()
    page.wait_for_url("**/rides/new/")
