"""Lines of GeoJSON as small numbers: each point as its steps from the one before, in units of 1e-5 degrees.

A map is nearly all coordinates, and neighbours share most of their digits: so it travels in half the bytes, compressed.
``static/js/map/packing.js`` is the other half.
"""

from typing import Any

UNITS = 100_000  # to a degree: a unit is about a metre

Feature = dict[str, Any]


def packed(features: list[Feature]) -> list[Feature]:
    """Return the features with ``packed`` in place of the ``coordinates`` of each geometry that has lines.

    A line or ring of n points becomes 2n whole numbers, longitude first; the first point steps from the last one of
    the line before it in the geometry, and at the very beginning from 0, 0.
    """
    return [_changed(feature, "coordinates", "packed", _Pen().steps) for feature in features]


def unpacked(features: list[Feature]) -> list[Feature]:
    """Return the features with ``coordinates`` again, rounded to a unit."""
    return [_changed(feature, "packed", "coordinates", _Pen().points) for feature in features]


def _changed(feature: Feature, name: str, other: str, change: Any) -> Feature:
    geometry = feature["geometry"]
    if geometry["type"] == "Point" or name not in geometry:
        return feature
    return {**feature, "geometry": {"type": geometry["type"], other: change(geometry[name])}}


class _Pen:
    """Walks over a geometry's points in order, and knows where it stands."""

    def __init__(self) -> None:
        self.x = self.y = 0

    def steps(self, part: Any) -> Any:
        if not part or not isinstance(part[0][0], float | int):
            return [self.steps(inner) for inner in part]
        steps: list[int] = []
        for longitude, latitude in part:
            x, y = round(longitude * UNITS), round(latitude * UNITS)
            steps += x - self.x, y - self.y
            self.x, self.y = x, y
        return steps

    def points(self, part: Any) -> Any:
        if not part or not isinstance(part[0], int):
            return [self.points(inner) for inner in part]
        points = []
        for at in range(0, len(part), 2):
            self.x, self.y = self.x + part[at], self.y + part[at + 1]
            points.append((self.x / UNITS, self.y / UNITS))
        return points
