"""Pages for everybody, and one's own data: clean for axe at both sizes, in both languages, and used by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from echauffeur.accounts.models import User
from echauffeur.public.models import ContactMessage
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, OpenAs
from tests.factories import PASSWORD
from tests.life.journeys import journey_to

PUBLIC = ["/", "/help/", "/conditions/", "/accessibility/", "/privacy/", "/contact/", "/contact/sent/"]
UNFOLD = "for (const fold of document.querySelectorAll('main details')) fold.open = true"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_axe_finds_nothing(open_as: OpenAs, axe: Callable[[Page], None], language: str) -> None:
    journey = journey_to("completed", customer=factories.UserFactory(language=language))
    journey_to("confirmed", customer=journey.customer)
    stranger, customer = open_as(None, "/", locale=language), open_as(journey.customer, "/account/")
    for page, paths in ((stranger, PUBLIC), (customer, ["/account/data/", "/account/delete/"])):
        for path in paths:
            page.goto(path)
            page.evaluate(UNFOLD)
            for size in (DESKTOP, PHONE):
                page.set_viewport_size(size)
                axe(page)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"


def test_one_writes_by_keyboard_and_is_led_to_what_is_wrong(open_as: OpenAs) -> None:
    page = open_as(None, "/contact/", locale="en")
    page.get_by_label("Subject").focus()
    for text in ("A lost hat", "It is blue.", "nobody"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "submit", "nobody tabs into the trap"
    page.keyboard.press("Enter")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.get_by_label("Your message")).to_have_value("It is blue.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your e-mail address")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("somebody@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you, it has arrived")).to_be_visible()
    assert ContactMessage.objects.get().subject_line == "A lost hat"


def test_leaving_ends_every_open_page(open_as: OpenAs) -> None:
    journey = journey_to("confirmed")
    page, elsewhere = open_as(journey.customer, "/account/delete/"), open_as(journey.customer, "/rides/")
    expect(elsewhere.locator("#live-state")).to_have_attribute("data-state", "live")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete my account for good").click()
    expect(page.locator("#messages")).to_contain_text("Your account is deleted.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("A car on your base")
    expect(elsewhere.locator("#live-state")).to_have_attribute("data-state", "ended")
    nobody = User.objects.get(pk=journey.customer.pk)
    assert (nobody.first_name, nobody.last_name, nobody.is_active) == ("", "", False)
