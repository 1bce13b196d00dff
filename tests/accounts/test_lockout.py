"""Wrong passwords: nobody goes on guessing, nobody else has to wait for it, and nobody learns who has an account."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from echauffeur.accounts.lockout import forget_tries
from echauffeur.accounts.models import User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

LIMIT = 5
Answer = tuple[int, str]


@pytest.fixture(autouse=True)
def one_proxy(settings: Settings) -> None:
    """The client's address is what the one proxy says, so that tests can stand at several places."""
    settings.TRUSTED_PROXIES = 1


@pytest.fixture
def camille() -> User:
    return UserFactory(email="camille@example.org")


def sign_in(email: str, password: str = PASSWORD, *, place: str = "192.0.2.1") -> HttpResponse:
    headers = {"accept-language": "en", "x-forwarded-for": place}
    return Client().post("/sign-in/", {"username": email, "password": password}, headers=headers)


def guess(email: str, *, times: int = LIMIT, place: str = "192.0.2.1") -> list[int]:
    return [sign_in(email, f"guess {n}", place=place).status_code for n in range(times)]


def test_after_five_wrong_passwords_even_the_right_one_waits(camille: User) -> None:
    assert guess(camille.email) == [422, 422, 422, 422, 429]
    answer = sign_in(camille.email)
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()
    assert f'value="{camille.email}"' in answer.content.decode(), "what was typed is kept"


def test_control_four_wrong_passwords_lock_nobody(camille: User) -> None:
    guess(camille.email, times=LIMIT - 1)
    assert sign_in(camille.email).status_code == 302


def test_signing_in_forgets_the_wrong_tries(camille: User) -> None:
    for _ in range(3):
        guess(camille.email, times=LIMIT - 1)
        assert sign_in(camille.email).status_code == 302
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("tries_meanwhile", [0, 1])
def test_it_ends_after_a_quarter_of_an_hour_however_often_one_tries_meanwhile(
    camille: User, tries_meanwhile: int
) -> None:
    guess(camille.email)
    start = timezone.now()
    with time_machine.travel(start + timedelta(minutes=10)):
        assert [sign_in(camille.email).status_code for _ in range(tries_meanwhile)] == [429] * tries_meanwhile
    with time_machine.travel(start + timedelta(minutes=16)):
        assert sign_in(camille.email).status_code == 302


def test_one_person_locks_nobody_else_of_the_base_behind_one_address(camille: User) -> None:
    guess(camille.email)
    others = [UserFactory() for _ in range(3)]
    assert [sign_in(other.email).status_code for other in others] == [302, 302, 302]


def test_control_counting_by_address_alone_would_lock_the_whole_base(camille: User, settings: Settings) -> None:
    settings.AXES_LOCKOUT_PARAMETERS = ["ip_address"]
    guess(camille.email)
    assert sign_in(UserFactory().email).status_code == 429


def test_nobody_is_locked_out_by_a_stranger_elsewhere(camille: User) -> None:
    guess(camille.email, place="203.0.113.9")
    assert sign_in(camille.email, place="192.0.2.1").status_code == 302


@pytest.mark.parametrize("other", ["CAMILLE@Example.org", "  camille@example.org"])
def test_another_way_of_writing_is_no_other_account(camille: User, other: str) -> None:
    guess(camille.email)
    assert sign_in(other).status_code == 429


def test_another_browser_or_an_address_of_one_s_own_making_is_no_other_place(camille: User) -> None:
    guess(camille.email)
    assert sign_in(camille.email, place="198.51.100.1, 192.0.2.1").status_code == 429
    headers = {"x-forwarded-for": "192.0.2.1", "user-agent": "another"}
    form = {"username": camille.email, "password": PASSWORD}
    assert Client().post("/sign-in/", form, headers=headers).status_code == 429


def test_all_addresses_of_an_ipv6_network_are_one_place(camille: User) -> None:
    for n in range(LIMIT):
        sign_in(camille.email, "wrong", place=f"2001:db8:1:2::{n + 1}")
    assert sign_in(camille.email, place="2001:db8:1:2:ffff::9").status_code == 429
    assert sign_in(camille.email, place="2001:db8:1:3::9").status_code == 302


def nobody() -> str:
    return "nobody@example.org"


def known() -> str:
    return str(UserFactory().email)


def disabled() -> str:
    return str(UserFactory(is_active=False).email)


def without_password() -> str:
    person = UserFactory()
    person.set_unusable_password()
    person.save()
    return str(person.email)


KINDS = [nobody, known, disabled, without_password]


def said(answer: HttpResponse, email: str) -> Answer:
    """Return all that somebody can tell from the answer, but for what they typed and the one-time token."""
    form: Any = answer.context["form"]
    text = answer.content.decode().replace(email, "ADDRESS").replace(str(answer.context["csrf_token"]), "TOKEN")
    assert form.errors
    return answer.status_code, text


def test_strangers_learn_nothing_at_any_try() -> None:
    seen = []
    for n, kind in enumerate(KINDS):
        email = kind()
        seen.append([said(sign_in(email, "wrong", place=f"192.0.2.{n}"), email) for _ in range(LIMIT + 2)])
    assert all(answers == seen[0] for answers in seen)
    assert [status for status, _text in seen[0]] == [422] * 4 + [429] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_every_wrong_try_costs_the_same_work(kind: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One password is hashed whoever it was: that is what takes the time."""
    email, hashed = kind(), []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: (hashed.append(1), encode(*args))[1])
    sign_in(email, "wrong")
    assert len(hashed) == 1


@pytest.mark.parametrize(
    "name", ["", "x" * 400 + "@example.org", "a@" + "b" * 250 + ".org", "a\0b@example.org", "\ud800@x.org"]
)
def test_odd_names_are_no_error(name: str) -> None:
    typed = name.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if "\ud800" in name else name
    assert {sign_in(typed, "wrong").status_code for _ in range(LIMIT + 1)} <= {422, 429}


def test_no_password_is_kept(camille: User) -> None:
    guess(camille.email, times=2)
    attempt = AccessAttempt.objects.get()
    assert "guess" not in attempt.post_data
    assert camille.email not in attempt.post_data


def test_what_counts_no_more_is_forgotten(camille: User) -> None:
    guess(camille.email, times=1)
    assert forget_tries() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert forget_tries() == 1
