"""The place search: names and aliases, with or without accents, of one base, in one query."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from echauffeur.accounts.models import Membership
from echauffeur.accounts.queries import bases_of
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base, Place
from echauffeur.bases.queries import nearest_place
from tests.factories import BaseFactory, PlaceFactory, RideFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory()
    for name, aliases in {
        "Hôpital de la Rade": ["HIA", "Urgences"], "Préfecture maritime": ["Château"], "Mess": ["Cercle"],
    }.items():  # fmt: skip
        PlaceFactory(base=base, name=name, aliases=aliases)
    PlaceFactory(base=base, name="Mess fermé", enabled=False)
    PlaceFactory(base=BaseFactory(code="toulon"), name="Mess de Toulon")
    return base


@pytest.fixture
def client(base: Base) -> Client:
    client = Client()
    client.force_login(UserFactory(base=base))
    return client


def names(client: Client, text: str, base: str = "brest") -> list[str]:
    return [place["name"] for place in client.get(reverse("places"), {"base": base, "q": text}).json()]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hopital", "Hôpital de la Rade"),
        ("HÔPITAL", "Hôpital de la Rade"),
        ("rade", "Hôpital de la Rade"),
        ("urgence", "Hôpital de la Rade"),
        ("chateau", "Préfecture maritime"),
        ("prefecure", "Préfecture maritime"),
        (" mess ", "Mess"),
    ],
)
def test_a_place_is_found_however_people_write_it(text: str, found: str, client: Client) -> None:
    assert names(client, text)[0] == found


def test_only_this_bases_enabled_places_are_found(client: Client) -> None:
    assert names(client, "mess") == ["Mess"]
    assert names(client, "mess", "toulon") == ["Mess de Toulon"]


def test_accents_do_not_move_a_name_to_the_end_of_a_list(base: Base, client: Client) -> None:
    for number, name in enumerate(["Fréjus", "Évreux", "écluse", "Zone nord"]):
        BaseFactory(name=name, code=f"base-{number}")
        PlaceFactory(base=base, name=name)
    in_order = ["écluse", "Évreux", "Fréjus"]
    person = UserFactory(base=base)
    for one in Base.objects.all():
        Membership.objects.create(user=person, base=one, role="regulator")
    for listed in (
        [str(one) for one in Base.objects.all()],
        [str(one) for one in bases_of(person, Permission.REGULATE_RIDES)],
        [str(one) for one in base.places.all()],
        names(client, ""),
    ):
        assert [name for name in listed if name in in_order] == in_order
        assert listed[-1] == "Zone nord"


@pytest.mark.parametrize("text", ["%", "_", "\x00", "'; --", "\\", "🚗", "x" * 5000])
def test_strange_letters_are_only_letters(text: str, client: Client) -> None:
    assert client.get(reverse("places"), {"base": "brest", "q": text}).status_code == 200


def test_an_unknown_base_has_no_places(client: Client) -> None:
    assert client.get(reverse("places"), {"base": "nowhere"}).status_code == 404


def test_without_words_ones_own_latest_places_come_first(base: Base, client: Client) -> None:
    mess, hospital = Place.objects.get(name="Mess"), Place.objects.get(name="Hôpital de la Rade")
    me = UserFactory(base=base)
    RideFactory(base=base, customer=me, origin=mess, destination=hospital, requested_at=timezone.now())
    client.force_login(me)
    found: list[dict[str, Any]] = client.get(reverse("places"), {"base": "brest"}).json()
    assert [place["kind"] for place in found] == ["recent", "recent", "other"]


def test_twelve_at_most_in_two_queries(base: Base, client: Client, django_assert_num_queries: Any) -> None:
    for n in range(20):
        PlaceFactory(base=base, name=f"Porte {n}")
    for text in ("porte", ""):
        with django_assert_num_queries(4):  # session and person, then base and places
            assert len(names(client, text)) == 12


def test_the_nearest_place_and_how_far(base: Base) -> None:
    mess = Place.objects.get(name="Mess")
    found = nearest_place(base, mess.latitude + 0.001, mess.longitude)
    assert found is not None
    assert found[0] == mess
    assert found[1] == pytest.approx(111, abs=1)
