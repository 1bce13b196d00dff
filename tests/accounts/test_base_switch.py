"""The base one is on: chosen from any page, remembered, and the same kind of page opens there."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils.translation import override

from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from tests.factories import (
    BaseFactory,
    DriverFactory,
    ManagerFactory,
    MembershipFactory,
    PlaceFactory,
    RegulatorFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def brest() -> Base:
    return BaseFactory(code="brest")


@pytest.fixture
def toulon() -> Base:
    return BaseFactory(code="toulon")


@pytest.fixture
def regulator(brest: Base, toulon: Base) -> User:
    """Somebody who steers two bases and sets up the second."""
    person = RegulatorFactory(base=brest)
    for role in (Role.REGULATOR, Role.MANAGER):
        MembershipFactory(user=person, base=toulon, role=role)
    return person


@pytest.fixture
def client(regulator: User) -> Client:
    return signed_in(regulator)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def header(client: Client, path: str) -> tuple[str, list[str], list[str]]:
    """Return what the header of that page shows: the base, the bases to choose from, the navigation."""
    page = BeautifulSoup(client.get(path).content, "html.parser")
    name, nav = page.select_one(".site-base__name"), page.select(".site-nav a")
    assert name
    return (
        name.text,
        [button["value"] for button in page.select("#bases button")],
        [link.text for link in nav if link.text != "Demonstration"],
    )


def test_the_header_shows_the_current_base_and_what_it_allows(client: Client) -> None:
    with override("en"):
        regulator = ["Book a ride", "My rides", "Control tower", "Live map", "Planning"]
        assert header(client, "/rides/") == ("Brest", ["brest", "toulon"], regulator)
        client.post("/base/", {"base": "toulon"})
        assert header(client, "/rides/")[0::2] == (
            "Toulon",
            [*regulator, "Settings"],
        )


def test_the_choice_is_remembered_on_the_account(client: Client, regulator: User, toulon: Base) -> None:
    client.post("/base/", {"base": "toulon"})
    regulator.refresh_from_db()
    assert regulator.base == toulon
    assert signed_in(regulator).get("/")["Location"] == "/bases/toulon/tower/"


@pytest.mark.parametrize(
    ("page", "there"),
    [
        ("/bases/brest/tower/", "/bases/toulon/tower/"),
        ("/bases/brest/tower/?ride=R-222222", "/bases/toulon/tower/"),
        ("/bases/brest/rides/new/", "/bases/toulon/rides/new/"),
        ("/bases/brest/settings/", "/bases/toulon/settings/"),
        ("/bases/brest/places/new/", "/bases/toulon/places/new/"),
        ("/bases/brest/places/7/", "/bases/toulon/places/"),
        ("/bases/brest/places/7/remove/", "/bases/toulon/places/"),
        ("/bases/brest/people/7/", "/bases/toulon/people/"),
        ("/rides/", "/rides/"),
        ("/rides/new/", "/rides/new/?base=toulon"),
        ("/account/", "/account/"),
        ("/drive/", "/"),
        ("/rides/R-222222/", "/"),
        ("/", "/"),
        ("", "/"),
        ("/nowhere/", "/"),
        ("https://evil.example/bases/brest/tower/", "/bases/toulon/tower/"),
        ("//evil.example/", "/"),
        ("https://[", "/"),
        ("\x00", "/"),
    ],
)
def test_the_same_kind_of_page_opens_there(client: Client, page: str, there: str) -> None:
    assert client.post("/base/", {"base": "toulon", "next": page})["Location"] == there


@pytest.mark.parametrize("page", ["tower", "settings", "places", "people", "rides/new"])
def test_who_has_no_such_page_there_goes_home(page: str, brest: Base, toulon: Base) -> None:
    manager = ManagerFactory(base=brest)
    MembershipFactory(user=manager, base=toulon, role=Role.DRIVER)
    answer = signed_in(manager).post("/base/", {"base": "toulon", "next": f"/bases/brest/{page}/"})
    assert answer["Location"] == "/"


def test_a_driver_of_two_bases_stays_with_the_own_day(brest: Base, toulon: Base) -> None:
    driver = DriverFactory(base=brest)
    DriverFactory(base=toulon, user=driver.user)
    client = signed_in(driver.user)
    assert client.post("/base/", {"base": "toulon", "next": "/drive/"})["Location"] == "/drive/"
    assert client.get("/drive/").context["base"] == toulon


def test_home_without_work_on_the_current_base_is_the_own_rides(client: Client) -> None:
    BaseFactory(code="cherbourg")
    client.post("/base/", {"base": "cherbourg"})
    assert client.get("/")["Location"] == "/rides/"
    with override("en"):
        assert header(client, "/rides/")[0::2] == ("Cherbourg", ["Book a ride", "My rides"])


def test_who_has_chosen_none_is_where_the_work_is(brest: Base) -> None:
    person = MembershipFactory(user=UserFactory(base=None), base=brest).user
    assert signed_in(person).get("/")["Location"] == "/bases/brest/tower/"
    assert header(signed_in(person), "/rides/")[0] == "Brest"


def test_looking_at_another_base_shows_its_name_and_changes_nothing(
    client: Client, regulator: User, brest: Base
) -> None:
    assert header(client, "/bases/toulon/tower/")[0] == "Toulon"
    regulator.refresh_from_db()
    assert regulator.base == brest


def test_a_base_that_is_not_ones_own_leaves_no_trace_on_the_page(client: Client) -> None:
    BaseFactory(code="secret")
    for code in ("secret", "nowhere"):
        answer = client.get(f"/bases/{code}/tower/")
        assert answer.status_code == 404
        assert ">Brest<" in answer.content.decode()
        assert "Secret" not in answer.content.decode()


@pytest.mark.parametrize("base", ["", "nowhere", "\x00", "1", "BREST"])
def test_there_is_no_such_base_to_choose(client: Client, regulator: User, brest: Base, base: str) -> None:
    answer = client.post("/base/", {"base": base, "next": "/rides/"})
    assert answer.status_code == 422
    assert 'name="next" value="/rides/"' in answer.content.decode()
    regulator.refresh_from_db()
    assert regulator.base == brest


class TestCustomers:
    def test_choose_on_a_page_of_its_own(self, brest: Base, toulon: Base) -> None:
        customer = UserFactory(base=brest)
        client = signed_in(customer)
        assert header(client, "/rides/")[:2] == ("Brest", [])
        page = client.get("/base/", {"next": "/rides/new/"}).content.decode()
        assert 'value="toulon"' in page
        assert client.post("/base/", {"base": "toulon", "next": "/rides/new/"})["Location"] == "/rides/new/?base=toulon"
        assert client.get("/rides/new/").context["base"] == toulon

    def test_without_a_base_are_asked(self, brest: Base) -> None:
        with override("en"):
            assert header(signed_in(UserFactory(base=None)), "/rides/")[0] == "Choose a base"


class TestAdministrators:
    @pytest.fixture
    def client(self, brest: Base) -> Client:
        return signed_in(UserFactory(base=brest, is_superuser=True, is_staff=True))

    def test_choose_among_all_of_few(self, client: Client, toulon: Base) -> None:
        assert header(client, "/rides/")[1] == ["brest", "toulon"]

    def test_look_many_up(self, client: Client) -> None:
        for n in range(20):
            BaseFactory(code=f"b-{n}", name=f"Île-{n}")
        assert header(client, "/bases/b-7/tower/")[:2] == ("Île-7", [])
        page = client.get("/base/", {"q": "ile-1"}).content.decode()
        assert 'value="b-12"' in page
        assert 'value="b-2"' not in page

    def test_are_asked_no_more_of_the_database_for_many(self, client: Client, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(5):
            client.get("/base/")
        BaseFactory(code="one-more")
        with django_assert_num_queries(5):
            client.get("/base/")


def test_one_ride_elsewhere_does_not_move_who_works_here(
    client: Client, regulator: User, brest: Base, toulon: Base
) -> None:
    PlaceFactory(base=toulon)
    client.post("/rides/new/", {"base": "toulon"})
    regulator.refresh_from_db()
    assert regulator.base == brest
    customer = UserFactory(base=brest)
    signed_in(customer).post("/rides/new/", {"base": "toulon"})
    customer.refresh_from_db()
    assert customer.base == toulon
