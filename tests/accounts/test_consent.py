"""Whoever got the account from somebody else agrees to the conditions once, before anything else."""

import pytest
from django.test import Client

from echauffeur.accounts.models import User
from tests.accounts.inbox import send
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def newcomer() -> User:
    return UserFactory(consented_at=None)


@pytest.fixture
def client(newcomer: User) -> Client:
    client = Client()
    client.force_login(newcomer)
    return client


def test_is_asked_once_and_leads_on(client: Client, newcomer: User) -> None:
    answer = client.get("/rides/new/?base=brest")
    assert answer["Location"] == "/consent/?next=%2Frides%2Fnew%2F%3Fbase%3Dbrest"
    assert client.get(answer["Location"]).status_code == 200
    assert send(client, "/consent/", next="/rides/new/?base=brest").status_code == 422
    assert (
        send(client, "/consent/", next="/rides/new/?base=brest", consent="on")["Location"] == "/rides/new/?base=brest"
    )
    newcomer.refresh_from_db()
    assert newcomer.consented_at
    assert client.get("/rides/").status_code == 200
    assert client.get("/consent/").status_code == 302


@pytest.mark.parametrize("address", ["/rides/", "/account/", "/admin/", "/live/nothing"])
def test_nothing_else_opens_before(client: Client, address: str) -> None:
    assert client.get(address).status_code in {302, 404}
    assert client.get(address).get("Location", "/consent/").startswith("/consent/")


def test_htmx_is_sent_there_whole(client: Client) -> None:
    answer = client.get("/rides/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (403, "/consent/?next=%2Frides%2F")


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\x00"])
def test_it_leads_to_no_other_site(client: Client, address: str) -> None:
    assert send(client, "/consent/", next=address, consent="on")["Location"] == "/"


def test_one_may_sign_out_and_change_the_language_without(client: Client) -> None:
    assert send(client, "/language/", language="en", next="/consent/")["Location"] == "/consent/"
    assert send(client, "/sign-out/")["Location"] == "/sign-in/"


def test_the_conditions_and_my_data_are_read_before(client: Client) -> None:
    assert 'href="/conditions/"' in client.get("/consent/").content.decode()
    for address in ("/conditions/", "/privacy/", "/account/data/", "/account/delete/"):
        assert client.get(address).status_code == 200, address
