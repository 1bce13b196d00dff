"""The tracking link: swapped for a cookie, shows the car and nothing else, ends when it should."""

from datetime import timedelta

import pytest
import time_machine
from channels.db import database_sync_to_async
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.actions import share, unshare
from bookings.consumers import LINK_ENDED
from bookings.models import Ride, TrackingLink
from bookings.states import RideState
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry
from tests.bookings.test_following import STEPS, assign, drive_one, seen_at
from tests.factories import RegulatorFactory, RideFactory
from tests.sockets import close_hub, listening, subscribed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ride(customer: User, base: Base) -> Ride:
    ride: Ride = RideFactory(customer=customer, base=base, passenger_name="Aude Secret", note="Room 12")
    return ride


@pytest.fixture
def address(ride: Ride, customer: User) -> str:
    return reverse("track-open", args=[share(ride=ride, by=customer)])


@pytest.fixture
def guest() -> Client:
    return Client(headers={"Accept-Language": "en"})


def test_the_token_is_swapped_for_a_cookie_and_opens_elsewhere_too(guest: Client, address: str) -> None:
    for browser in (guest, Client()):
        opened = browser.get(address)
        assert opened.url == reverse("track")
        assert browser.get(opened.url).status_code == 200


def test_nothing_of_it_is_stored_indexed_or_passed_on(guest: Client, address: str) -> None:
    for answer in (guest.get(address), guest.get(reverse("track")), guest.get("/t/unknown/")):
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]


def test_the_guest_sees_the_car_only_while_it_comes_or_carries(guest: Client, address: str, ride: Ride) -> None:
    guest.get(address)
    seen_at(assign(ride))
    shown = {}
    for verb in STEPS:
        drive_one(ride, verb)
        html = guest.get(reverse("track")).content.decode()
        shown[verb] = ['data-lat="48.4"' in html, "ZZ-123-ZZ" in html, "Yann" in html]
        secrets = ("Aude", "Secret", "Room 12", ride.phone, ride.code, ride.origin_label, ride.destination.name)
        assert [secret for secret in secrets if secret in html] == []
    sight, none = [True] * 3, [False] * 3
    assert shown == {"acknowledge": none, "depart": sight, "arrive": sight, "board": sight, "complete": none}


def test_a_link_that_was_ended_says_so(client: Client, guest: Client, address: str, ride: Ride) -> None:
    guest.get(address)
    client.post(reverse("ride-unshare", args=[ride.code]))
    for path in (address, reverse("track")):
        answer = guest.get(path)
        assert answer.status_code == 404
        assert "This link has ended" in answer.content.decode()


def test_a_new_link_ends_the_earlier_one_and_is_shown_once(
    client: Client, guest: Client, address: str, ride: Ride
) -> None:
    made = client.post(reverse("ride-share", args=[ride.code]))
    shown = made.context["shared_url"]
    assert shown in made.content.decode()
    assert guest.get(address).status_code == 404
    assert guest.get(shown).status_code == 302
    again = client.get(reverse("ride", args=[ride.code])).content.decode()
    assert shown not in again
    assert "A link has been shared since" in again
    assert not TrackingLink.objects.filter(digest__contains=shown.rstrip("/").rpartition("/")[2]).exists()


def test_the_link_ends_an_hour_after_the_ride(guest: Client, address: str, ride: Ride) -> None:
    guest.get(address)
    ride.state, ride.ended_at = RideState.COMPLETED, timezone.now()
    ride.save()
    for minutes, status in ((59, 200), (61, 404)):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            assert guest.get(reverse("track")).status_code == status


def test_no_new_link_an_hour_after_the_ride(client: Client, ride: Ride) -> None:
    ride.state, ride.ended_at = RideState.COMPLETED, timezone.now()
    ride.save()
    regulator = Client()
    regulator.force_login(RegulatorFactory(base=ride.base))
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        answer = client.post(reverse("ride-share", args=[ride.code]))
        assert answer.status_code == 422
        assert "ended more than an hour ago" in answer.content.decode()
        told = regulator.post(reverse("ride-share-for", args=[ride.code]), follow=True)
        assert "ended more than an hour ago" in told.content.decode()
    assert not ride.tracking_links.exists()


def test_without_a_link_there_is_nothing_to_follow(guest: Client) -> None:
    assert guest.get(reverse("track")).status_code == 404
    assert guest.get("/t/" + "a" * 500 + "/").status_code == 404


def test_a_guest_opens_no_other_page(guest: Client, address: str, ride: Ride) -> None:
    guest.get(address)
    for path in (reverse("ride", args=[ride.code]), reverse("rides"), reverse("places")):
        assert guest.get(path).url.startswith(reverse("sign-in"))


def test_making_and_ending_a_link_stand_in_the_journal(client: Client, guest: Client, ride: Ride) -> None:
    for name in ("ride-share", "ride-share", "ride-unshare", "ride-unshare"):
        client.post(reverse(name, args=[ride.code]))
    told = Entry.objects.about("ride", ride.pk).order_by("seq")
    assert [entry.verb for entry in told] == ["share", "share", "unshare"]
    assert {entry.by for entry in told} == {ride.customer}
    assert "You ended the link" in client.get(reverse("ride", args=[ride.code])).content.decode()


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_a_guest_is_sent_away_the_moment_the_link_ends(guest: Client, address: str, ride: Ride) -> None:
    await database_sync_to_async(guest.get)(address)
    cookie = f"sessionid={guest.cookies['sessionid'].value}"
    try:
        async with listening("/live/track/", cookie=cookie) as page:
            await subscribed()
            await page.hear("hello")
            await database_sync_to_async(unshare)(ride=ride, by=ride.customer)
            assert await page.closed() == LINK_ENDED
    finally:
        await close_hub()
