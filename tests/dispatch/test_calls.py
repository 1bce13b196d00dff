"""Booking for a caller against the base's rules: the sheet comes back whole, asks why, and the ride tells it."""

from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Ride
from echauffeur.bases.models import Base, OpeningException, OpeningHours
from echauffeur.journal.models import Entry
from tests.factories import BaseFactory, CategoryFactory, ManagerFactory, PlaceFactory, RegulatorFactory, VehicleFactory

pytestmark = pytest.mark.django_db
Typed = dict[str, Any]


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory(motive_required=True)
    VehicleFactory(base=base)
    today = base.today()
    OpeningException.objects.create(
        base=base, first_day=today - timedelta(days=1), last_day=today + timedelta(days=3), label="Travaux"
    )
    return base


@pytest.fixture
def client(base: Base) -> Client:
    client = Client()
    client.force_login(RegulatorFactory(base=base, first_name="Anne", last_name="Le Gall"))
    return client


@pytest.fixture
def typed(base: Base) -> Typed:
    return {
        "origin": PlaceFactory(base=base).pk, "destination": PlaceFactory(base=base).pk, "when": "asap",
        "passengers": 2, "luggage": 1, "wheelchairs": 0, "passenger_name": "M. Kerbrat", "phone": "0612345678",
        "note": "Blue door", "category": CategoryFactory.create_batch(2, base=base)[1].pk, "motive": "",
        "tap": str(uuid4()),
    }  # fmt: skip


def send(client: Client, typed: Typed) -> Any:
    return client.post(reverse("ride-request-for", args=["brest"]), typed)


def test_an_empty_sheet_asks_for_no_reason(client: Client) -> None:
    assert 'name="overrule"' not in client.get(reverse("ride-request-for", args=["brest"])).content.decode()


def test_the_sheet_comes_back_with_everything_typed_and_the_rules_quoted(client: Client, typed: Typed) -> None:
    answer = send(client, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Ride.objects.exists()
    assert [rule.rule for rule in answer.context["form"].broken] == ["opening_hours", "motive"]
    for words in ("Brest is closed: Travaux.", "needs a motive", "Overrule, because…", "Blue door", "M. Kerbrat"):
        assert words in page
    assert f'value="{typed["category"]}" ' in page
    assert "overrule" not in answer.context["form"].errors, "nobody was asked yet"
    assert answer.context["form"].fields["overrule"].required, "the label calls it optional"
    assert "call the control room" not in str(answer.context["form"].errors), "this is the control room"


def test_asked_and_not_answered_is_said_at_the_field(client: Client, typed: Typed) -> None:
    answer = send(client, typed | {"overrule": "  "})
    assert answer.status_code == 422
    assert "Write why the rule does not hold" in str(answer.context["form"].errors["overrule"])
    assert not Ride.objects.exists()


def test_with_a_reason_it_is_booked_and_the_tower_tells_rules_reason_and_who(client: Client, typed: Typed) -> None:
    answer = send(client, typed | {"overrule": "Urgence de l’état-major"})
    ride = Ride.objects.get()
    assert answer.status_code == 303
    assert ride.note == "Blue door"
    page = client.get(answer.url).content.decode()
    told = "Against the rules: closed that day (Travaux) · a motive is needed"
    assert page.count(told) == 2, "in the detail and in the history"
    assert "“Urgence de l’état-major”" in page
    assert "Anne Le Gall" in page


def test_what_the_history_tells_stays_when_the_rules_change(client: Client, typed: Typed, base: Base) -> None:
    address = send(client, typed | {"overrule": "Urgence"}).url
    OpeningException.objects.all().delete()
    Base.objects.update(motive_required=False)
    assert "closed that day (Travaux) · a motive is needed" in client.get(address).content.decode()


def test_the_same_press_twice_is_one_ride(client: Client, typed: Typed) -> None:
    reason = {"overrule": "Urgence"}
    send(client, typed)
    assert [send(client, typed | reason).status_code for _ in range(2)] == [303, 303]
    assert Ride.objects.count() == 1
    assert send(client, typed | {"overrule": "Something else"}).status_code == 422
    assert Entry.objects.filter(verb="request").count() == 1


def test_what_cannot_be_driven_asks_for_no_reason(client: Client, typed: Typed) -> None:
    answer = send(client, typed | {"passengers": 30, "overrule": ""})
    assert answer.status_code == 422
    assert answer.context["form"].broken == []
    assert "No vehicle of Brest carries 30 passengers" in answer.content.decode()


@pytest.mark.parametrize("reason", ["x" * 301, "\x00"])
def test_a_bad_reason_is_kept_and_said(client: Client, typed: Typed, reason: str) -> None:
    answer = send(client, typed | {"overrule": reason})
    assert answer.status_code == 422
    assert answer.context["form"].errors["overrule"]
    assert 'name="overrule"' in answer.content.decode()


def test_a_category_of_another_base_is_refused(client: Client, typed: Typed) -> None:
    foreign = CategoryFactory(base=BaseFactory(code="toulon")).pk
    assert send(client, typed | {"category": foreign, "overrule": "Urgence"}).status_code == 422


def test_a_manager_books_for_nobody(base: Base, typed: Typed) -> None:
    client = Client()
    client.force_login(ManagerFactory(base=base))
    assert send(client, typed | {"overrule": "Urgence"}).status_code == 404
    assert not Ride.objects.exists()


def test_hours_are_told_as_they_were(client: Client, typed: Typed, base: Base) -> None:
    OpeningException.objects.all().delete()
    at = (base.local(timezone.now()) + timedelta(hours=2)).date()
    OpeningHours.objects.create(base=base, weekday=(at.weekday() + 1) % 7, opens=time(6, 15), closes=time(19, 30))
    OpeningHours.objects.create(base=base, weekday=(at.weekday() + 1) % 7, opens=time(20), closes=time(23, 59))
    evening = {"when": "at", "day": at + timedelta(days=1), "clock": "19:45", "motive": "Réunion"}
    page = client.get(send(client, typed | evening | {"overrule": "Urgence"}).url).content.decode()
    assert "Against the rules: open from 06:15 to 19:30, from 20:00 to 24:00" in page
