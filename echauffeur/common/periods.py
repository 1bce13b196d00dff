"""Periods of the database as the rules compare them: begin included, end excluded; no end: nobody knows it yet."""

from collections.abc import Iterable
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange


def bounds_of(period: DateTimeTZRange | tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    """Return begin and end of a period that has both, read from the database or about to be written."""
    return period if isinstance(period, tuple) else (period.lower, period.upper)


def meets(period: DateTimeTZRange, start: datetime, end: datetime) -> bool:
    """Return whether the period takes part of the time from start to end, or holds it where that is one moment."""
    begins_before = period.lower < end or period.lower <= start == end
    return bool(begins_before and (period.upper is None or start < period.upper))


def is_within(period: DateTimeTZRange, start: datetime, end: datetime, gaps: Iterable[DateTimeTZRange]) -> bool:
    """Return whether all that the period takes of the time from start to end lies within these gaps."""
    free_from, until = max(period.lower, start), end if period.upper is None else min(period.upper, end)
    for gap in sorted(gaps, key=lambda gap: gap.lower):
        if gap.lower > free_from:
            return False
        if gap.upper is None or gap.upper >= until:
            return True
        free_from = max(free_from, gap.upper)
    return False


def meeting(periods: Iterable[DateTimeTZRange], start: datetime, end: datetime) -> list[DateTimeTZRange]:
    """Return those of the periods that take part of the time."""
    return [period for period in periods if meets(period, start, end)]
