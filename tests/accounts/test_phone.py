"""A phone number counts once the code that was sent there has come back."""

import pytest
from django.test import Client
from pytest_django import Settings

from echauffeur.accounts.models import User
from echauffeur.journal.models import Entry
from echauffeur.notifications.models import Message
from tests.accounts.inbox import code_to, newest, send, wrong
from tests.factories import DriverFactory, UserFactory

pytestmark = pytest.mark.django_db
OLD, NEW = "+33612345678", "+33687654321"


@pytest.fixture
def camille() -> User:
    return UserFactory(email="camille@example.org", phone=OLD)


@pytest.fixture
def client(camille: User) -> Client:
    client = Client()
    client.force_login(camille)
    return client


def number_of(user: User) -> tuple[str, bool]:
    user.refresh_from_db()
    return user.phone, user.phone_confirmed_at is not None


def test_it_counts_once_it_is_confirmed(client: Client, camille: User) -> None:
    assert send(client, "/account/phone/", phone="06 87 65 43 21")["Location"] == "/account/phone/code/"
    assert number_of(camille) == (OLD, False)
    assert send(client, "/account/phone/code/", code=wrong(code_to(NEW))).status_code == 422
    assert number_of(camille) == (OLD, False)
    assert send(client, "/account/phone/code/", code=code_to(NEW))["Location"] == "/account/"
    assert number_of(camille) == (NEW, True)
    assert newest(camille.email).kind == "phone_changed"
    assert "06 87 65 43 21" in newest(camille.email).body
    assert Entry.objects.get(subject="person").data["fields"] == ["phone"]


def test_the_base_of_a_driver_hears_of_it() -> None:
    driver = DriverFactory()
    client = Client()
    client.force_login(driver.user)
    send(client, "/account/phone/", phone=NEW)
    send(client, "/account/phone/code/", code=code_to(NEW))
    assert Entry.objects.get(base=driver.base).subject == "person"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("02 98 22 10 00", "No text message reaches"),
        ("0899 70 00 00", "No text message reaches"),
        ("3635", "is not a phone number"),
        ("112", "is not a phone number"),
        ("", "required"),
        ("\x00", ""),
        ("٠٦٨٧٦٥٤٣٢١" * 3, ""),
    ],
)
def test_what_takes_no_texts_is_refused(client: Client, typed: str, said: str) -> None:
    answer = send(client, "/account/phone/", phone=typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Message.objects.exists()


def test_overseas_numbers_are_numbers(client: Client, camille: User) -> None:
    for number in ("+262692123456", "+687751234", "+68987123456", "+508551234"):
        assert send(client, "/account/phone/", phone=number).status_code == 302, number
        assert newest(number).way == "text"


def test_somebody_elses_code_is_none(client: Client, camille: User) -> None:
    send(client, "/account/phone/", phone=NEW)
    other = Client()
    other.force_login(stranger := UserFactory(phone=""))
    session = other.session
    session["codes_asked"] = client.session["codes_asked"]
    session.save()
    assert send(other, "/account/phone/code/", code=code_to(NEW)).status_code == 422
    assert number_of(stranger) == ("", False)


def test_one_phone_gets_no_flood_whoever_asks(client: Client) -> None:
    other = Client()
    other.force_login(UserFactory())
    codes = [send(who, "/account/phone/", phone=NEW).status_code for who in (client, other) * 2]
    assert codes == [302, 302, 302, 429]


def test_it_can_be_removed(client: Client, camille: User) -> None:
    assert send(client, "/account/phone/remove/")["Location"] == "/account/"
    assert number_of(camille) == ("", False)


def test_without_a_gateway_the_page_says_so(client: Client, settings: Settings) -> None:
    settings.MESSAGE_CHANNELS = settings.MESSAGE_CHANNELS | {"text": "echauffeur.notifications.channels.TextGateway"}
    settings.TEXT_GATEWAY_URL = ""
    assert "no text messages" in client.get("/account/phone/").content.decode()
    assert send(client, "/account/phone/", phone=NEW).status_code == 403
    assert not Message.objects.exists()


def test_the_account_shows_it(client: Client, camille: User) -> None:
    assert "not confirmed yet" in client.get("/account/").content.decode()
    User.objects.update(phone="", phone_confirmed_at=None)
    assert "Add a number" in client.get("/account/").content.decode()
