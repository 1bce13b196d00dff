"""Where somebody is signed in: what is kept of it, what is shown, and how it ends."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from echauffeur.accounts.actions.sessions import purge_sessions
from echauffeur.accounts.devices import device_of
from echauffeur.accounts.models import Session, User
from echauffeur.accounts.models.sessions import SessionStore
from echauffeur.journal.models import Entry
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


@pytest.fixture
def camille() -> User:
    return UserFactory(email="camille@example.org")


def signed_in(user: User, user_agent: str = FIREFOX) -> Client:
    client = Client(headers={"user-agent": user_agent})
    assert client.post("/sign-in/", {"username": user.email, "password": PASSWORD}).status_code == 302
    return client


def session_of(client: Client) -> Session:
    return Session.objects.get(pk=client.cookies["sessionid"].value)


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, "Firefox · Windows"),
        (PHONE, "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML) Chrome/141.0 Safari/537.36", "Chrome · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0 Safari/537", "Samsung Internet · Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/18.0 Safari/605.1.15", "Safari · macOS"),
        ("curl/8.5", ""),
        ("", ""),
        ("\ud800\0<script>", ""),
    ],
)  # fmt: skip
def test_a_device_is_named_in_plain_words(user_agent: str, device: str) -> None:
    assert device_of(user_agent) == device


def test_a_session_knows_its_person_and_device_and_no_address(camille: User) -> None:
    session = session_of(signed_in(camille))
    assert (session.user, session.device) == (camille, "Firefox · Windows")
    assert {field.name for field in Session._meta.fields} == {
        "session_key", "session_data", "expire_date", "user", "begun_at", "seen_at", "device", "handle"
    }  # fmt: skip
    assert "127.0.0.1" not in str(session.get_decoded())


def test_the_key_changes_with_signing_in_and_the_page_never_shows_it(camille: User, client: Client) -> None:
    client.get("/sign-in/")
    client.post("/rides/new/", {"passenger_name": "X"})  # kept for later: a session of nobody
    before = client.cookies["sessionid"].value
    client.post("/sign-in/", {"username": camille.email, "password": PASSWORD})
    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(pk=before).exists()
    assert client.cookies["sessionid"].value not in client.get("/account/").content.decode()


def test_last_seen_is_written_once_a_minute_at_most(
    camille: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(camille)
    begun = session_of(client).begun_at
    with time_machine.travel(begun + timedelta(seconds=50), tick=False), django_assert_num_queries(2):
        client.get("/sign-in/")  # asks for the session and the person
    assert session_of(client).seen_at < begun + timedelta(seconds=5)
    with time_machine.travel(begun + timedelta(seconds=70), tick=False):
        client.get("/account/")
    assert session_of(client).seen_at == begun + timedelta(seconds=70)


def test_using_a_session_does_not_make_it_younger(camille: User, settings: Settings) -> None:
    settings.SESSION_COOKIE_AGE = 3600
    client = signed_in(camille)
    before = session_of(client)
    with time_machine.travel(before.begun_at + timedelta(minutes=50)):
        client.post("/account/preferences/", {"preferences-language": "en"})  # saves nothing: it is refused or not
        client.post("/rides/new/", {"drawn_for": "x"})
        store = SessionStore(before.pk)
        store["written"] = "again"
        store.save()
    after = session_of(client)
    assert (after.begun_at, after.handle) == (before.begun_at, before.handle)
    assert abs(after.expire_date - before.expire_date) < timedelta(seconds=5)
    with time_machine.travel(before.begun_at + timedelta(minutes=61)):
        assert not is_signed_in(client)


def test_signing_in_again_begins_anew(camille: User) -> None:
    client = signed_in(camille)
    first = session_of(client)
    client.post("/sign-out/")
    with time_machine.travel(first.begun_at + timedelta(days=1)):
        client.post("/sign-in/", {"username": camille.email, "password": PASSWORD})
        assert session_of(client).begun_at > first.begun_at + timedelta(hours=23)


class TestThePage:
    def test_lists_one_s_own_sessions_and_marks_this_one(self, camille: User) -> None:
        desk, _phone = signed_in(camille), signed_in(camille, PHONE)
        signed_in(UserFactory(), "Mozilla/5.0 (X11; CrOS) Chrome/1")
        page = desk.get("/account/").content.decode()
        assert "Firefox · Windows" in page
        assert "Safari · iPhone" in page
        assert "ChromeOS" not in page
        assert page.count("This device") == 1

    def test_one_can_be_ended(self, camille: User) -> None:
        desk, phone = signed_in(camille), signed_in(camille, PHONE)
        assert desk.post(f"/account/sessions/{session_of(phone).handle}/end/").status_code == 302
        assert not is_signed_in(phone)
        assert is_signed_in(desk)

    @pytest.mark.parametrize("whose", ["somebody else's", "nobody's"])
    def test_of_others_none_can_be_ended(self, camille: User, whose: str) -> None:
        other = signed_in(UserFactory())
        handle = session_of(other).handle if whose == "somebody else's" else UUID(int=0)
        assert signed_in(camille).post(f"/account/sessions/{handle}/end/").status_code == 404
        assert is_signed_in(other)

    def test_everywhere_else(self, camille: User) -> None:
        desk, phone, other = signed_in(camille), signed_in(camille, PHONE), signed_in(UserFactory())
        desk.post("/account/sessions/end-others/")
        assert [is_signed_in(client) for client in (desk, phone, other)] == [True, False, True]
        entry = Entry.objects.get(verb="end_sessions")
        assert (entry.base, entry.subject, entry.subject_id, entry.by) == (None, "person", camille.pk, camille)
        assert entry.data == {"sessions": 1}

    def test_everywhere(self, camille: User) -> None:
        desk, phone = signed_in(camille), signed_in(camille, PHONE)
        assert desk.post("/account/sessions/end/")["Location"] == "/sign-in/"
        assert [is_signed_in(client) for client in (desk, phone)] == [False, False]


def test_what_has_expired_is_not_listed_and_purged(camille: User) -> None:
    desk, phone = signed_in(camille), signed_in(camille, PHONE)
    Session.objects.filter(pk=session_of(phone).pk).update(expire_date=timezone.now() - timedelta(minutes=1))
    assert "Safari · iPhone" not in desk.get("/account/").content.decode()
    assert purge_sessions() == 1
    assert [session.device for session in Session.objects.all()] == ["Firefox · Windows"]


def test_disabling_an_account_ends_its_sessions_for_good(camille: User, client: Client) -> None:
    desk = signed_in(camille)
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    form = {"first_name": "C", "last_name": "D", "email": camille.email, "language": "en"}
    form |= {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    assert client.post(f"/admin/accounts/user/{camille.pk}/change/", form).status_code == 302
    assert not Session.objects.filter(user=camille).exists()
    assert Entry.objects.get(subject="person").data == {"fields": ["is_active"]}
    client.post(f"/admin/accounts/user/{camille.pk}/change/", form | {"is_active": "on"})
    assert not is_signed_in(desk)
    request = HttpRequest()
    request.session = SessionStore(desk.cookies["sessionid"].value)
    assert get_user(request).is_anonymous
