"""Periods of the database as the rules compare them: begin included, end excluded; no end: nobody knows it yet."""

from collections.abc import Iterable
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange


def meets(period: DateTimeTZRange, start: datetime, end: datetime) -> bool:
    """Return whether the period takes part of the time from start to end, or holds it where that is one moment."""
    begins_before = period.lower < end or period.lower <= start == end
    return bool(begins_before and (period.upper is None or start < period.upper))


def meeting(periods: Iterable[DateTimeTZRange], start: datetime, end: datetime) -> list[DateTimeTZRange]:
    """Return those of the periods that take part of the time."""
    return [period for period in periods if meets(period, start, end)]
