"""In and out of the site, without telling strangers who has an account."""

import pytest
from django.test import Client

from echauffeur.accounts.models import User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def camille() -> User:
    return UserFactory(email="camille@example.org")


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str):
    return client.post("/sign-in/", {"username": email, "password": password} | more, headers={"accept-language": "en"})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("typed", ["camille@example.org", "Camille@Example.ORG", "  camille@example.org "])
def test_the_address_may_be_typed_as_people_type(client: Client, camille: User, typed: str) -> None:
    answer = sign_in(client, typed)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_signed_in(client)


def test_every_failure_reads_the_same(client: Client, camille: User) -> None:
    UserFactory(email="gone@example.org", is_active=False)
    attempts = [
        sign_in(client, "camille@example.org", "not the password"),
        sign_in(client, "nobody@example.org"),
        sign_in(client, "gone@example.org"),
    ]
    texts = {str(answer.context["form"].non_field_errors()) for answer in attempts}
    assert len(texts) == 1, texts
    assert "do not go together" in texts.pop()
    assert not is_signed_in(client)


def test_an_account_made_inactive_is_out_at_the_next_request(client: Client, camille: User) -> None:
    client.force_login(camille)
    User.objects.update(is_active=False)
    answer = client.get("/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(
    "address",
    ["a-word", "sign-in", "https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"],
)
def test_signing_in_never_leads_to_another_site(client: Client, camille: User, address: str) -> None:
    assert sign_in(client, camille.email, next=address)["Location"] == "/"


def test_signing_in_leads_back_to_the_page_one_wanted(client: Client, camille: User) -> None:
    assert sign_in(client, camille.email, next="/rides/new/")["Location"] == "/rides/new/"


def test_whoever_is_signed_in_needs_no_sign_in_page(client: Client, camille: User) -> None:
    client.force_login(camille)
    assert client.get("/sign-in/")["Location"] == "/"


def test_signing_out_takes_a_click_and_ends_the_session(client: Client, camille: User) -> None:
    client.force_login(camille)
    assert client.get("/sign-out/").status_code == 405
    assert is_signed_in(client)
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert not is_signed_in(client)
