"""The journal of a base as its managers read it."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from echauffeur.accounts.actions.roles import grant
from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from echauffeur.journal.edits import save_row
from echauffeur.journal.models import Entry
from tests.factories import BaseFactory, ManagerFactory, PlaceFactory, UserFactory
from tests.life.journeys import Journey, journey_to

pytestmark = pytest.mark.django_db
PAGE = "/bases/brest/journal/"


@pytest.fixture
def journey() -> Journey:
    return journey_to("refused")


@pytest.fixture
def base(journey: Journey) -> Base:
    return journey.base


@pytest.fixture
def manager(base: Base) -> User:
    return ManagerFactory(base=base, first_name="Hervé", last_name="Quéré")


@pytest.fixture
def client(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def lines(client: Client, **asked: Any) -> list[str]:
    page = BeautifulSoup(client.get(f"{PAGE}?{urlencode(asked)}").content, "html.parser")
    return [" ".join(row.get_text(" ", strip=True).split()) for row in page.select("tbody tr")]


def test_says_who_when_what_from_where_to_where_and_why(client: Client, journey: Journey) -> None:
    refused, asked = lines(client)
    assert f"{journey.ride.code} Refused Requested → Refused" in refused
    assert "“No car is free.”" in refused
    assert refused.endswith(str(journey.regulator))
    assert "step 1" in asked


def test_names_roles_people_and_changed_fields(client: Client, base: Base, manager: User) -> None:
    person = UserFactory(base=base, last_name="Le Gall")
    grant(user=person, base=base, role=Role.DRIVER, by=manager)
    place = PlaceFactory(base=base, name="Mess")
    place.access_note = "Sonner"
    save_row(row=place, fields=["access_note"], by=manager)
    changed, given, profile = lines(client)[:3]
    assert "Place Mess was changed Changed: access note" in changed
    assert "Driver · Camille Le Gall · A role was given Hervé Quéré" in given
    assert "Camille Le Gall · A driver was added" in profile


@pytest.mark.parametrize(("kind", "count"), [("", 4), ("rides", 2), ("people", 1), ("settings", 1), ("bogus", 4)])
def test_by_kind(client: Client, base: Base, manager: User, kind: str, count: int) -> None:
    grant(user=UserFactory(base=base), base=base, role=Role.REGULATOR, by=manager)
    save_row(row=PlaceFactory.build(base=base), fields=["name"], by=manager)
    assert len(lines(client, kind=kind)) == count


def test_by_day_on_the_bases_own_clock(client: Client, base: Base) -> None:
    Base.objects.filter(pk=base.pk).update(time_zone="Pacific/Noumea")
    midnight = datetime(2026, 7, 14, 13, 0, tzinfo=timezone.get_fixed_timezone(0))  # the 15th begins in Nouméa
    first, second = Entry.objects.of(base).order_by("seq")
    Entry.objects.filter(pk=first.pk).update(at=midnight - timedelta(seconds=1))
    Entry.objects.filter(pk=second.pk).update(at=midnight)
    assert [len(lines(client, on=day)) for day in ("2026-07-13", "2026-07-14", "2026-07-15")] == [0, 1, 1]
    assert "step 2" in lines(client, on="2026-07-15")[0]


@pytest.mark.parametrize(
    "asked",
    [{"on": "soon"}, {"on": "0001-01-01"}, {"on": "9999-12-31"}, {"below": "x"}, {"below": "-1"}, {"below": "9" * 30},
     {"kind": "\x00"}, {"on": "\x00"}],
)  # fmt: skip
def test_what_cannot_be_read_is_no_error(client: Client, asked: dict[str, str]) -> None:
    assert client.get(PAGE, asked).status_code == 200


def test_pages_follow_the_numbers_and_miss_nothing(
    client: Client, base: Base, manager: User, django_assert_max_num_queries: Any
) -> None:
    for n in range(118):
        save_row(row=PlaceFactory.build(base=base, name=f"Gate {n}"), fields=["name"], by=manager)
    seen: list[int] = []
    asked: dict[str, Any] = {}
    for _ in range(3):
        with django_assert_max_num_queries(10):
            journal = client.get(PAGE, asked).context["journal"]
        seen += [line.seq for line in journal.lines]
        asked = {"below": journal.older}
    assert seen == list(range(120, 0, -1))
    assert journal.older == 0


def test_holds_nothing_of_another_base_or_of_the_service(client: Client, base: Base) -> None:
    journey_to("confirmed", base=BaseFactory(code="toulon"))
    assert len(lines(client)) == Entry.objects.of(base).count() == 2


def test_shows_no_phone_address_or_note_of_a_customer(client: Client, journey: Journey) -> None:
    page = client.get(PAGE).content.decode()
    assert journey.customer.email not in page
    assert "12 34 56 78" not in page
