"""My data: everything, readable, the same on the page and in the file; and nobody else's."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Ride
from echauffeur.journal.models import Entry
from echauffeur.own_data.queries import sections_of
from tests.life.journeys import journey_to
from tests.own_data.lives import EMAIL, FIRST, LAST, Life

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/own-data.md"
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


def file_of(client: Client) -> dict:
    answer = client.get(reverse("my-data-file"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"].startswith("attachment")
    return json.loads(answer.content)


def test_the_file_holds_who_one_is_and_all_one_did(life: Life) -> None:
    held = file_of(life.client)
    assert held["account"]["email"] == EMAIL
    assert {role["role"] for role in held["roles"]} == {"driver", "regulator", "manager"}
    assert {ride["code"] for ride in held["rides"]} == set(
        Ride.objects.for_customer(life.person).values_list("code", flat=True)
    )
    assert len(held["steps"]) == Entry.objects.filter(by=life.person).count()
    assert len(held["missions"]) == 2
    assert held["contact_messages"][0]["message"]


def test_times_in_the_file_are_utc(life: Life) -> None:
    ride = file_of(life.client)["rides"][0]
    row = Ride.objects.get(code=ride["code"])
    assert MOMENT.match(ride["pickup_at"])
    read = datetime.fromisoformat(ride["pickup_at"])
    assert read == row.pickup_at.astimezone(UTC).replace(microsecond=0)


def test_every_key_of_the_file_is_documented(life: Life) -> None:
    document = DOCUMENT.read_text()
    lines = {line.split("`")[1]: line for line in document.splitlines() if line.startswith("| `")}
    for section in sections_of(life.person):
        assert section.key in lines, section.key
        documented = set(re.findall(r"`(\w+)`", lines[section.key]))
        assert documented == {section.key, *section.fields}, section.key


def test_the_page_says_the_same_in_words(life: Life) -> None:
    page = life.client.get(reverse("my-data")).content.decode()
    for section in sections_of(life.person):
        assert (f'id="{section.key}"' in page) == bool(section.rows)
    assert f"{LAST}" in page
    assert all(code in page for code in Ride.objects.for_customer(life.person).values_list("code", flat=True))


def test_the_page_shows_the_newest_and_the_file_all(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("echauffeur.own_data.views.SHOWN", 3)
    page = life.client.get(reverse("my-data")).content.decode()
    assert "These are the newest 3 of" in page


def test_nobody_sees_somebody_else(client: Client, life: Life) -> None:
    other = journey_to("completed", base=life.person.base)
    client.force_login(other.customer)
    held = json.dumps(file_of(client), ensure_ascii=False)
    assert other.customer.email in held
    assert not [word for word in (FIRST, LAST, EMAIL) if word in held]


@pytest.mark.django_db
def test_the_number_of_questions_does_not_grow_with_the_rides(client: Client, django_assert_max_num_queries) -> None:
    journey = journey_to("completed")
    client.force_login(journey.customer)
    for _ in range(4):
        journey_to("cancelled", customer=journey.customer, base=journey.base)
    with django_assert_max_num_queries(30):
        client.get(reverse("my-data"))
