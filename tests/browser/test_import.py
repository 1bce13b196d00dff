"""A file brought in by a manager: each line's fate is read first, a wrong one is corrected, then all is written."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from echauffeur.accounts.models import User
from echauffeur.bases.models import Place
from tests.browser.conftest import DESKTOP, PHONE, OpenAs
from tests.factories import ManagerFactory, PlaceFactory

GOOD = "label;location.coordinates.0;location.coordinates.1\nGymnase;-4.494687;48.366227\nMess;-4.5;48.38\n"
WRONG = GOOD + "Quai perdu;-4.49;98\n"


@pytest.fixture
def manager(transactional_db: None) -> User:
    manager: User = ManagerFactory()
    PlaceFactory(base=manager.base, name="Mess", latitude=48.38, longitude=-4.49)
    return manager


def test_a_file_is_read_corrected_and_taken_in(manager: User, open_as: OpenAs, axe: Callable[[Page], None]) -> None:
    page = open_as(manager, "/bases/brest/import/")
    axe(page)
    page.get_by_role("link", name="Import Places").click()
    expect(page.locator("[name=file]")).to_be_visible()
    axe(page)
    send(page, WRONG)
    rows = page.locator("tbody tr")
    expect(rows.first).to_contain_text("Quai perdu")
    expect(rows.first).to_contain_text("refused")
    expect(page.get_by_role("button", name="Write all of this")).to_have_count(0)
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        axe(page)

    page.get_by_role("link", name="Send another file").click()
    send(page, GOOD)
    expect(page.locator("tbody")).to_contain_text("-4.49 → -4.5")
    page.get_by_role("button", name="Write all of this").press("Enter")
    expect(page.locator("#messages")).to_contain_text("1 added, 1 changed")
    assert set(Place.objects.values_list("name", "longitude")) == {("Gymnase", -4.494687), ("Mess", -4.5)}


def send(page: Page, text: str) -> None:
    file = {"name": "lieux.csv", "mimeType": "text/csv", "buffer": text.encode("cp1252")}
    page.locator("[name=file]").set_input_files(file)
    page.get_by_role("button", name="Read the file").click()
