"""The forms of the planning, in a browser: axe finds nothing, and only what is asked for is shown, by keyboard too."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from drivers.actions.patterns import save_pattern
from drivers.models import Driver, Shift, ShiftPattern
from echauffeur.accounts.models import User
from tests.browser.conftest import DESKTOP, PHONE, OpenAs
from tests.factories import (
    AbsenceFactory,
    BaseFactory,
    DriverFactory,
    ManagerFactory,
    RegulatorFactory,
    ShiftPatternFactory,
)
from tests.life.journeys import journey_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HERE = "/bases/brest/planning"


@pytest.fixture
def yann(transactional_db: None) -> Driver:
    yann: Driver = DriverFactory(base=BaseFactory(), shift=None)
    return yann


@pytest.fixture
def manager(yann: Driver) -> User:
    manager: User = ManagerFactory(base=yann.base)
    return manager


def test_every_form_in_both_sizes(yann: Driver, manager: User, open_as: OpenAs, axe: Callable[[Page], None]) -> None:
    save_pattern(pattern=ShiftPatternFactory(driver=yann), by=manager)
    pattern, shift, absence = ShiftPattern.objects.get(), Shift.objects.all()[0], AbsenceFactory(driver=yann)
    monday = yann.base.today() + timedelta(days=7)
    page = open_as(manager, f"{HERE}/drivers/{yann.pk}/")
    for path in (
        f"drivers/{yann.pk}/", "shifts/new/", f"shifts/{shift.pk}/", f"shifts/{shift.pk}/remove/", "patterns/new/",
        f"patterns/{pattern.pk}/?on={monday}", f"patterns/{pattern.pk}/remove/", "absences/new/",
        f"absences/{absence.pk}/", f"copy-week/?week={monday}&into={monday + timedelta(days=700)}&driver=",
    ):  # fmt: skip
        page.goto(f"{HERE}/{path}")
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            axe(page)


def test_a_pattern_asks_for_what_its_frequency_needs_and_shows_what_it_makes(
    yann: Driver, manager: User, open_as: OpenAs
) -> None:
    page = open_as(manager, f"{HERE}/patterns/new/?driver={yann.pk}")
    expect(page.get_by_label("Which of the month")).to_be_hidden()
    page.get_by_label("Friday").check()
    page.get_by_label("Begins").fill("22:00")
    page.get_by_label("Ends").fill("06:00")
    page.get_by_label("Breaks").fill("02:00-02:30")
    page.get_by_label("Breaks").press("Tab")
    shown = page.locator("#pattern-preview li")
    expect(shown).to_have_count(5)
    expect(shown.first).to_contain_text("22:00–06:00")
    page.get_by_label("Every month").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Which of the month")).to_be_visible()
    page.get_by_label("On a day of the month").check()
    expect(page.get_by_label("Which of the month")).to_be_hidden()
    expect(page.get_by_label("Friday")).to_be_hidden()
    page.get_by_role("spinbutton", name="Day of the month").fill("31")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".message.is-success")).to_be_visible()
    assert ShiftPattern.objects.values_list("month_day", "weekdays").get() == (31, [])


def test_what_it_would_strand_is_shown_and_given_back(
    transactional_db: None, open_as: OpenAs, axe: Callable[[Page], None]
) -> None:
    journey = journey_to("assigned")
    shift = journey.driver.shifts.get()
    assert shift.period.upper > timezone.now()
    page = open_as(RegulatorFactory(base=journey.base), f"{HERE}/shifts/{shift.pk}/remove/")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("link", name=journey.ride.code)).to_be_visible()
    axe(page)
    page.get_by_role("button", name="give the rides back").click()
    expect(page.locator(".message.is-success")).to_be_visible()
    journey.ride.refresh_from_db()
    assert journey.ride.state == "confirmed"
