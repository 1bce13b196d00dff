"""A base's settings: its manager's pages, each row written with its step in the journal."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base, Place
from echauffeur.common.lifecycle import Party
from echauffeur.journal.models import Entry
from tests.factories import BaseFactory, ManagerFactory, PlaceFactory, RideFactory

pytestmark = pytest.mark.django_db

MESS = {
    "name": "Mess", "aliases": "Cercle, Ordinaire", "kind": "mess", "latitude": "48.38", "longitude": "-4.49",
    "arrival_radius_m": "60", "enabled": "on",
}  # fmt: skip


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory()
    return base


@pytest.fixture
def manager(base: Base) -> User:
    manager: User = ManagerFactory(base=base)
    return manager


@pytest.fixture
def client(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def steps() -> list[tuple[Any, ...]]:
    return list(Entry.objects.order_by("seq").values_list("verb", "subject", "code", "party", "data__fields"))


class TestPlaces:
    def test_added_with_its_step(self, client: Client, base: Base, manager: User) -> None:
        response = client.post(reverse("base-place-add", args=[base.code]), MESS, follow=True)
        assert "“Mess” is saved." in response.content.decode()
        place = Place.objects.get()
        assert (place.base, place.aliases) == (base, ["Cercle", "Ordinaire"])
        ((verb, subject, code, party, fields),) = steps()
        assert (verb, subject, code, party) == ("add", "place", "Mess", Party.MANAGER)
        assert {"name", "aliases", "kind"} <= set(fields)

    def test_changed_once_told_once(self, client: Client, base: Base) -> None:
        place = PlaceFactory(base=base, **{**MESS, "aliases": ["Cercle", "Ordinaire"], "enabled": True})
        address = reverse("base-place", args=[base.code, place.pk])
        for note in ("Behind the hangar", "Behind the hangar"):
            assert client.post(address, MESS | {"access_note": note}).status_code == 302
        place.refresh_from_db()
        assert place.access_note == "Behind the hangar"
        assert [step[0] for step in steps()] == ["change"]
        assert steps()[0][-1] == ["access_note"]

    def test_a_name_twice_is_refused_and_nothing_is_lost(self, client: Client, base: Base) -> None:
        PlaceFactory(base=base, name="Mess")
        response = client.post(reverse("base-place-add", args=[base.code]), MESS)
        assert response.status_code == 422
        text = response.content.decode()
        assert "This base already has a place of that name." in text
        assert "Cercle, Ordinaire" in text
        assert "This was not saved yet." in text, "nobody is sent anything"
        assert steps() == []

    def test_another_base_may_use_the_same_name(self, client: Client, base: Base) -> None:
        PlaceFactory(base=BaseFactory(code="toulon"), name="Mess")
        assert client.post(reverse("base-place-add", args=[base.code]), MESS).status_code == 302

    @pytest.mark.parametrize("empty", [{}, {"name": "Mess"}])
    def test_what_is_missing_is_said(self, client: Client, base: Base, empty: dict[str, str]) -> None:
        response = client.post(reverse("base-place-add", args=[base.code]), empty)
        assert response.status_code == 422
        assert "data-error-summary" in response.content.decode()

    @pytest.mark.parametrize("radius", ["0", "9", "2001"])
    def test_a_radius_in_which_nobody_could_arrive_is_refused_in_words(
        self, client: Client, base: Base, radius: str
    ) -> None:
        response = client.post(reverse("base-place-add", args=[base.code]), MESS | {"arrival_radius_m": radius})
        assert response.status_code == 422
        assert "Write a number from 10 to 2000." in response.content.decode()

    def test_found_by_alias_without_accents(self, client: Client, base: Base) -> None:
        PlaceFactory(base=base, name="Hôpital", aliases=["Urgences"])
        PlaceFactory(base=base, name="Gare")
        page = client.get(reverse("base-places", args=[base.code]), {"q": "hopit"}).content.decode()
        assert "Hôpital" in page
        assert "Gare" not in page

    def test_removed_when_nothing_needs_it(self, client: Client, base: Base) -> None:
        place = PlaceFactory(base=base, name="Quai")
        client.post(reverse("base-place-remove", args=[base.code, place.pk]))
        assert not Place.objects.exists()
        assert [step[:3] for step in steps()] == [("remove", "place", "Quai")]

    def test_kept_when_a_ride_has_touched_it(self, client: Client, base: Base) -> None:
        place = RideFactory(base=base).destination
        response = client.post(reverse("base-place-remove", args=[base.code, place.pk]), follow=True)
        assert "has a history" in response.content.decode()
        assert Place.objects.filter(pk=place.pk).exists()
        assert steps() == []

    def test_another_bases_place_is_a_missing_place(self, client: Client, base: Base) -> None:
        foreign = PlaceFactory(base=BaseFactory(code="toulon"))
        for name in ("base-place", "base-place-remove"):
            for pk in (foreign.pk, 0, 999_999):
                assert client.get(reverse(name, args=[base.code, pk])).status_code == 404
                assert client.post(reverse(name, args=[base.code, pk]), MESS).status_code == 404
        foreign.refresh_from_db()
        assert foreign.name != "Mess"

    def test_as_many_queries_for_many_as_for_few(
        self, client: Client, base: Base, django_assert_max_num_queries: Any
    ) -> None:
        PlaceFactory.create_batch(40, base=base)
        with django_assert_max_num_queries(9):
            client.get(reverse("base-places", args=[base.code]))


def test_the_overview_says_what_is_still_to_do(client: Client, base: Base) -> None:
    page = client.get(reverse("base-settings", args=[base.code])).content.decode()
    assert "To do" in page
    PlaceFactory.create_batch(2, base=base)
    assert "2 places in service" in client.get(reverse("base-settings", args=[base.code])).content.decode()
