"""Reckoning with periods: pairs of moments, the first included, the second not."""

from collections.abc import Iterable
from datetime import datetime

Period = tuple[datetime, datetime]


def overlap(one: Period, other: Period) -> Period | None:
    """Return what the two have in common, if anything."""
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def without(whole: Period, gaps: Iterable[Period]) -> list[Period]:
    """Return what is left of a period without the others, which may overlap; in order."""
    left, start = [], whole[0]
    for gap in sorted(gaps):
        if start < gap[0] and start < whole[1]:
            left.append((start, min(gap[0], whole[1])))
        start = max(start, gap[1])
    return [*left, (start, whole[1])] if start < whole[1] else left
