"""Whether a car has reached where it is expected, as far as its positions say: geometry and time, and nothing else.

It is there when it stands within the place's radius for a while; it has left when it is surely well outside. Both take
more than one position, and each position counts at its own time. Plain Python: no clock, no database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from echauffeur.common.distances import metres_between

# So long a car stands before it has arrived rather than slowed down.
DWELL = timedelta(seconds=20)
# Whoever has left is this many radii away: at the edge of the place a car is neither here nor gone.
LEFT_BEYOND = 1.5
# One position alone may be astray.
AWAY_IN_A_ROW = 2
# How far a standing car's positions lie apart, beside their own errors (metres).
STANDS_WITHIN = 15.0
# A position that is vaguer than this, or than the place is wide, says nothing of where in it the car is (metres).
VAGUE_FROM = 50.0
# What a phone that does not say its accuracy is taken for (metres).
USUAL_ACCURACY = 20.0
# Where a car was before such a silence does not tell that it has stood there since.
SILENCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Spot:
    """Where a car is expected: WGS 84 degrees, and within how many metres it counts as there."""

    latitude: float
    longitude: float
    radius: float

    @property
    def point(self) -> tuple[float, float]:
        return self.latitude, self.longitude


@dataclass(frozen=True)
class Fix:
    """One position: WGS 84 degrees, and how many metres it may be off."""

    latitude: float
    longitude: float
    at: datetime
    accuracy: float = USUAL_ACCURACY

    @property
    def point(self) -> tuple[float, float]:
        return self.latitude, self.longitude


@dataclass(frozen=True)
class Dwell:
    """What the positions up to ``seen_at`` say of one car and one spot.

    ``anchor``: the first position of its standing still within the radius; None outside, then nothing else is set.
    ``away``: how many positions in a row lay surely outside. ``is_there``: it has arrived, and not left since.
    """

    anchor: Fix | None = None
    seen_at: datetime | None = None
    away: int = 0
    is_there: bool = False

    @property
    def since(self) -> datetime | None:
        """When it came to stand there, once it has arrived."""
        return self.anchor.at if self.anchor and self.is_there else None


OUTSIDE = Dwell()


def judge(dwell: Dwell, fixes: Iterable[Fix], spot: Spot) -> Dwell:
    """Return what is known after these further positions, which may come in any order."""
    for fix in sorted(fixes, key=lambda fix: fix.at):
        if dwell.seen_at is None or fix.at > dwell.seen_at:
            dwell = _after(dwell, fix, spot)
    return dwell


def _after(dwell: Dwell, fix: Fix, spot: Spot) -> Dwell:
    if fix.accuracy > min(spot.radius, VAGUE_FROM):
        return dwell
    metres = metres_between(fix.point, spot.point)
    if metres <= spot.radius:
        return _within(dwell, fix)
    if dwell.anchor is None:
        return dwell
    is_away = metres - fix.accuracy > LEFT_BEYOND * spot.radius
    away = dwell.away + 1 if is_away else 0
    return Dwell(dwell.anchor, fix.at, away, dwell.is_there) if away < AWAY_IN_A_ROW else OUTSIDE


def _within(dwell: Dwell, fix: Fix) -> Dwell:
    if dwell.is_there:
        return Dwell(dwell.anchor, fix.at, is_there=True)
    anchor = _anchor(dwell, fix)
    return Dwell(anchor, fix.at, is_there=fix.at - anchor.at >= DWELL)


def _anchor(dwell: Dwell, fix: Fix) -> Fix:
    """Return since which position the car has stood still, as far as one can tell; this one itself when it moves."""
    anchor, seen_at = dwell.anchor, dwell.seen_at
    if anchor is None or seen_at is None or fix.at - seen_at > SILENCE:
        return fix
    stands = metres_between(anchor.point, fix.point) <= STANDS_WITHIN + anchor.accuracy + fix.accuracy
    return anchor if stands else fix
