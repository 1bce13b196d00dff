"""Every page, with its ride in every state, in both languages and sizes: axe finds nothing, the console is silent."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from bookings import actions as booking
from bookings.models import Ride
from bookings.states import RideState
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base, OpeningException, OpeningHours
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, OpenAs
from tests.life.journeys import Journey, journey_to

STATES = list(RideState.values)
Look = Callable[[Page, str], None]


UNFOLD = "for (const fold of document.querySelectorAll('main details')) fold.open = true"


@pytest.fixture
def look(axe: Callable[[Page], None]) -> Callable[[Page, str], None]:
    """Return ``look(page, path)``: open it there, unfold everything, and ask axe in both sizes."""

    def look_at(page: Page, path: str) -> None:
        page.goto(path)
        page.evaluate(UNFOLD)
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            axe(page)

    return look_at


@pytest.mark.parametrize("language", ["fr", "en"])
class TestEveryPage:
    """Each test opens the pages of one person, on a desk and on a phone."""

    @pytest.fixture
    def journeys(self, transactional_db: None, language: str) -> list[Journey]:
        """A ride in every state, all of one customer and one regulator."""
        base = factories.BaseFactory()
        who = {"customer": factories.UserFactory(base=base), "regulator": factories.RegulatorFactory(base=base)}
        journeys = [journey_to(state, base=base, **who) for state in STATES]
        liaison, _other = factories.CategoryFactory.create_batch(2, base=base)
        Ride.objects.update(category=liaison, motive="Réunion")
        Base.objects.update(greatest_party=3, motive_required=True, holiday_calendar="FR")
        soon = base.today() + timedelta(days=3)
        OpeningException.objects.create(base=base, first_day=soon, last_day=soon, label="Travaux")
        User.objects.update(language=language)
        for journey in journeys:
            for user in (journey.customer, journey.regulator, journey.driver.user):
                user.refresh_from_db()
        return journeys

    def test_of_the_customer(self, journeys: list[Journey], open_as: OpenAs, look: Look) -> None:
        page = open_as(journeys[0].customer, "/rides/")
        for path in ["/rides/", "/rides/new/", *(f"/rides/{journey.ride.code}/" for journey in journeys)]:
            look(page, path)

    def test_of_the_control_room(self, journeys: list[Journey], open_as: OpenAs, look: Look) -> None:
        tower = "/bases/brest/tower/"
        page = open_as(journeys[0].regulator, tower)
        for path in [tower, "/bases/brest/rides/new/", *(f"{tower}?ride={journey.ride.code}" for journey in journeys)]:
            look(page, path)

    def test_of_the_drivers(self, journeys: list[Journey], open_as: OpenAs, look: Look) -> None:
        for journey in journeys:
            if journey.mission:
                page = open_as(journey.driver.user, "/drive/")
                for path in ("/drive/", "/drive/shifts/"):
                    look(page, path)

    def test_of_guests_and_of_what_is_not_there(
        self, journeys: list[Journey], open_as: OpenAs, look: Look, language: str
    ) -> None:
        on_board = journeys[STATES.index(RideState.ON_BOARD)]
        token = booking.share(ride=on_board.ride, by=on_board.customer)
        guest = open_as(None, f"/t/{token}/", locale=language)
        for path in ("/track/", "/t/nothing/", "/sign-in/"):
            look(guest, path)
        look(open_as(on_board.customer, "/rides/"), "/no/such/page/")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_of_the_settings(open_as: OpenAs, look: Look, language: str) -> None:
    """The manager’s pages of the base itself, with a ride that they leave outside; other rows have tests of theirs."""
    base = factories.BaseFactory(holiday_calendar="FR", greatest_party=1)
    factories.RideFactory(base=base, passengers=2, pickup_at=timezone.now() + timedelta(days=1))
    exception, category = factories.OpeningExceptionFactory(base=base), factories.CategoryFactory(base=base)
    OpeningHours.objects.create(base=base, weekday=0, opens=time(6), closes=time(22))
    page = open_as(factories.ManagerFactory(base=base, language=language))
    pages = ["settings", "general", "hours", "exceptions", "holidays", "rules", "categories", "places", "places/new"]
    one = [f"exceptions/{exception.pk}", f"exceptions/{exception.pk}/remove", f"categories/{category.pk}"]
    for path in [*pages, *one]:
        look(page, f"/bases/brest/{path}/")
    administrator = open_as(factories.UserFactory(base=base, language=language, is_superuser=True))
    for path in ("/bases/", "/bases/new/"):
        look(administrator, path)
