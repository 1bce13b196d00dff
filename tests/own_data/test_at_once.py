"""Leaving while something else happens: no name is written after its person has left, and somebody always stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.test import Client
from django.utils import timezone

from bookings import actions as booking
from bookings.models import Ride
from bookings.rules import Origin, Wish
from echauffeur.accounts.models import User
from echauffeur.common.refusals import Refusal
from echauffeur.own_data.actions import delete_account
from tests import factories
from tests.life.crowd import at_once
from tests.life.journeys import journey_to
from tests.own_data.scan import traces
from tests.sockets import close_hub, listening, subscribed

pytestmark = pytest.mark.django_db(transaction=True)

TRIES = 6


def requests_and_leaves() -> list[str]:
    """Let people book in eight windows while they delete their account in a ninth; return where their names stand."""
    base = factories.BaseFactory()
    places = factories.PlaceFactory.create_batch(2, base=base)
    factories.VehicleFactory(base=base)
    for number in range(TRIES):
        name = f"Wilhelmine{number}"
        person = factories.UserFactory(base=base, first_name=name, last_name=f"Ostrava{number}")
        wish = Wish(Origin.at(places[0]), places[1], timezone.now() + timedelta(hours=2), name, "+33612345678")

        def book(person: User = person, wish: Wish = wish) -> Ride:
            return booking.request(base=base, wish=wish, by=person)

        def leave(person: User = person) -> None:
            delete_account(by=User.objects.get(pk=person.pk))

        answers = at_once([book, book, book, leave, book, book, book, book])
        assert not [a for a in answers if isinstance(a, Exception) and not isinstance(a, Refusal)], answers
    return traces([f"Wilhelmine{number}" for number in range(TRIES)])


def test_nothing_is_booked_in_the_name_of_somebody_who_has_left() -> None:
    assert requests_and_leaves() == []
    assert Ride.objects.filter(state="cancelled").exists(), "some were quicker"
    assert not Ride.objects.live().exists()


def test_without_the_hold_a_name_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a request that began before its person left is written after."""
    camille = factories.UserFactory(first_name="Wilhelmine")
    factories.VehicleFactory(base=camille.base)
    place, other = factories.PlaceFactory.create_batch(2, base=camille.base)
    wish = Wish(Origin.at(place), other, timezone.now() + timedelta(hours=2), "Wilhelmine", "+33612345678")
    delete_account(by=User.objects.get(pk=camille.pk))
    with pytest.raises(Refusal, match="deleted"):
        booking.request(base=camille.base, wish=wish, by=camille)
    monkeypatch.setattr(booking, "hold", lambda person: None)
    booking.request(base=camille.base, wish=wish, by=camille)
    assert traces(["Wilhelmine"]) == ["bookings_ride.passenger_name"]


def two_leave(make: Callable[[], User]) -> list[Any]:
    people = [make(), make()]
    return at_once([lambda person=person: delete_account(by=person) for person in people])


@pytest.mark.parametrize("role", ["administrator", "manager"])
def test_of_the_last_two_only_one_leaves(role: str) -> None:
    factories.BaseFactory()
    make = factories.ManagerFactory
    if role == "administrator":
        make = lambda: factories.UserFactory(is_staff=True, is_superuser=True)  # noqa: E731
    for _ in range(TRIES):
        outcomes = two_leave(make)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Refusal"], outcomes
        User.objects.update(is_superuser=False)
        User.objects.filter(memberships__role="manager").update(is_active=False)


def test_a_crowd_of_colleagues_leaves_without_waiting_for_ever() -> None:
    """Rides of everybody on missions of everybody: the locks have one order."""
    base = factories.BaseFactory()
    journeys = [journey_to(state, base=base) for state in ("acknowledged", "assigned", "confirmed", "requested") * 3]
    outcomes = at_once([lambda j=j: delete_account(by=j.customer) for j in journeys])
    assert outcomes == [None] * len(journeys)
    assert not Ride.objects.live().exists()


@pytest.mark.asyncio
async def test_open_pages_close_within_a_second() -> None:
    journey = await database_sync_to_async(journey_to)("confirmed")
    path = f"/live/ride/{journey.ride.code}/"
    try:
        await subscribed()
        async with listening(path, journey.customer) as page, listening("/live/rides/", journey.customer) as list_page:
            await page.hear("hello")
            await list_page.hear("hello")
            await database_sync_to_async(delete_account)(by=journey.customer)
            assert await page.closed(within=1.0) == 4401
            assert await list_page.closed(within=1.0) == 4401
    finally:
        await close_hub()


def test_a_session_of_somebody_else_goes_on() -> None:
    camille, yann = factories.UserFactory(), factories.UserFactory()
    browser = Client()
    browser.force_login(yann)
    delete_account(by=camille)
    assert browser.get("/rides/").status_code == 200
