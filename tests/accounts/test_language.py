"""French by default, the account's language when signed in, a cookie otherwise."""

import pytest
from django.test import Client

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def language_of(client: Client, **headers: str) -> str:
    return client.get("/sign-in/", headers=headers)["Content-Language"]


def test_french_unless_told_otherwise(client: Client) -> None:
    assert language_of(client) == "fr"
    assert language_of(client, **{"accept-language": "de"}) == "fr"
    assert language_of(client, **{"accept-language": "en-GB"}) == "en"


def test_a_stranger_chooses_with_a_cookie(client: Client) -> None:
    answer = client.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert answer["Location"] == "/sign-in/"
    assert language_of(client) == "en"


def test_a_person_chooses_for_the_account_and_every_device(client: Client) -> None:
    user = UserFactory(language="fr")
    client.force_login(user)
    client.post("/language/", {"language": "en", "next": "/"})
    user.refresh_from_db()
    assert user.language == "en"
    elsewhere = Client(headers={"accept-language": "fr"})
    elsewhere.force_login(user)
    assert elsewhere.get("/nothing-here/")["Content-Language"] == "en"


@pytest.mark.parametrize("language", ["de", "", "../../etc", "fr\x00"])
def test_an_unknown_language_changes_nothing(client: Client, language: str) -> None:
    user = UserFactory(language="fr")
    client.force_login(user)
    assert client.post("/language/", {"language": language}).status_code == 302
    user.refresh_from_db()
    assert user.language == "fr"


def test_choosing_a_language_never_leads_to_another_site(client: Client) -> None:
    assert client.post("/language/", {"language": "en", "next": "https://evil.example/"})["Location"] == "/"


def test_looking_at_the_address_changes_nothing(client: Client) -> None:
    assert client.get("/language/?language=en").status_code == 405
