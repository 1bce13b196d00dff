"""A ride as an entry for its customer's own calendar."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from bookings.models import Ride
from echauffeur.bases.models import Place
from tests.factories import UserFactory
from tests.life.journeys import Journey, journey_to
from tests.rules.doors import appearance

pytestmark = pytest.mark.django_db

ODD = "Quai; \U0001f468\u200d✈\ufe0f, \\ 3"


def client_of(journey: Journey) -> Client:
    client = Client()
    client.force_login(journey.customer)
    return client


def file_of(journey: Journey) -> str:
    return reverse("ride-file", args=[journey.ride.code])


def entry_of(journey: Journey) -> Any:
    (entry,) = Calendar.from_ical(client_of(journey).get(file_of(journey)).content).events
    return entry


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("requested", "TENTATIVE"),
        ("waitlisted", "TENTATIVE"),
        ("confirmed", "CONFIRMED"),
        ("on_board", "CONFIRMED"),
        ("completed", "CONFIRMED"),
        ("refused", "CANCELLED"),
        ("cancelled", "CANCELLED"),
    ],
)
def test_says_how_sure_it_is(state: str, status: str) -> None:
    journey = journey_to(state)
    entry = entry_of(journey)
    assert entry["status"] == status
    assert len(entry.alarms.times) == (0 if status == "CANCELLED" else 1)


def test_says_when_where_from_and_where_to() -> None:
    journey = journey_to("confirmed")
    Place.objects.filter(pk=journey.ride.destination_id).update(name=ODD, access_note="Ring twice.\nThen wait.")
    Ride.objects.update(origin_label=f"{ODD} b", minutes=25)
    ride = Ride.objects.get()
    entry = entry_of(journey)
    assert entry["summary"] == f"Car: {ODD} b → {ODD}"
    assert entry["location"] == f"{ODD} b"
    assert (entry["geo"].latitude, entry["geo"].longitude) == (ride.origin_latitude, ride.origin_longitude)
    assert entry.start == ride.pickup_at.replace(microsecond=0)
    assert entry.end - entry.start == timedelta(minutes=25)
    assert "Ring twice.\nThen wait." in entry["description"]
    assert entry["url"].endswith(reverse("ride", args=[ride.code]))
    (alarm,) = entry.alarms.times
    assert alarm.trigger == entry.start - timedelta(minutes=15)


def test_is_written_as_the_standard_wants_it() -> None:
    journey = journey_to("confirmed")
    Ride.objects.update(origin_label=ODD * 3)
    answer = client_of(journey).get(file_of(journey))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == f'inline; filename="{journey.ride.code}.ics"'
    lines = answer.content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"Quai\\; " in answer.content.replace(b"\r\n ", b"")
    for line in lines:
        line.decode()


def test_an_entry_takes_the_place_of_the_one_before() -> None:
    journey = journey_to("confirmed")
    before = entry_of(journey)
    journey.take("cancel")
    after = entry_of(journey)
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["status"] == "CANCELLED"


@pytest.mark.parametrize(
    ("state", "is_offered"),
    [("requested", False), ("waitlisted", False), ("confirmed", True), ("approaching", True), ("cancelled", False)],
)
def test_the_ride_s_page_offers_it_once_it_is_promised(state: str, is_offered: bool) -> None:
    journey = journey_to(state)
    page = client_of(journey).get(reverse("ride", args=[journey.ride.code])).content.decode()
    assert (file_of(journey) in page) is is_offered


def test_somebody_else_s_is_like_one_that_never_was() -> None:
    journey = journey_to("confirmed")
    client, never = Client(), reverse("ride-file", args=["R-222222"])
    client.force_login(UserFactory(base=journey.base))
    theirs = client.get(file_of(journey))
    assert theirs.status_code == 404
    assert appearance(theirs, file_of(journey)) == appearance(client.get(never), never)
    for driver_or_regulator in (journey.driver.user, journey.regulator):
        client.force_login(driver_or_regulator)
        assert client.get(file_of(journey)).status_code == 404


def test_guests_get_none() -> None:
    journey = journey_to("confirmed")
    assert Client().get(file_of(journey)).status_code == 302
