"""Travel times without a road graph: straight distance × winding factor ÷ mean speed. Pages say "estimated"."""

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
    return float(geodesic((a.latitude, a.longitude), (b.latitude, b.longitude)).meters)


def estimated_seconds(base: Base, a: Point, b: Point) -> int:
    """Return the estimated driving time in seconds, by the base's own winding factor and mean speed."""
    return round(straight_metres(a, b) * base.winding_factor / (base.mean_speed_kmh / 3.6))
