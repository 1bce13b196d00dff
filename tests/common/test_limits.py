"""How often: counted for each, in all processes, and still counted while Redis is away."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import translation

from echauffeur.common import hub, limits
from echauffeur.common.limits import DAY, HOUR, MINUTE, Limit, TooOften, in_words, take
from tests.services import Services

THREE_AN_HOUR = Limit("test-three", 3, HOUR)


@pytest.fixture(autouse=True)
def english():
    hub._resting_until = 0.0
    with translation.override("en"):
        yield


def takes(limit: Limit, *whom: str) -> bool:
    try:
        take(limit, *whom)
    except TooOften:
        return False
    return True


def test_the_fourth_of_three_is_refused_with_the_time_to_come_back() -> None:
    assert [takes(THREE_AN_HOUR, "a") for _ in range(3)] == [True] * 3
    with pytest.raises(TooOften) as refused:
        take(THREE_AN_HOUR, "a")
    assert refused.value.status == 429
    assert HOUR - 10 < refused.value.seconds <= HOUR
    assert str(refused.value) == "That was too often. Try again in 60 minutes."


def test_others_and_other_limits_are_counted_by_themselves() -> None:
    for _ in range(3):
        take(THREE_AN_HOUR, "a", "b")
    assert takes(THREE_AN_HOUR, "a")
    assert takes(THREE_AN_HOUR, "b", "a")
    assert takes(Limit("test-other", 3, HOUR), "a", "b")
    assert not takes(THREE_AN_HOUR, "a", "b")


def test_after_the_time_it_is_possible_again_and_refusals_do_not_prolong_it() -> None:
    brief = Limit("test-brief", 1, 1)
    take(brief, "a")
    deadline = time.monotonic() + 3
    while not takes(brief, "a"):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_crowd_gets_no_more_than_one_by_one() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: takes(THREE_AN_HOUR, "crowd"), range(40))) == 3


def test_without_redis_this_process_counts(services: Services) -> None:
    with services.without_valkey():
        took = [takes(THREE_AN_HOUR, "away") for _ in range(5)]
        with pytest.raises(TooOften) as refused:
            take(THREE_AN_HOUR, "away")
    assert took == [True] * 3 + [False] * 2
    assert HOUR - 10 < refused.value.seconds <= HOUR


def test_redis_learns_no_address() -> None:
    take(THREE_AN_HOUR, "camille@example.org")
    keys = [key for key in hub._client().scan_iter() if b"test-three" in key]
    assert len(keys) == 1
    assert b"camille" not in keys[0]


@pytest.mark.parametrize("odd", ["", "\x00", "\ud800", "é" * 10_000, "a:b/c"])
def test_odd_names_are_counted_like_others(odd: str) -> None:
    assert [takes(THREE_AN_HOUR, odd) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "in 1 minute"),
        (MINUTE + 1, "in 2 minutes"),
        (2 * HOUR, "in 120 minutes"),
        (2 * HOUR + 1, "in 3 hours"),
        (DAY, "in 24 hours"),
    ],
)
def test_the_wait_is_said_in_round_words(seconds: int, words: str) -> None:
    assert in_words(seconds) == words


def test_the_memory_of_this_process_forgets() -> None:
    own, item = limits._own(), Limit("test-own", 1, 1).item
    assert own.hit(item, "a")
    assert not own.hit(item, "a")
