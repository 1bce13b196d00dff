"""The people of a base, its journal and the choice of a base, in a browser: by keyboard, on a phone, to axe."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, OpenAs
from tests.life.journeys import journey_to


@pytest.fixture
def manager(transactional_db: None) -> User:
    """Somebody who sets up Brest, where a ride was refused, and steers Toulon."""
    journey = journey_to("refused")
    person: User = factories.ManagerFactory(base=journey.base, first_name="Hervé", last_name="Quéré")
    factories.MembershipFactory(user=person, base=factories.BaseFactory(code="toulon"), role=Role.REGULATOR)
    return person


@pytest.mark.parametrize("language", ["fr", "en"])
def test_axe_finds_nothing(open_as: OpenAs, axe: Callable[[Page], None], manager: User, language: str) -> None:
    User.objects.update(language=language)
    manager.refresh_from_db()
    page = open_as(manager, "/bases/brest/people/")
    pages = ["people/", f"people/{manager.pk}/", "people/new/", "journal/", "journal/?on=2001-01-01"]
    for path in [f"/bases/brest/{path}" for path in pages] + ["/base/?q=toul"]:
        page.goto(path)
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
            page.evaluate("const bases = document.getElementById('bases'); if (bases) bases.open = true")
            axe(page)


def test_a_role_is_given_and_closes_with_its_page(open_as: OpenAs, manager: User) -> None:
    regulator = factories.RegulatorFactory(base=manager.base, last_name="Morvan")
    tower = open_as(regulator, "/bases/brest/tower/")
    expect(tower.locator("#live-state")).to_have_attribute("data-state", "live")
    page = open_as(manager, "/bases/brest/people/")
    page.get_by_role("link", name="Regulator").click()
    page.get_by_role("link", name="Morvan Camille").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator("#messages")).to_contain_text("Camille Morvan is no longer: Regulator.")
    expect(tower.locator("#live-state")).to_have_attribute("data-state", "ended", timeout=2000)
    tower.goto("/")
    tower.wait_for_url("**/rides/")
    expect(tower.locator("#messages")).to_contain_text("Hervé Quéré withdrew your role on Brest: Regulator.")


def test_the_base_is_chosen_by_keyboard_alone(open_as: OpenAs, manager: User) -> None:
    page = open_as(manager, "/bases/brest/tower/")
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(page.locator("#bases summary")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Toulon")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Toulon")).to_be_visible()
    assert page.url.endswith("/bases/toulon/tower/")
    assert User.objects.get(pk=manager.pk).base.code == "toulon"
    expect(page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Settings")).to_have_count(0)
