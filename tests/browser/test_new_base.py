"""A base from nothing in the administration, until its first ride is given to a driver.

One test writes in the administration, no more: the server remembers Django's content types, which the emptying of the
tables between two tests numbers anew.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from bookings.models import Ride
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from tests.browser.booking import book
from tests.browser.conftest import OpenAs
from tests.factories import UserFactory

PASSWORD = "cormorans du goulet"
PLACES = [("Gare maritime", "Terminal, Ferry", "station"), ("Hôpital", "Urgences", "medical"), ("Mess", "", "mess")]


@pytest.fixture
def administrator() -> User:
    return UserFactory(first_name="Claire", last_name="Fontaine", is_superuser=True, is_staff=True, base=None)


def test_a_new_base_carries_its_first_passenger(administrator: User, open_as: OpenAs) -> None:
    page = open_as(administrator, "/admin/bases/base/add/", timezone_id="Europe/Paris")
    make_base(page)
    from_the_bases_page(page, "fleet/vehicle", make_vehicle)
    from_the_bases_page(page, "accounts/membership", make_regulator)
    from_the_bases_page(page, "drivers/driver", make_driver)
    expect(page.locator(".field-readiness")).to_contain_text("✓ Drivers: 1")
    expect(page.locator(".field-readiness")).not_to_contain_text("✗")

    customer = UserFactory(base=Base.objects.get(code="saint-mandrier"))
    code = book(open_as(customer, "/rides/new/"))
    regulator = User.objects.get(email="regis@example.org")
    tower = open_as(regulator, f"/bases/saint-mandrier/tower/?ride={code}")
    tower.locator("[name=consent]").check(force=True)
    tower.locator("form.card button").click()  # whose account was opened for them agrees to the conditions first
    tower.locator(f".tower-detail form#assign-{code} button").first.click()
    expect(tower.locator(".tower-detail .panel__head .badge.state-assigned")).to_be_visible()
    assert Ride.objects.get(code=code).stops.first().mission.driver == Driver.objects.get()


def test_people_are_found_by_keyboard(administrator: User, open_as: OpenAs) -> None:
    page = open_as(administrator, "/admin/accounts/user/", color_scheme="dark")
    page.keyboard.type("fontaine")
    page.keyboard.press("Enter")
    expect(page.locator("#result_list")).to_contain_text(administrator.email)


def make_base(page: Page) -> None:
    page.locator("[name=name]").press_sequentially("Saint-Mandrier")  # the code follows the keys
    fill(page, latitude="43.08", longitude="5.93")
    expect(page.locator("[name=code]")).to_have_value("saint-mandrier")
    fill(page, phone_customers="04 65 71 10 00", phone_drivers="04 65 71 10 01")
    for n, (name, aliases, kind) in enumerate(PLACES):
        fill(page, prefix=f"places-{n}-", name=name, aliases=aliases)
        fill(page, prefix=f"places-{n}-", latitude=f"43.08{n}", longitude=f"5.93{n}")
        page.locator(f"[name=places-{n}-kind]").select_option(kind)
    page.locator("[name=_continue]").click()
    expect(page.locator(".field-readiness")).to_contain_text("✓ Places: 3")
    open_round_the_clock(page)


def open_round_the_clock(page: Page) -> None:
    """Write the opening hours, five new lines at a time."""
    for days in ([0, 1, 2, 3, 4], [5, 6]):
        empty = page.locator("tr.dynamic-opening_hours:not(.has_original)")
        for n, day in enumerate(days):
            row = empty.nth(n)
            row.locator("select").select_option(str(day))
            row.locator("[name$=opens]").fill("00:00")
            row.locator("[name$=closes]").fill("23:59")
        page.locator("[name=_continue]").click()
        expect(page.locator(".messagelist .success")).to_be_visible()


def from_the_bases_page(page: Page, model: str, make: Callable[[Page], None]) -> None:
    """Follow the link that adds what is still missing, make it, and come back."""
    here = page.url
    page.locator(f".field-readiness a[href^='/admin/{model}/add/']").click()
    expect(page.locator("[name=base]")).not_to_have_value("")
    make(page)
    save(page)
    expect(page.locator(".messagelist .success")).to_be_visible()
    page.goto(here)


def make_vehicle(page: Page) -> None:
    in_popup(page, page.locator("#add_id_model"), lambda popup: fill(popup, name="Renault Zoé", seats="4"))
    fill(page, name="Zoé 1", plate="AB-123-CD", colour="Blanc")


def make_regulator(page: Page) -> None:
    in_popup(page, page.locator("#add_id_user"), lambda popup: make_person(popup, "Régis", "regis@example.org"))
    page.locator("[name=role]").select_option("regulator")


def make_driver(page: Page) -> None:
    in_popup(page, page.locator("#add_id_user"), lambda popup: make_person(popup, "Denise", "denise@example.org"))
    page.locator("[name=licences-0-category]").select_option("B")
    fill(page, prefix="licences-0-", expires_on="2099-12-31")
    now = Base.objects.get(code="saint-mandrier").local(timezone.now())
    begins, ends = now - timedelta(hours=1), now + timedelta(hours=9)
    fill(page, prefix="shifts-0-", period_0=f"{begins:%Y-%m-%dT%H:%M}", period_1=f"{ends:%Y-%m-%dT%H:%M}")


def make_person(page: Page, first_name: str, email: str) -> None:
    fill(page, first_name=first_name, last_name="Martin", email=email, password1=PASSWORD, password2=PASSWORD)


def in_popup(page: Page, opener: Locator, make: Callable[[Page], None]) -> None:
    """Make a related row in the window that its plus sign opens."""
    with page.expect_popup() as opened:
        opener.click()
    popup = opened.value
    make(popup)
    with popup.expect_event("close"):
        save(popup)


def fill(page: Page, *, prefix: str = "", **values: str) -> None:
    for name, value in values.items():
        page.locator(f"[name={prefix}{name}]").fill(value)


def save(page: Page) -> None:
    page.locator("[name=_save]").click()
