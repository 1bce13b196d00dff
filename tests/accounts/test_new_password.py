"""Another password: by a mailed code, or by the present one. All other sessions end with the old."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from echauffeur.accounts.actions.entry import invite
from echauffeur.accounts.models import User
from echauffeur.journal.models import Entry
from echauffeur.notifications.models import Message
from echauffeur.notifications.states import State
from tests.accounts.inbox import ENGLISH, code_to, newest, send, wrong
from tests.accounts.test_sign_up import CHANGING
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW = "seven grey geese fly"
CAMILLE = "camille@example.org"


@pytest.fixture
def camille() -> User:
    return UserFactory(email=CAMILLE, first_name="Camille", last_name="Quintessence")


@pytest.fixture
def elsewhere(camille: User) -> Client:
    """Another browser in which Camille is signed in."""
    client = Client()
    client.force_login(camille)
    return client


class TestForgotten:
    def test_a_code_ends_with_the_password_that_it_was_to_replace(
        self, client: Client, camille: User, elsewhere: Client
    ) -> None:
        """Whoever has read the mailbox once keeps no key to the account for a day."""
        send(client, "/forgotten-password/", email=CAMILLE)
        code = code_to(CAMILLE)
        send(elsewhere, "/account/password/", present_password=PASSWORD, password=NEW)
        answer = send(client, "/forgotten-password/code/", code=code, password="grey geese fly no more")
        assert answer.status_code == 422
        camille.refresh_from_db()
        assert camille.check_password(NEW)

    def test_a_page_left_open_and_the_administration_do_not_show_the_code(
        self, client: Client, camille: User, elsewhere: Client
    ) -> None:
        """Neither leads to another password: one would have to know the present one, or to leave a trace."""
        administration = Client()
        administration.force_login(UserFactory(is_superuser=True, is_staff=True))
        send(client, "/forgotten-password/", email=CAMILLE)
        code, message = code_to(CAMILLE), newest(CAMILLE)
        assert code in message.subject
        for page in (
            elsewhere.get("/account/data/"),
            elsewhere.get("/account/data.json"),
            administration.get(f"/admin/notifications/message/{message.pk}/change/"),
        ):
            assert page.status_code == 200
            assert code not in page.content.decode()

    def test_a_code_that_went_to_an_address_before_opens_nothing(self, client: Client, camille: User) -> None:
        send(client, "/forgotten-password/", email=CAMILLE)
        User.objects.filter(pk=camille.pk).update(email="camille@elsewhere.example")
        assert send(client, "/forgotten-password/code/", code=code_to(CAMILLE), password=NEW).status_code == 422
        camille.refresh_from_db()
        assert camille.check_password(PASSWORD)

    def test_takes_a_code(self, client: Client, camille: User, elsewhere: Client) -> None:
        assert send(client, "/forgotten-password/", email="Camille@Example.org")["Location"] == (
            "/forgotten-password/code/"
        )
        answer = send(client, "/forgotten-password/code/", code=code_to(CAMILLE), password=NEW)
        assert answer["Location"] == "/sign-in/"
        camille.refresh_from_db()
        assert camille.check_password(NEW)
        assert elsewhere.get("/rides/").status_code == 302
        assert client.get("/rides/").status_code == 302, "whoever has a second factor is not let in past it"
        assert newest(CAMILLE).kind == "password_changed"
        entry = Entry.objects.get(verb="change_password")
        assert (entry.base, entry.by) == (None, camille)
        assert f"person:{camille.pk}" in entry.streams

    def test_the_code_holds_once(self, client: Client, camille: User) -> None:
        send(client, "/forgotten-password/", email=CAMILLE)
        code, session = code_to(CAMILLE), client.cookies["sessionid"].value
        send(client, "/forgotten-password/code/", code=code, password=NEW)
        client.cookies["sessionid"] = session
        answer = send(client, "/forgotten-password/code/", code=code, password="another one entirely")
        assert answer.status_code == 302
        camille.refresh_from_db()
        assert camille.check_password(NEW)

    def test_one_who_never_had_a_password_chooses_the_first(self, client: Client, camille: User) -> None:
        camille.set_unusable_password()
        camille.save()
        send(client, "/forgotten-password/", email=CAMILLE)
        send(client, "/forgotten-password/code/", code=code_to(CAMILLE), password=NEW)
        assert send(client, "/sign-in/", username=CAMILLE, password=NEW)["Location"] == "/"

    def test_a_password_like_the_person_is_refused_and_the_code_holds_still(
        self, client: Client, camille: User
    ) -> None:
        send(client, "/forgotten-password/", email=CAMILLE)
        answer = send(client, "/forgotten-password/code/", code=code_to(CAMILLE), password="Quintessence")
        assert answer.status_code == 422
        assert "too similar" in answer.content.decode()
        assert send(client, "/forgotten-password/code/", code=code_to(CAMILLE), password=NEW).status_code == 302

    def test_whether_a_password_is_like_the_person_is_said_to_the_owner_alone(
        self, client: Client, camille: User
    ) -> None:
        send(client, "/forgotten-password/", email=CAMILLE)
        answer = send(client, "/forgotten-password/code/", code=wrong(code_to(CAMILLE)), password="Quintessence")
        assert "too similar" not in answer.content.decode()

    def test_a_weak_password_costs_no_try(self, client: Client, camille: User) -> None:
        send(client, "/forgotten-password/", email=CAMILLE)
        for _ in range(4):
            assert send(client, "/forgotten-password/code/", code="000000", password="short").status_code == 422
        assert send(client, "/forgotten-password/code/", code=code_to(CAMILLE), password=NEW).status_code == 302

    def test_an_account_closed_meanwhile_stays_closed(self, client: Client, camille: User) -> None:
        send(client, "/forgotten-password/", email=CAMILLE)
        User.objects.update(is_active=False)
        assert send(client, "/forgotten-password/code/", code=code_to(CAMILLE), password=NEW).status_code == 422

    def journey(self, email: str) -> list[tuple[int, str, str]]:
        client = Client()
        asked = [send(client, "/forgotten-password/", email=email) for _ in range(2)]
        pages = [client.get("/forgotten-password/code/", headers=ENGLISH)]
        tries = [send(client, "/forgotten-password/code/", code="123456", password=NEW) for _ in range(4)]
        asked += [send(client, "/forgotten-password/", email=email) for _ in range(4)]
        return [
            (a.status_code, a.get("Location", ""), CHANGING.sub("", a.content.decode().replace(email, "…")))
            for a in (*asked, *pages, *tries)
        ]

    def test_nobody_learns_who_has_an_account_by_words(self, camille: User) -> None:
        UserFactory(email="closed@example.org", is_active=False)
        unknown = self.journey("unknown@example.org")
        assert [code for code, *_ in unknown] == [302, 302, 302, 302, 302, 429, 200, 422, 422, 422, 422]
        assert self.journey(CAMILLE) == unknown
        assert self.journey("closed@example.org") == unknown

    def test_nor_by_time(self, camille: User) -> None:
        """The same queries, and no hash in any of them."""
        UserFactory(email="closed@example.org", is_active=False)
        taken: list[Any] = []
        for email in (CAMILLE, "unknown@example.org", "closed@example.org"):
            client = Client()
            with CaptureQueriesContext(connection) as captured:
                send(client, "/forgotten-password/", email=email)
            taken.append([query["sql"].split(" ", 1)[0] for query in captured.captured_queries])
        assert taken[0] == taken[1] == taken[2]
        states = dict(Message.objects.values_list("to", "state"))
        assert states.pop(CAMILLE) == State.WAITING
        assert set(states.values()) == {State.WITHHELD}


class TestChange:
    def change(self, client: Client, old: str = PASSWORD, password: str = NEW):
        return send(client, "/account/password/", present_password=old, password=password)

    def test_takes_the_present_one_and_ends_all_other_sessions(
        self, client: Client, camille: User, elsewhere: Client
    ) -> None:
        client.force_login(camille)
        assert self.change(client)["Location"] == "/account/"
        assert client.get("/rides/").status_code == 200
        assert elsewhere.get("/rides/").status_code == 302
        assert newest(CAMILLE).kind == "password_changed"

    @pytest.mark.parametrize(
        ("old", "password", "said"),
        [("not it at all", NEW, "not your present password"), (PASSWORD, "Quintessence", "too similar"), ("", NEW, "")],
    )
    def test_otherwise_nothing_changes(self, client: Client, camille: User, old: str, password: str, said: str) -> None:
        client.force_login(camille)
        answer = self.change(client, old, password)
        assert answer.status_code == 422
        assert said in answer.content.decode()
        camille.refresh_from_db()
        assert camille.check_password(PASSWORD)
        assert not Message.objects.exists()

    def test_a_stranger_at_the_keyboard_cannot_try_for_long(self, client: Client, camille: User) -> None:
        client.force_login(camille)
        codes = [self.change(client, f"not it {number}").status_code for number in range(11)]
        assert codes == [422] * 10 + [429]
        assert self.change(client).status_code == 429


def test_whose_password_an_administrator_sets_hears_of_it(client: Client, camille: User, elsewhere: Client) -> None:
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    new = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    assert client.post(f"/admin/accounts/user/{camille.pk}/password/", new).status_code == 302
    assert newest(CAMILLE).kind == "password_changed"
    assert not camille.sessions.exists()
    assert client.get("/admin/").status_code == 200


def test_an_invitation_says_who_invites_where_and_how_to_begin(camille: User) -> None:
    manager = UserFactory(first_name="Hervé", last_name="Quéré")
    invite(person=camille, base=manager.base, by=manager)
    told = newest(CAMILLE)
    assert "Hervé Quéré" in told.subject
    assert "Brest" in told.body
    assert "http://127.0.0.1:8000/forgotten-password/" in told.body
    assert not told.is_secret
