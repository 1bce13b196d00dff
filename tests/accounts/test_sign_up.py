"""Signing up: for addresses of our domains only, for their owners only, and telling nobody who has an account."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from echauffeur.accounts.addresses import address_to_sign_up
from echauffeur.accounts.models import OneTimeCode, User
from echauffeur.journal.models import Entry
from echauffeur.notifications.models import Message
from tests.accounts.inbox import ENGLISH, PASSWORD, code_to, newest, send, typed, wrong
from tests.factories import BaseFactory, UserFactory

pytestmark = pytest.mark.django_db
LOU = "lou.petit@demo.example"


def text_of(answer: Any) -> str:
    return answer.content.decode()


class TestAddresses:
    @pytest.fixture(autouse=True)
    def domains(self, settings: Settings) -> None:
        settings.SIGN_UP_DOMAINS = ["intradef.gouv.fr", "Demo.Example", "défense.example"]

    @pytest.mark.parametrize(
        ("typed", "address"),
        [
            ("lou@intradef.gouv.fr", "lou@intradef.gouv.fr"),
            ("Lou.Petit+x@INTRADEF.Gouv.fr", "lou.petit+x@intradef.gouv.fr"),
            ("  lou@demo.example ", "lou@demo.example"),
            ("lou@défense.example", "lou@xn--dfense-bva.example"),
            ("lou@DÉFENSE.example", "lou@xn--dfense-bva.example"),
            ("lou@xn--dfense-bva.example", "lou@xn--dfense-bva.example"),
        ],
    )
    def test_of_our_domains_in_any_writing(self, typed: str, address: str) -> None:
        assert address_to_sign_up(typed) == address

    @pytest.mark.parametrize(
        "typed",
        [
            "lou@intradef.gouv.fr.evil.example",
            "lou@evil-intradef.gouv.fr",
            "lou@evilintradef.gouv.fr",
            "lou@mail.intradef.gouv.fr",
            "lou@gouv.fr",
            "lou@intradef.gouv.fr.",
            "lou@.intradef.gouv.fr",
            "lou@intradef..gouv.fr",
            "lou@intradef.gouv.fr@evil.example",
            "lou@evil.example@intradef.gouv.fr",
            "lou@evil.example,x@intradef.gouv.fr",
            "lou@evil.example x@intradef.gouv.fr",
            "lou(@evil.example)@intradef.gouv.fr",
            "lou@intradef.gouv.fr(comment)",
            '"lou@evil.example"@intradef.gouv.fr',
            '"lou"@intradef.gouv.fr',
            "lou@[127.0.0.1]",
            "lou@іntradef.gouv.fr",  # Cyrillic і
            "lou@ｉntradef.gouv.fr",  # full-width i
            "lou@intradeſ.gouv.fr",
            "lou@intradef。gouv.fr",
            "lou@intradef\u200b.gouv.fr",
            "lou@intradef\u00ad.gouv.fr",
            "lou@demo.example\n",
            "lou\n@demo.example",
            "lou\x00@demo.example",
            "lóu@demo.example",
            ".lou@demo.example",
            "lou.@demo.example",
            "@demo.example",
            "demo.example",
            "",
            "x" * 65 + "@demo.example",
            "lou@de\u0301fense.example",
        ],
    )
    def test_of_no_other(self, typed: str) -> None:
        if typed == "lou@demo.example\n":  # what a form strips is no other address
            assert address_to_sign_up(typed) == "lou@demo.example"
            return
        with pytest.raises(ValidationError):
            address_to_sign_up(typed)

    def test_the_kelvin_sign_is_no_k(self, settings: Settings) -> None:
        settings.SIGN_UP_DOMAINS = ["kilo.example"]
        with pytest.raises(ValidationError):
            address_to_sign_up("lou@\u212ailo.example")

    @pytest.mark.parametrize("domain", ["", ".", "x..y", "@", "ｉntradef.gouv.fr"])
    def test_a_setting_that_is_no_domain_lets_nobody_in(self, settings: Settings, domain: str) -> None:
        settings.SIGN_UP_DOMAINS = [domain]
        with pytest.raises(ValidationError):
            address_to_sign_up(f"lou@{domain}")


class TestSigningUp:
    def test_takes_a_code_then_one_is_signed_in(self, client: Client) -> None:
        answer = send(client, "/sign-up/", **typed(email="Lou.Petit@Demo.Example"))
        assert (answer.status_code, answer["Location"]) == (302, "/sign-up/code/")
        assert not User.objects.exists()
        assert PASSWORD not in str(OneTimeCode.objects.values())
        page = client.get("/sign-up/code/", headers=ENGLISH)
        assert LOU in text_of(page)
        answer = send(client, "/sign-up/code/", code=f" {code_to(LOU)[:3]} {code_to(LOU)[3:]} ")
        assert (answer.status_code, answer["Location"]) == (302, "/")
        lou = User.objects.get()
        assert (lou.email, lou.first_name, lou.base.code, lou.language) == (LOU, "Lou", "brest", "en")
        assert lou.consented_at
        assert lou.check_password(PASSWORD)
        assert not lou.memberships.exists()
        assert not lou.is_staff
        assert client.get("/rides/").status_code == 200
        assert Entry.objects.get(verb="sign_up").subject_id == lou.pk

    def test_speaks_the_language_of_the_page(self, client: Client) -> None:
        client.post("/sign-up/", typed(), headers={"accept-language": "fr"})
        client.post("/sign-up/code/", {"code": code_to(LOU)}, headers={"accept-language": "en"})
        assert User.objects.get().language == "fr"

    def test_the_code_of_one_browser_is_nothing_in_another(self, client: Client) -> None:
        send(client, "/sign-up/", **typed())
        other = Client()
        assert send(other, "/sign-up/code/", code=code_to(LOU))["Location"] == "/sign-up/"
        send(other, "/sign-up/", **typed(email="other@demo.example"))
        assert send(other, "/sign-up/code/", code=code_to(LOU)).status_code == 422
        assert not User.objects.exists()

    def test_nobody_prepares_an_account_for_somebody_else(self, client: Client) -> None:
        """The owner's own sign-up ends the stranger's, and the code that the owner types makes the owner's account."""
        stranger = Client()
        send(stranger, "/sign-up/", **typed(first_name="Stranger", password="a password of strangers"))
        send(client, "/sign-up/", **typed())
        send(client, "/sign-up/code/", code=code_to(LOU))
        assert User.objects.get().check_password(PASSWORD)
        assert send(stranger, "/sign-up/code/", code=code_to(LOU)).status_code == 422

    def test_three_wrong_codes_then_a_new_one(self, client: Client) -> None:
        send(client, "/sign-up/", **typed())
        right = code_to(LOU)
        answers = [send(client, "/sign-up/code/", code=wrong(right)) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [422] * 3
        assert "2 tries left" in text_of(answers[0])
        assert send(client, "/sign-up/code/", code=right).status_code == 422
        assert send(client, "/sign-up/again/")["Location"] == "/sign-up/code/"
        assert send(client, "/sign-up/code/", code=code_to(LOU))["Location"] == "/"

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("email", "lou@elsewhere.example", "Accounts are for addresses"),
            ("password", "short", "at least 12"),
            ("password", "1q2w3e4r5t6y", "too common"),
            ("password", "aaaabbbbaaaabbbb", "at least 5 different"),
            ("password", "490175236180", "entirely numeric"),
            ("password", "lou.petit@demo", "too similar"),
            ("consent", None, "Without your agreement"),
            ("base", "nowhere", "valid choice"),
        ],
    )
    def test_what_is_wrong_is_said_and_the_rest_is_kept(
        self, client: Client, field: str, value: Any, said: str
    ) -> None:
        answer = send(client, "/sign-up/", **typed(**{field: value}))
        assert answer.status_code == 422
        assert any(part in text_of(answer) for part in said.split("|")), text_of(answer)
        assert field == "first_name" or 'value="Lou"' in text_of(answer)
        assert not Message.objects.exists()

    def test_it_is_closed_without_a_domain(self, client: Client, settings: Settings) -> None:
        settings.SIGN_UP_DOMAINS = []
        assert "Ask your base manager" in text_of(client.get("/sign-up/", headers=ENGLISH))
        assert send(client, "/sign-up/", **typed()).status_code == 403
        assert not Message.objects.exists()

    def test_one_inbox_gets_no_flood(self, client: Client) -> None:
        answers = [send(client, "/sign-up/", **typed()) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [302] * 5 + [429]
        assert "Try again in" in text_of(answers[-1])
        assert send(client, "/sign-up/", **typed(email="other@demo.example")).status_code == 302

    def test_an_account_that_came_in_between_is_not_opened_twice(self, client: Client) -> None:
        send(client, "/sign-up/", **typed())
        UserFactory(email=LOU)
        answer = send(client, "/sign-up/code/", code=code_to(LOU))
        assert answer.status_code == 422
        assert "has an account by now" in text_of(answer)
        assert User.objects.count() == 1

    def test_a_base_that_is_gone_meanwhile_takes_no_account_along(self, client: Client) -> None:
        send(client, "/sign-up/", **typed(base=BaseFactory(code="gone").code))
        BaseFactory._meta.model.objects.filter(code="gone").delete()
        send(client, "/sign-up/code/", code=code_to(LOU))
        assert User.objects.get().base is None


# Differs between two drawings of the same page.
CHANGING = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|"x-csrftoken": "\w+"')


def counting(calls: list[str], function: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*args: Any, **kwargs: Any) -> Any:
        calls.append(function.__name__)
        return function(*args, **kwargs)

    return counted


def queries_of(call: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"].split(" ", 1)[0] for query in captured.captured_queries]


class TestNoTelling:
    """Who has an account is told to the owner of the address alone: not by words, not by time."""

    @pytest.fixture(autouse=True)
    def known(self) -> User:
        UserFactory(email="closed@demo.example", is_active=False)
        return UserFactory(email="known@demo.example", language="fr")

    def journey(self, email: str) -> list[tuple[int, str, str]]:
        """Return every answer on the way of somebody who has no code: code, where to, and text."""
        client = Client()
        answers = [send(client, "/sign-up/", **typed(email=email)), client.get("/sign-up/code/", headers=ENGLISH)]
        answers += [send(client, "/sign-up/code/", code="1234567"), send(client, "/sign-up/again/")]
        answers += [client.get("/sign-up/code/", headers=ENGLISH)]
        answers += [send(client, "/sign-up/code/", code="123456") for _ in range(4)]
        return [
            (answer.status_code, answer.get("Location", ""), CHANGING.sub("", text_of(answer).replace(email, "…")))
            for answer in answers
        ]

    def test_in_words(self) -> None:
        unknown = self.journey("unknown@demo.example")
        assert self.journey("known@demo.example") == unknown
        assert self.journey("closed@demo.example") == unknown

    def test_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same hashes and the same queries: what takes time is the same."""
        hashed: list[str] = []
        monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counting(hashed, hashers.MD5PasswordHasher.encode))
        taken = {}
        for email in ("unknown@demo.example", "known@demo.example", "closed@demo.example"):
            client = Client()
            client.get("/sign-up/")
            hashed.clear()
            queries = queries_of(lambda c=client, e=email: send(c, "/sign-up/", **typed(email=e)))
            taken[email] = (len(hashed), queries)
            assert Message.objects.waiting().filter(to=email).count() == 1
        assert taken["known@demo.example"] == taken["unknown@demo.example"] == taken["closed@demo.example"]
        assert taken["known@demo.example"][0] == 1

    def test_the_owner_hears_of_it(self, client: Client, known: User) -> None:
        send(client, "/sign-up/", **typed(email="known@demo.example"))
        told = newest("known@demo.example")
        assert (told.kind, told.person, told.is_secret) == ("account_exists", known, False)
        assert "http://127.0.0.1:8000/forgotten-password/" in told.body
        send(client, "/sign-up/", **typed(email="closed@demo.example"))
        assert "forgotten-password" not in newest("closed@demo.example").body

    def test_no_guess_changes_the_account(self, client: Client, known: User) -> None:
        send(client, "/sign-up/", **typed(email="known@demo.example"))
        for _ in range(3):
            assert send(client, "/sign-up/code/", code="000000").status_code == 422
        known.refresh_from_db()
        assert not known.check_password(PASSWORD)
