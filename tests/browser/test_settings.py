"""A base set up from nothing, as docs/new-base.md tells it: an administrator makes it, its manager sets it up on the
manager's pages, and its first ride is given to a driver.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from bookings.models import Ride
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.bases.queries import week_of
from tests.browser.booking import book
from tests.browser.conftest import PHONE, OpenAs
from tests.env import REWRITE
from tests.factories import UserFactory
from tests.rules.source import PROJECT

HERE = "/bases/saint-mandrier"


@pytest.fixture
def people() -> dict[str, User]:
    """Accounts, of which only the administrator's may do anything yet."""
    names = ("administrator", "manager", "regulator", "driver", "customer")
    people = {name: UserFactory(email=f"{name}@example.org", last_name=name.title(), base=None) for name in names}
    User.objects.filter(email="administrator@example.org").update(is_superuser=True)
    return people


def test_a_base_set_up_from_nothing_carries_its_first_passenger(people: dict[str, User], open_as: OpenAs) -> None:
    make_base(open_as(people["administrator"], "/bases/"))
    page = open_as(people["manager"], f"{HERE}/settings/")
    expect(page.get_by_text("To do").first).to_be_visible()
    picture(page, "new-base-1")
    for set_up in (the_week, an_exception, the_rules, a_category, the_places, the_fleet, the_people, the_area):
        page.goto(f"{HERE}/settings/")
        set_up(page)
    page.goto(f"{HERE}/settings/")
    expect(page.get_by_text("To do")).to_have_count(0)

    User.objects.filter(pk=people["customer"].pk).update(base=Base.objects.get(code="saint-mandrier"))
    code = book(open_as(people["customer"], "/rides/new/"), kind="Liaison")
    tower = open_as(people["regulator"], f"{HERE}/tower/?ride={code}")
    tower.locator(f".tower-detail form#assign-{code} button").first.click()
    expect(tower.locator(".tower-detail .panel__head .badge.state-assigned")).to_be_visible()
    ride = Ride.objects.get(code=code)
    assert ride.category.name == "Liaison"
    assert ride.stops.first().mission.driver.user == people["driver"]


def make_base(page: Page) -> None:
    """Make the base by keyboard alone."""
    page.get_by_role("link", name="Make a base").first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Name").focus()
    page.keyboard.type("Saint-Mandrier")
    expect(page.get_by_label("Code")).to_have_value("saint-mandrier")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("metropolitan")
    expect(page.get_by_role("option", name="Metropolitan France")).to_be_visible()
    page.keyboard.press("Enter")
    for typed in ("43.0800, 5.9300", "", "20000", "04 65 71 10 00", "04 65 71 10 01", "manager@example.org"):
        page.keyboard.press("Tab")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Settings of Saint-Mandrier")).to_be_visible()


def the_week(page: Page) -> None:
    """Write Monday, copy it to every day, and save."""
    page.get_by_role("link", name="Opening hours").last.click()
    page.get_by_label("At these hours").check()
    monday = page.get_by_role("group", name="Monday")
    monday.get_by_label("opens").fill("00:00")
    monday.get_by_label("closes").fill("23:59")
    monday.get_by_text("Fill in").click()
    monday.get_by_role("button", name="Every day like Monday").click()
    expect(page.get_by_label("Sunday, closes (1)")).to_have_value("23:59")
    picture(page, "new-base-2")
    page.get_by_role("button", name="Save the week").click()
    expect_saved(page)
    assert len(week_of(Base.objects.get(code="saint-mandrier"))) == 7


def an_exception(page: Page) -> None:
    page.get_by_role("link", name="Exceptions and holidays").last.click()
    page.get_by_role("link", name="Choose the calendar").click()
    page.get_by_label("Public holidays").first.select_option(label="Metropolitan France")
    page.get_by_label("Closed on public holidays").uncheck(force=True)  # so that the test passes on Christmas day
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Other hours that day").first.click()
    expect(page.get_by_label("First day")).not_to_have_value("")
    page.get_by_label("Label").fill("Open house")
    page.get_by_label("First day").fill("2099-06-01")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Open house")).to_contain_text("closed")


def the_rules(page: Page) -> None:
    page.get_by_role("link", name="Booking rules").last.click()
    page.get_by_label("Greatest party").fill("6")
    page.get_by_text("Advanced").click()
    page.get_by_label("Mean speed").fill("30")
    page.get_by_role("button", name="Save").click()
    expect_saved(page)


def a_category(page: Page) -> None:
    page.get_by_role("link", name="Categories of transport").last.click()
    for name in ("Medical", "Liaison"):
        page.get_by_role("link", name="Add a category").first.click()
        page.locator("[name=name]").fill(name)
        page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Liaison: earlier").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Liaison")


def the_places(page: Page) -> None:
    """Type one, paste one, and pick one on the map."""
    page.get_by_role("link", name="Places").last.click()
    for name, latitude, longitude in (("Gare maritime", "43,081", "5,931"), ("Hôpital", "43.0820, 5.9320", "")):
        add_place(page, name)
        fill(page, latitude=latitude, longitude=longitude)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("row", name=name)).to_be_visible()
    add_place(page, "Mess")
    page.locator("#map").click(position={"x": 200, "y": 150})
    expect(page.locator(".map-pin")).to_be_visible()
    expect(page.locator("[name=latitude]")).to_have_value(re.compile(r"43\.\d{6}"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Mess")).to_be_visible()


def the_area(page: Page) -> None:
    """Drag the centre, on a phone; the fields follow."""
    page.set_viewport_size(PHONE)
    with page.expect_response("**/map.json"):  # once it is drawn the map looks elsewhere
        page.get_by_role("link", name="General").last.click()
    before = page.locator("[name=longitude]").input_value()
    pin = page.locator(".map-pin")
    pin.hover()
    box = pin.bounding_box()
    assert box
    page.mouse.move(box["x"] + 16, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 26, box["y"] + 14, steps=4)
    page.mouse.up()
    expect(page.locator("[name=longitude]")).not_to_have_value(before)
    page.get_by_role("button", name="Save").click()
    expect_saved(page)


def the_fleet(page: Page) -> None:
    """Add a model of the base's own, and a car of it."""
    page.get_by_role("link", name="Vehicle models").last.click()
    page.get_by_role("link", name="Add a model").first.click()
    fill(page, name="Renault Zoé", seats="4")
    page.get_by_role("button", name="Save").click()
    page.goto(f"{HERE}/settings/")
    page.get_by_role("link", name="Vehicles", exact=False).last.click()
    page.get_by_role("link", name="Add a vehicle").first.click()
    fill(page, name="Zoé 1", plate="AB-123-CD", colour="white")
    page.get_by_label("Model").select_option(index=1)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Zoé 1")).to_be_visible()


def the_people(page: Page) -> None:
    """Make somebody regulator, and somebody driver, who is on duty now."""
    for role in ("regulator", "driver"):
        page.goto(f"{HERE}/people/new/")
        page.get_by_label("E-mail address").fill(f"{role}@example.org")
        page.get_by_label("Role", exact=True).select_option(role)
        fill(page, first_name="Régis", last_name="Martin")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("main")).to_contain_text(f"{role}@example.org")
    page.get_by_role("link", name="Licences and shifts").click()
    now = Base.objects.get(code="saint-mandrier").local(timezone.now())
    begins, ends = now - timedelta(hours=1), now + timedelta(hours=9)
    fill(page, **{"licences-0-expires_on": "2099-12-31"})
    page.locator("[name=licences-0-category]").select_option("B")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("row", name="Driver").get_by_role("link").first.click()
    page.get_by_role("link", name="Add a shift", exact=True).click()
    fill(page, begins=f"{begins:%Y-%m-%dT%H:%M}", ends=f"{ends:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Save").click()
    expect_saved(page)
    page.goto(f"{HERE}/drivers/")
    expect(page.get_by_role("row", name="Driver")).to_contain_text("On duty")


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)


def add_place(page: Page, name: str) -> None:
    page.get_by_role("link", name="Add a place").first.click()
    page.locator("[name=name]").fill(name)


def picture(page: Page, name: str) -> None:
    """Take a picture for docs/new-base.md, when pictures are taken."""
    if REWRITE:
        page.screenshot(path=PROJECT / "docs" / "img" / f"{name}.png")


def expect_saved(page: Page) -> None:
    expect(page.locator(".message.is-success")).to_be_visible()
