"""Moments typed on a base's clock, on the nights on which it repeats an hour or skips one."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from echauffeur.common.clocks import ClockField


@pytest.fixture(autouse=True)
def in_paris() -> Iterator[None]:
    with timezone.override("Europe/Paris"):
        yield


def test_an_ordinary_moment() -> None:
    assert ClockField().clean("2098-07-14T08:00") == datetime(2098, 7, 14, 6, tzinfo=UTC)


def test_of_a_repeated_hour_the_first() -> None:
    assert ClockField().clean("2026-10-25T02:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_hour_that_is_skipped_is_refused_in_words() -> None:
    with override("en"), pytest.raises(ValidationError, match="02:30 does not exist"):
        ClockField().clean("2026-03-29T02:30")


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01T00:00", "9999-99-99T99:99"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        ClockField().clean(text)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00", "9999-12-31T23:59", "9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00:00+23:59"]
)
def test_what_lies_at_the_ends_of_the_calendar_is_refused_in_words(text: str) -> None:
    with override("en"), pytest.raises(ValidationError, match="years away"):
        ClockField().clean(text)


@pytest.mark.parametrize("hour", [0, 1])
def test_what_nobody_touched_did_not_change(hour: int) -> None:
    """The page shows 02:30 for both moments, without seconds."""
    initial = datetime(2026, 10, 25, hour, 30, 12, tzinfo=UTC)
    assert not ClockField().has_changed(initial, "2026-10-25T02:30")
    assert ClockField().has_changed(initial, "2026-10-25T02:31")
    assert ClockField().has_changed(initial, "")
    assert ClockField().has_changed(None, "2026-10-25T02:31")
    assert not ClockField().has_changed(None, "")
