"""One-time codes: 24 hours, three tries, once, however many try at the same moment."""

import re
from datetime import timedelta
from functools import partial
from threading import Barrier
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from echauffeur.accounts.actions import codes
from echauffeur.accounts.actions.codes import WrongCode, issue, redeem
from echauffeur.accounts.models import OneTimeCode
from echauffeur.accounts.models.codes import CODE_TRIES, Purpose
from echauffeur.common.refusals import Refusal
from tests.accounts.inbox import wrong
from tests.life.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)
TARGET = "lou@demo.example"


@transaction.atomic
def issued(target: str = TARGET, purpose: Purpose = Purpose.SIGN_UP, **more: object) -> tuple[UUID, str]:
    code, digits = issue(purpose=purpose, target=target, waits={"first_name": "Lou"}, **more)
    return code.pk, digits


def tried(key: UUID, digits: str, purpose: Purpose = Purpose.SIGN_UP) -> str | int:
    """Return whose code it was, or how many tries are left."""
    try:
        return redeem(purpose=purpose, key=key, digits=digits, then=lambda code: code.waits["first_name"])
    except WrongCode as refused:
        return refused.tries_left


def test_it_is_six_digits_of_which_only_a_digest_is_kept() -> None:
    key, digits = issued()
    assert re.fullmatch(r"\d{6}", digits)
    assert digits not in str(OneTimeCode.objects.filter(pk=key).values())


def test_it_is_used_once_and_what_waited_is_gone() -> None:
    key, digits = issued()
    assert tried(key, digits) == "Lou"
    assert tried(key, digits) == 0
    assert OneTimeCode.objects.get(pk=key).waits == {}


def test_it_has_three_tries() -> None:
    key, digits = issued()
    assert [tried(key, wrong(digits)) for _ in range(4)] == [2, 1, 0, 0]
    assert tried(key, digits) == 0


def test_it_holds_for_a_day() -> None:
    with time_machine.travel(timezone.now() - timedelta(hours=24, seconds=1), tick=False):
        late = issued()
    with time_machine.travel(timezone.now() - timedelta(hours=23, minutes=59), tick=False):
        in_time = issued("other@demo.example")
    assert tried(*late) == 0
    assert tried(*in_time) == "Lou"


def test_a_newer_one_ends_the_older_for_the_same_and_no_other() -> None:
    older, other, for_another_thing = issued(), issued("other@demo.example"), issued(purpose=Purpose.NEW_PASSWORD)
    newer = issued()
    assert tried(*older) == 0
    assert tried(*newer) == tried(*other) == "Lou"
    assert tried(*for_another_thing, Purpose.NEW_PASSWORD) == "Lou"


def test_it_is_good_for_one_thing_only() -> None:
    key, digits = issued()
    assert tried(key, digits, Purpose.NEW_PASSWORD) == 0
    assert tried(key, digits) == "Lou"


def test_a_code_that_does_not_exist_is_like_one_that_ended() -> None:
    assert tried(uuid4(), "123456") == 0


def test_no_digits_match_a_decoy_and_it_counts_like_any_other() -> None:
    key, digits = issued(is_decoy=True)
    assert digits == ""
    assert [tried(key, guess) for guess in ("", "123456", "000000", "1")] == [2, 1, 0, 0]


def test_what_it_was_good_for_may_refuse_and_it_holds_still() -> None:
    key, digits = issued()

    def refuse(code: OneTimeCode) -> None:
        code.person = None
        raise Refusal("not like this")

    for _ in range(CODE_TRIES + 1):
        with pytest.raises(Refusal, match="not like this"):
            redeem(purpose=Purpose.SIGN_UP, key=key, digits=digits, then=refuse)
    assert tried(key, digits) == "Lou"


def test_it_says_how_many_tries_are_left() -> None:
    key, digits = issued()
    with translation.override("en"):
        with pytest.raises(WrongCode, match="2 tries left"):
            redeem(purpose=Purpose.SIGN_UP, key=key, digits=wrong(digits), then=id)
        with pytest.raises(WrongCode, match="1 try left"):
            redeem(purpose=Purpose.SIGN_UP, key=key, digits=wrong(digits), then=id)
        with pytest.raises(WrongCode, match="no longer"):
            redeem(purpose=Purpose.SIGN_UP, key=key, digits=wrong(digits), then=id)


@pytest.mark.parametrize("locks", [True, False])
def test_parallel_guesses_get_three_tries(monkeypatch: pytest.MonkeyPatch, locks: bool) -> None:
    """With the row's lock three; without it, which is the control, more than three."""
    key, digits = issued()
    compared = []
    matches = OneTimeCode.matches

    def counting(code: OneTimeCode, guess: str) -> bool:
        compared.append(guess)
        return matches(code, guess)

    monkeypatch.setattr(OneTimeCode, "matches", counting)
    guesses = [f"{(int(digits) + step) % 1_000_000:06d}" for step in range(1, 13)]
    all_have_read = Barrier(len(guesses), timeout=20)

    def read_together(purpose: Purpose, key: str) -> OneTimeCode | None:
        row = OneTimeCode.objects.filter(pk=key).first()
        all_have_read.wait()
        return row

    if not locks:
        monkeypatch.setattr(codes, "_locked", read_together)
    said = at_once([partial(tried, key, guess) for guess in guesses])
    assert (len(compared) == 3) == locks, compared
    if locks:
        assert sorted(said) == [0] * 10 + [1, 2]


def test_a_right_guess_among_many_at_once_is_taken_once() -> None:
    key, digits = issued()
    assert at_once([partial(tried, key, digits)] * 12).count("Lou") == 1


def test_of_many_asked_for_at_once_one_holds() -> None:
    made = at_once([issued] * 8)
    assert [tried(*code) for code in made].count("Lou") == 1
    with pytest.raises(IntegrityError):
        OneTimeCode.objects.update(ended_at=None)


def test_expired_ones_are_forgotten_with_the_sign_ups_that_waited() -> None:
    with time_machine.travel(timezone.now() - timedelta(days=2), tick=False):
        issued()
    fresh, _ = issued("other@demo.example")
    assert codes.forget_expired() == 1
    assert OneTimeCode.objects.get().pk == fresh
