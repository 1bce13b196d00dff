"""What a map page gets: GeoJSON features of what was cut, with as much detail as its budget takes."""

import gzip
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import orjson

from tracking.osm.geometry import Frame, Line, area, thin, thin_ring
from tracking.osm.kinds import Far, Kind
from tracking.osm.reading import FINE_METRES, Cut, Shape
from tracking.packing import packed

Feature = dict[str, Any]
Group = list[Any]

# As it travels, compressed: with 160 kB of page and scripts the whole live map stays under 350 kB.
BUDGET_BYTES = 170_000
# Shares of the radius within which all is drawn, from everything down to next to nothing.
SHARES = (1.0, 0.8, 0.6, 0.45, 0.33, 0.25, 0.18, 0.12, 0.08, 0.05, 0.0)
MIDDLE = 2.5  # as far as this times the finest radius, streets are drawn
# By zone, near, middle and beyond: metres that a line may be off, and the smallest area in square metres.
TOLERANCE = (1.5, 4.0, 20.0)
SMALLEST = (15.0, 1_500.0, 40_000.0)


@dataclass(frozen=True)
class Drawing:
    """The features, their size in bytes as they travel, and how far from the centre (metres) all is drawn."""

    features: list[Feature]
    size: int
    fine_metres: float


def draw(cut: Cut, frame: Frame, *, budget: int = BUDGET_BYTES) -> Drawing:
    """Return the most detailed drawing that stays within the budget; the plainest one where none does."""
    widest = min(frame.reach * math.sqrt(2), FINE_METRES)
    drawing = Drawing([], 0, 0)
    for share in SHARES:
        features = features_of(cut.shapes, frame, fine=widest * share)
        drawing = Drawing(features, size_of(features), min(widest * share, frame.reach))
        if drawing.size <= budget:
            return drawing
    for coarse in (2, 4, 8):
        features = features_of(cut.shapes, frame, fine=0, coarse=coarse)
        drawing = Drawing(features, size_of(features), 0)
        if drawing.size <= budget:
            break
    return drawing


def size_of(features: list[Feature]) -> int:
    """Return how many bytes the features are, compressed as the map's answer is."""
    return len(gzip.compress(orjson.dumps(packed(features)), 6))


def features_of(shapes: list[Shape], frame: Frame, *, fine: float, coarse: float = 1.0) -> list[Feature]:
    """Return one feature for all shapes of a kind, in the order of their layers; all within ``fine`` metres."""
    groups: dict[Kind, Group] = defaultdict(list)
    features: list[Feature] = []
    for shape in shapes:
        zone = _zone(shape, fine)
        if shape.kind.far < zone:
            continue
        coordinates = _coordinates(shape, frame, zone, coarse)
        if coordinates and shape.label:
            features.append(_feature(shape.kind, "Point", coordinates, name=shape.label))
        elif coordinates:
            groups[shape.kind].append(coordinates)
    return [_feature(kind, _geometry(kind), groups[kind]) for kind in sorted(groups)] + features


def _zone(shape: Shape, fine: float) -> Far:
    """Return in which zone the shape lies with its nearest point."""
    nearest = min(math.hypot(x, y) for x, y in shape.parts[0])
    if nearest <= fine:
        return Far.NEAR
    return Far.MIDDLE if nearest <= fine * MIDDLE else Far.EVERYWHERE


def _coordinates(shape: Shape, frame: Frame, zone: Far, coarse: float) -> Any:
    """Return the shape's coordinates, thinned as its zone allows; nothing when it is too small there."""
    tolerance, smallest = TOLERANCE[zone] * coarse, SMALLEST[zone] * coarse**2
    geometry = _geometry(shape.kind)
    if geometry == "MultiPoint":
        return frame.degrees(shape.parts[0][0])
    if geometry == "MultiLineString":
        return _degrees(thin(shape.parts[0], tolerance), frame)
    if abs(area(shape.parts[0])) < smallest:
        return []
    rings = [thin_ring(ring, tolerance) for ring in shape.parts if abs(area(ring)) >= smallest]
    if not rings or not rings[0]:
        return []
    # Outer rings counter-clockwise and holes clockwise (RFC 7946): filled by winding, overlaps stay filled.
    turned = [ring if (area(ring) > 0) == (at == 0) else ring[::-1] for at, ring in enumerate(rings) if ring]
    return [[*points, points[0]] for ring in turned if len(points := _degrees(ring, frame)) >= 3]


def _degrees(line: Line, frame: Frame) -> list[tuple[float, float]]:
    """Return the line in degrees, without the points that rounding put on the one before."""
    points = [frame.degrees(point) for point in line]
    return [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]


def _geometry(kind: Kind) -> str:
    if kind.layer in ("barrier", "locality"):
        return "MultiPoint"
    return "MultiLineString" if kind.layer in ("road", "stream", "fence") else "MultiPolygon"


def _feature(kind: Kind, geometry: str, coordinates: Any, **more: str) -> Feature:
    properties = {"layer": kind.layer, **({"class": kind.name} if kind.name else {}), **more}
    return {"type": "Feature", "properties": properties, "geometry": {"type": geometry, "coordinates": coordinates}}
