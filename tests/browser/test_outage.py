"""Valkey dies with the pages open: people go on booking and driving, and every page is true again soon after."""

import time
from collections.abc import Iterator

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.booking import book
from tests.browser.comparing import expect_same_as_afresh
from tests.browser.conftest import PHONE, OpenAs
from tests.browser.guard import Guard
from tests.browser.site import Site
from tests.life.journeys import Journey, journey_to
from tests.services import Services

OUTAGE = 20.0  # seconds
TRUE_AGAIN = 5_000  # milliseconds


@pytest.fixture
def journey(transactional_db: None) -> Journey:
    for name in ("Gare maritime", "Hôpital"):
        factories.PlaceFactory(name=name)
    return journey_to("acknowledged")


@pytest.fixture
def site_without_heartbeat(services: Services, live_site: Site) -> Iterator[Site]:
    with Site(services, connection.settings_dict["NAME"], ECHAUFFEUR_HEARTBEAT="0") as site:
        yield site


def followers(journey: Journey, open_as: OpenAs, **options: Site) -> tuple[Page, Page, Page]:
    """Return the customer's, the regulator's and the driver's page on the ride, each of them live."""
    code = journey.ride.code
    pages = (
        open_as(journey.customer, f"/rides/{code}/", **options),
        open_as(journey.regulator, f"/bases/brest/tower/?ride={code}", **options),
        open_as(journey.driver.user, "/drive/", size=PHONE, **options),
    )
    for page in pages:
        expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    return pages


def test_valkey_may_die_for_twenty_seconds(journey: Journey, open_as: OpenAs, services: Services, guard: Guard) -> None:
    customer, tower, phone = followers(journey, open_as)
    other = open_as(factories.UserFactory(), "/rides/new/", size=PHONE)
    guard.forgive("WebSocket connection")
    with services.without_valkey():
        back = time.monotonic() + OUTAGE
        code = book(other)
        phone.once("dialog", lambda dialog: dialog.accept())
        phone.locator("form[id^=step-depart-]:not([hidden]) button").click()
        expect(phone.locator("form[id^=step-arrive-]:not([hidden])")).to_be_visible()
        tower.wait_for_timeout(max(0, back - time.monotonic() - 1) * 1000)
        journey.take("arrive")  # the last step of the outage: nobody can have heard of it
        tower.wait_for_timeout(max(0, back - time.monotonic()) * 1000)

    deadline = time.monotonic() + TRUE_AGAIN / 1000

    def left() -> float:
        return max(1, (deadline - time.monotonic()) * 1000)

    expect(customer.locator("#hero.state-waiting")).to_be_visible(timeout=left())
    expect(tower.locator(".tower-detail .panel__head .badge.state-waiting")).to_be_visible(timeout=left())
    expect(tower.locator(f"#request-{code}")).to_be_visible(timeout=left())
    expect(phone.locator("form[id^=step-board-]:not([hidden])")).to_be_visible(timeout=left())
    for page in (customer, tower, phone, other):
        expect_same_as_afresh(page)


def test_without_the_heartbeat_a_page_would_stay_wrong(
    journey: Journey, open_as: OpenAs, services: Services, site_without_heartbeat: Site, guard: Guard
) -> None:
    guard.forgive("WebSocket connection")  # this server stops before its pages are closed
    customer, *_ = followers(journey, open_as, site=site_without_heartbeat)
    with services.without_valkey():
        journey.take("depart")
    with pytest.raises(AssertionError):
        expect(customer.locator("#hero.state-approaching")).to_be_visible(timeout=TRUE_AGAIN)
