"""Whatever is typed: a sentence with the rule and the way out, at its field, the form kept, nothing written."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Ride
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base, OpeningHours
from tests.bookings.conftest import send
from tests.factories import BaseFactory, DriverFactory, PlaceFactory

pytestmark = pytest.mark.django_db
Typed = dict[str, Any]


def at(base: Base, moment: datetime) -> Typed:
    local = base.local(moment)
    return {"day": f"{local:%Y-%m-%d}", "clock": f"{local:%H:%M}"}


WRONG: dict[str, tuple[Callable[[Typed], Typed], str, str]] = {
    "no start": (lambda t: {"origin": ""}, "origin", "Choose where the ride starts"),
    "no destination": (lambda t: {"destination": ""}, "destination", "Choose where you are going"),
    "unknown name": (
        lambda t: {"destination": "", "destination_typed": "Zanzibar"},
        "destination",
        "Brest has no place called “Zanzibar”",
    ),
    "place id that is none": (lambda t: {"origin": "abc"}, "origin", "not served any more"),
    "place id beyond any": (lambda t: {"origin": 10**30}, "origin", "not served any more"),
    "same place twice": (lambda t: {"destination": t["origin"]}, "destination", "starts and ends at the same place"),
    "far away": (lambda t: {"origin": "", "latitude": "43.1", "longitude": "5.9"}, "origin", "km from Brest"),
    "not on Earth": (lambda t: {"origin": "", "latitude": "1e9", "longitude": "x"}, "origin", "could not be read"),
    "no time": (lambda t: {"clock": ""}, "clock", "Choose the time"),
    "no day": (lambda t: {"day": ""}, "day", "Choose the day"),
    "clock of 25 hours": (lambda t: {"clock": "25:00"}, "clock", "such as 14:30"),
    "no such day": (lambda t: {"day": "2026-02-31"}, "day", "not a day"),
    "year 9999": (lambda t: {"day": "9999-12-31"}, "day", "years away"),
    "year 1": (lambda t: {"day": "0001-01-01"}, "day", "years away"),
    "neither now nor later": (lambda t: {"when": "never"}, "when", ""),
    "nobody": (lambda t: {"passengers": 0}, "passengers", "at least one passenger"),
    "a coachful": (lambda t: {"passengers": 60}, "passengers", "the largest carries 4"),
    "too many wheelchairs": (lambda t: {"wheelchairs": 2}, "wheelchairs", "the best equipped takes 0"),
    "letters for a number": (lambda t: {"luggage": "two"}, "luggage", ""),
    "broken phone": (lambda t: {"phone": "06 12"}, "phone", "is not a phone number"),
    "no phone": (lambda t: {"phone": ""}, "phone", "Write a number"),
    "null byte": (lambda t: {"note": "a\x00b"}, "note", ""),
    "endless note": (lambda t: {"note": "a" * 301}, "note", ""),
    "null byte in a place": (lambda t: {"origin": "", "origin_typed": "\x00"}, "origin", ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_said_at_its_field(name: str, client: Client, typed: Typed) -> None:
    change, field, words = WRONG[name]
    answer = send(client, typed | change(typed))
    assert answer.status_code == 422
    form = answer.context["form"]
    assert words in " ".join(form.errors[field])
    assert form["passenger_name"].value() == "Camille Durand"
    assert not Ride.objects.exists()


def test_a_place_of_another_base_is_refused(client: Client, typed: Typed) -> None:
    elsewhere = PlaceFactory(base=BaseFactory(code="toulon"))
    answer = send(client, typed | {"destination": elsewhere.pk})
    assert "not served any more" in answer.context["form"].errors["destination"][0]


def test_a_name_that_several_places_bear_asks_which(client: Client, typed: Typed, base: Base) -> None:
    PlaceFactory(base=base, name="Porte Sud")
    answer = send(client, typed | {"origin": "", "origin_typed": "porte"})
    assert "may be Porte Nord, Porte Sud" in answer.context["form"].errors["origin"][0]
    assert 'data-typed="porte"' in answer.content.decode()


@pytest.mark.parametrize(
    ("hours", "words"), [(-3, "has passed"), (0.1, "notice"), (24 * 90, "days ahead")], ids=["past", "soon", "far"]
)
def test_a_time_against_the_rules_says_the_rule(
    hours: float, words: str, client: Client, typed: Typed, base: Base
) -> None:
    with time_machine.travel(base.at(base.today(), time(12)), tick=False):
        answer = send(client, typed | at(base, timezone.now() + timedelta(hours=hours)))
    assert words in answer.context["form"].errors["clock"][0]


def test_a_closed_base_says_when_it_opens(client: Client, customer: User, typed: Typed, base: Base) -> None:
    OpeningHours.objects.create(base=base, weekday=0, opens=time(7), closes=time(19))
    monday = base.at(date(2027, 3, 1), time(6))
    with time_machine.travel(monday, tick=False):
        client.force_login(customer)
        answers = [
            send(client, typed | at(base, monday + timedelta(hours=14))).context["form"].errors["clock"],
            send(client, typed | {"when": "asap"}).context["form"].errors["when"],
        ]
    assert "opens again on Monday 8 March" in answers[0][0]
    assert "opens again on Monday 1 March, 07:00" in answers[1][0]


def test_as_soon_as_possible_is_not_after_closing_time(
    client: Client, customer: User, typed: Typed, base: Base
) -> None:
    OpeningHours.objects.create(base=base, weekday=0, opens=time(7), closes=time(19))
    statuses = []
    for clock in (time(18, 40), time(18, 50)):
        with time_machine.travel(base.at(date(2027, 3, 1), clock), tick=False):
            client.force_login(customer)
            statuses.append(send(client, typed | {"when": "asap"}).status_code)
    assert statuses == [302, 422]


def test_an_hour_that_the_clocks_skip_is_named(client: Client, customer: User, typed: Typed) -> None:
    with time_machine.travel(datetime(2027, 3, 20, 12, tzinfo=UTC), tick=False):
        client.force_login(customer)
        answer = send(client, typed | {"day": "2027-03-28", "clock": "02:30"})
    assert "02:30 does not exist that night" in answer.context["form"].errors["clock"][0]


def test_nothing_at_all_is_answered_in_words(client: Client, base: Base) -> None:
    answer = send(client, {"drawn_for": base.code})
    assert answer.status_code == 422
    assert {"origin", "destination", "when", "passengers", "phone"} <= set(answer.context["form"].errors)


NO_CODES = ["\x00", "a\x00b", "R-2345%", "é", "-" * 5000]


@pytest.mark.parametrize("code", NO_CODES)
@pytest.mark.parametrize("name", ["ride-cancel", "ride-confirm", "ride-depart", "mission-decline"])
def test_an_address_with_what_can_be_no_code_leads_nowhere(name: str, code: str, base: Base) -> None:
    everybody = DriverFactory(base=base).user
    everybody.memberships.create(base=base, role="regulator")
    client = Client()
    client.force_login(everybody)
    address = reverse(name, args=["CODE"]).replace("CODE", quote(code))
    assert [client.get(address).status_code, client.post(address).status_code] == [404, 404]


@pytest.mark.parametrize("code", NO_CODES)
def test_what_can_be_no_code_is_asked_for_in_vain(code: str, client: Client, base: Base) -> None:
    assert client.get(reverse("ride-request"), {"again": code}).status_code == 404
    assert client.get(reverse("places"), {"base": code}).status_code == 404
    assert client.get(reverse("ride-request"), {"base": code}).context["base"] == base
    assert client.post(reverse("ride-request"), {"base": code, "drawn_for": code}).context["base"] == base
