"""Travel times without a road graph: straight distance × winding factor ÷ mean speed. Pages say "estimated"."""

from functools import lru_cache
from typing import Protocol

from geopy.distance import geodesic

from echauffeur.bases.models import Base


class Point(Protocol):
    """Anything with a position in WGS 84 degrees."""

    @property
    def latitude(self) -> float: ...

    @property
    def longitude(self) -> float: ...


def straight_metres(a: Point, b: Point) -> float:
    """Return the geodesic distance in metres (WGS 84 ellipsoid, Karney 2013, through geopy)."""
    return _metres(a.latitude, a.longitude, b.latitude, b.longitude)


@lru_cache(maxsize=50_000)  # a base has few places, and every screen asks for the ways between them over and over
def _metres(a_latitude: float, a_longitude: float, b_latitude: float, b_longitude: float) -> float:
    return float(geodesic((a_latitude, a_longitude), (b_latitude, b_longitude)).meters)


def estimated_seconds(base: Base, a: Point, b: Point) -> int:
    """Return the estimated driving time in seconds, by the base's own winding factor and mean speed."""
    return round(straight_metres(a, b) * base.winding_factor / (base.mean_speed_kmh / 3.6))
