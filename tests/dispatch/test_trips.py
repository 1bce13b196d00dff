"""The way of a mission that is over: looked at with a motive only, which its driver sees at once; holes are holes."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from dispatch import actions
from dispatch.access import LOOK_LASTS
from dispatch.models import Mission
from dispatch.queries.day import day_of
from dispatch.queries.trips import HOLE_FROM, holes_in, moments_of, trip_of
from dispatch.states import LookReason
from echauffeur.accounts.models import User
from echauffeur.common.refusals import Refusal
from echauffeur.journal.models import Entry
from echauffeur.journal.queries import seq_of
from tests import factories
from tests.dispatch.trips import driven, trip_with_a_hole
from tests.life.journeys import Journey, journey_to

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def start() -> datetime:
    return timezone.now().replace(microsecond=0) - timedelta(hours=2)


@pytest.fixture
def journey(start: datetime) -> Journey:
    return trip_with_a_hole(start)


@pytest.fixture
def mission(journey: Journey) -> Mission:
    assert journey.mission
    return journey.mission


@pytest.fixture
def client(client: Client, journey: Journey) -> Client:
    client.force_login(journey.regulator)
    return client


def say_why(client: Client, mission: Mission, **said: str) -> str:
    """Say why one looks, and return the address at which one may."""
    response = client.post(reverse("trip", args=[mission.code]), {"reason": "complaint", **said})
    assert response.status_code == 303
    return str(response["Location"])


class TestMotive:
    def test_nothing_is_shown_before_it_is_said(self, client: Client, mission: Mission) -> None:
        page = client.get(reverse("trip", args=[mission.code])).content.decode()
        assert "Why do you look?" in page
        assert "data-replay" not in page
        assert "No position" not in page, "the holes are the trail's too"

    @pytest.mark.parametrize(
        "said", [{}, {"reason": "curious"}, {"reason": "other"}, {"reason": "other", "words": " "}]
    )
    def test_it_is_asked_for(self, client: Client, mission: Mission, said: dict[str, str]) -> None:
        response = client.post(reverse("trip", args=[mission.code]), {"words": "", **said})
        assert response.status_code == 422
        assert not Entry.objects.filter(verb="look").exists()

    def test_it_is_kept_in_the_journal_with_who_and_which(
        self, client: Client, mission: Mission, journey: Journey
    ) -> None:
        say_why(client, mission, words="He says he waited")
        entry = Entry.objects.get(verb="look")
        assert (entry.by, entry.reason, entry.words) == (journey.regulator, "complaint", "He says he waited")
        assert (entry.code, entry.party) == (mission.code, "regulator")
        assert journey.driver.stream in entry.streams

    def test_it_holds_for_half_an_hour_and_for_oneself(
        self, client: Client, mission: Mission, journey: Journey
    ) -> None:
        address = say_why(client, mission)
        assert client.get(address).status_code == 200
        colleague = Client()
        colleague.force_login(factories.RegulatorFactory(base=journey.base))
        assert colleague.get(address).status_code == 404
        assert colleague.get(f"{address}trail.json").status_code == 404
        with time_machine.travel(timezone.now() + LOOK_LASTS):
            assert client.get(address).status_code == 404
            assert client.get(f"{address}trail.json").status_code == 404

    def test_it_holds_for_one_mission(self, client: Client, mission: Mission, journey: Journey) -> None:
        say_why(client, mission)
        look = Entry.objects.get(verb="look")
        other = journey_to("completed", base=journey.base)
        assert other.mission
        assert client.get(reverse("trip-trail", args=[other.mission.code, look.pk])).status_code == 404

    def test_a_right_that_is_withdrawn_ends_it(self, client: Client, mission: Mission, journey: Journey) -> None:
        address = say_why(client, mission)
        journey.regulator.memberships.all().delete()
        assert client.get(f"{address}trail.json").status_code == 404

    def test_a_live_mission_has_no_replay(self, client: Client, journey: Journey) -> None:
        live = journey_to("on_board", base=journey.base)
        assert live.mission
        assert client.get(reverse("trip", args=[live.mission.code])).status_code == 404

    def test_nothing_kept_is_said_before_anybody_asks(self, client: Client, journey: Journey) -> None:
        other = journey_to("completed", base=journey.base)
        assert other.mission
        page = client.get(reverse("trip", args=[other.mission.code])).content.decode()
        assert "Nothing is kept of the way" in page
        assert "Why do you look?" not in page
        with pytest.raises(Refusal, match="Nothing is kept"):
            actions.look(mission=other.mission, by=journey.regulator, reason=LookReason.ACCIDENT)

    def test_customers_and_drivers_have_no_door(self, journey: Journey, mission: Mission) -> None:
        for person in (journey.customer, journey.driver.user):
            other = Client()
            other.force_login(person)
            assert other.get(reverse("trip", args=[mission.code])).status_code == 404


class TestTrail:
    def test_a_hole_of_40_minutes_is_a_hole(self, mission: Mission, start: datetime) -> None:
        trip = trip_of(mission)
        assert trip
        minute = timedelta(minutes=1)
        assert holes_in(trip, trip.points()) == [(start + 10 * minute, start + 50 * minute)]
        hole = next(moment for moment in moments_of(trip, trip.points()) if moment.until)
        assert (hole.at, hole.until) == (start + 10 * minute, start + 50 * minute)

    def test_silence_at_the_beginning_and_the_end_is_one_too(self, journey: Journey, mission: Mission) -> None:
        trip = trip_of(mission)
        assert trip
        middle = [point for point in trip.points() if point.at - trip.start >= HOLE_FROM][:1]
        assert holes_in(trip, middle) == [(trip.start, middle[0].at), (middle[0].at, trip.end)]
        assert holes_in(trip, []) == [(trip.start, trip.end)]

    def test_it_is_sent_packed_and_by_the_second(self, client: Client, mission: Mission) -> None:
        address = say_why(client, mission)
        answer = client.get(f"{address}trail.json", headers={"Accept-Encoding": "gzip"})
        assert answer["Content-Encoding"] == "gzip"
        assert "no-store" in answer["Cache-Control"]
        trail = json.loads(gzip.decompress(answer.content))
        assert trail["points"][1] == [5.0, 48.38005, -4.49, 90]
        assert trail["holes"] == [[600.0, 3000.0]]
        assert len(trail["points"]) == 242

    def test_only_this_mission_is_shown(
        self, client: Client, journey: Journey, mission: Mission, start: datetime
    ) -> None:
        before = len(trip_of(mission).points())  # type: ignore[union-attr]
        driven(journey, start, [-60, 3700])
        driven(journey_to("completed", base=journey.base), start, [30])
        assert len(trip_of(mission).points()) == before  # type: ignore[union-attr]

    def test_the_list_says_all_that_the_map_shows(self, client: Client, mission: Mission, journey: Journey) -> None:
        page = BeautifulSoup(client.get(say_why(client, mission)).content, "html.parser")
        told = [" ".join(line.text.split()) for line in page.select("[data-moment]")]
        words = " | ".join(told)
        for sentence in ("The driver is on the way", "The car stands at the pick-up", "Passengers on board"):
            assert sentence in words
        assert "No position from" in words
        assert len(page.select("[data-trip-stop]")) == 2

    def test_a_step_that_came_late_counts_from_when_it_was_tapped(self, journey: Journey, mission: Mission) -> None:
        entry = Entry.objects.get(verb="set_out", subject_id=mission.pk)
        entry.claimed_at = entry.at - timedelta(minutes=40)
        entry.save(update_fields=["claimed_at"])
        assert trip_of(mission).start == entry.claimed_at  # type: ignore[union-attr]
        entry.claimed_at = entry.at - timedelta(days=3)
        entry.save(update_fields=["claimed_at"])
        assert trip_of(mission).start == entry.at - timedelta(hours=1)  # type: ignore[union-attr]

    def test_the_pages_ask_no_more_for_more(
        self, client: Client, mission: Mission, django_assert_max_num_queries
    ) -> None:
        address = say_why(client, mission)
        for page in (reverse("trip", args=[mission.code]), address, f"{address}trail.json"):
            with django_assert_max_num_queries(14):
                client.get(page)


class TestDriverSees:
    @pytest.fixture
    def phone(self, journey: Journey) -> Client:
        phone = Client()
        phone.force_login(journey.driver.user)
        return phone

    def test_at_once_on_the_page_of_the_day(
        self, client: Client, mission: Mission, journey: Journey, phone: Client
    ) -> None:
        before = seq_of(journey.driver.stream)
        assert "Who looked at my trips" in phone.get(reverse("my-day")).content.decode()
        say_why(client, mission)
        assert seq_of(journey.driver.stream) == before + 1, "the phone's page is told to look again"
        day = day_of(journey.driver, timezone.now())
        assert day.look
        assert f"has looked at the way of {mission.code}: A complaint." in day.look.text
        assert day.look.text in phone.get(reverse("my-day")).content.decode()
        assert not day.warnings

    def test_all_of_them_on_a_page_of_its_own(
        self, client: Client, mission: Mission, journey: Journey, phone: Client
    ) -> None:
        assert "Nobody has looked" in phone.get(reverse("my-looks")).content.decode()
        say_why(client, mission, words="He says he waited")
        page = phone.get(reverse("my-looks")).content.decode()
        for said in (str(journey.regulator), "A complaint", "He says he waited", mission.code):
            assert said in page
        held = phone.get(reverse("my-data-file")).json()
        assert held["looks"][0]["who"] == str(journey.regulator)
        assert len(held["trails"]) == 242

    def test_more_looks_ask_no_more_questions(self, client: Client, mission: Mission, phone: Client) -> None:
        say_why(client, mission)
        asked = []
        for more in (0, 9):
            for _ in range(more):
                say_why(client, mission)
            with CaptureQueriesContext(connection) as queries:
                phone.get(reverse("my-looks"))
            asked.append(len(queries))
        assert asked[0] == asked[1]

    def test_nobody_elses(self, client: Client, mission: Mission, journey: Journey) -> None:
        say_why(client, mission)
        other = Client()
        other.force_login(factories.DriverFactory(base=journey.base).user)
        assert mission.code not in other.get(reverse("my-looks")).content.decode()


class TestLinks:
    def test_from_the_rides_detail_in_the_tower(self, client: Client, mission: Mission, journey: Journey) -> None:
        tower = f"{reverse('tower', args=[journey.base.code])}?ride={journey.ride.code}"
        assert reverse("trip", args=[mission.code]) in client.get(tower).content.decode()

    def test_of_a_ride_for_which_nobody_came(self, client: Client, journey: Journey) -> None:
        other = journey_to("waiting", base=journey.base)
        with time_machine.travel(timezone.now() + timedelta(hours=3)):
            actions.no_show(ride=other.ride, by=other.driver.user)
            client.force_login(journey.regulator)
            tower = f"{reverse('tower', args=[journey.base.code])}?ride={other.ride.code}"
            assert other.mission
            assert reverse("trip", args=[other.mission.code]) in client.get(tower).content.decode()

    def test_from_the_journal(self, mission: Mission, journey: Journey) -> None:
        manager = Client()
        person: User = factories.ManagerFactory(base=journey.base)
        manager.force_login(person)
        page = manager.get(reverse("base-journal", args=[journey.base.code])).content.decode()
        assert reverse("trip", args=[mission.code]) in page
        say_why(manager, mission)
        assert (
            "Its way was looked at" in manager.get(reverse("base-journal", args=[journey.base.code])).content.decode()
        )
        assert Entry.objects.get(verb="look").party == "manager"
