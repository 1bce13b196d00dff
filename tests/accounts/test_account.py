"""My account: what people see and change about themselves."""

import pytest
from django.test import Client

from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from echauffeur.journal.models import Entry
from tests.factories import BaseFactory, MembershipFactory, RegulatorFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def camille() -> User:
    return UserFactory(email="camille@example.org", first_name="Camille", last_name="Durand")


@pytest.fixture
def client(camille: User) -> Client:
    client = Client()
    client.force_login(camille)
    return client


def named(first: str, last: str) -> dict[str, str]:
    return {"name-first_name": first, "name-last_name": last}


def test_the_page_says_who_one_is(client: Client) -> None:
    page = client.get("/account/").content.decode()
    assert "camille@example.org" in page
    assert 'value="Durand"' in page
    assert 'href="/account/"' in page, "the header leads there"


def test_a_new_name_is_told_to_the_bases_where_one_has_a_role() -> None:
    regulator = RegulatorFactory()
    MembershipFactory(user=regulator, base=BaseFactory(code="toulon"), role=Role.DRIVER)
    client = Client()
    client.force_login(regulator)
    assert client.post("/account/name/", named("Zoé", "Kerbrat")).status_code == 302
    regulator.refresh_from_db()
    assert str(regulator) == "Zoé Kerbrat"
    entries = Entry.objects.filter(subject="person")
    assert {entry.base.code for entry in entries} == {"brest", "toulon"}
    assert all(entry.data == {"fields": ["first_name", "last_name"]} for entry in entries), (
        "which fields, never what to"
    )


def test_the_same_name_again_is_no_step(client: Client) -> None:
    client.post("/account/name/", named("Camille", "Durand"))
    assert not Entry.objects.exists()


def test_a_name_that_is_none_is_said_at_its_field_and_changes_nothing(client: Client, camille: User) -> None:
    answer = client.post("/account/name/", named("", "x" * 100))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "x" * 100 in page, "what was typed is kept"
    assert page.count("Camille Durand") == 2, "the header still says who one is"
    camille.refresh_from_db()
    assert str(camille) == "Camille Durand"


def test_language_and_base_are_remembered(client: Client, camille: User) -> None:
    toulon = BaseFactory(code="toulon")
    answer = client.post("/account/preferences/", {"preferences-language": "fr", "preferences-base": toulon.pk})
    assert answer.status_code == 302
    camille.refresh_from_db()
    assert (camille.language, camille.base) == ("fr", toulon)
    assert client.cookies["django_language"].value == "fr"
    assert "Toulon" in client.get("/account/").content.decode()


@pytest.mark.parametrize("wrong", [{"preferences-language": "xx"}, {"preferences-base": "999999"}, {}])
def test_what_cannot_be_chosen_is_refused(client: Client, camille: User, wrong: dict[str, str]) -> None:
    typed = {"preferences-language": "en", "preferences-base": str(camille.base_id)} | wrong if wrong else {}
    assert client.post("/account/preferences/", typed).status_code == 422
