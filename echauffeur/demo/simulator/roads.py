"""The streets of the drawn map, as cars drive along them."""

import heapq
import math
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tracking.packing import unpacked

Point = tuple[float, float]  # latitude, longitude

METRES_PER_DEGREE = 111_320.0
METRES_PER_SECOND = {"main": 12.5, "street": 8.5}


def metres(a: Point, b: Point) -> float:
    """Return the distance of two near points: on a town's scale the Earth is flat."""
    north = (b[0] - a[0]) * METRES_PER_DEGREE
    east = (b[1] - a[1]) * METRES_PER_DEGREE * math.cos(math.radians(a[0]))
    return math.hypot(north, east)


def heading(a: Point, b: Point) -> int:
    """Return the direction from a to b in degrees from north, clockwise."""
    east = (b[1] - a[1]) * math.cos(math.radians(a[0]))
    return round(math.degrees(math.atan2(east, b[0] - a[0]))) % 360


@dataclass
class Leg:
    """A straight piece of way: where to, how long it takes at ordinary speed (seconds)."""

    start: Point
    end: Point
    seconds: float


@dataclass
class Trip:
    """A way that a car drives, and how far it has come."""

    legs: list[Leg]
    driven: float = 0.0

    @property
    def seconds(self) -> float:
        return sum(leg.seconds for leg in self.legs)

    @property
    def is_over(self) -> bool:
        return self.driven >= self.seconds

    def advance(self, seconds: float) -> tuple[Point, int]:
        """Drive on for so long, and return where the car is then and where it heads."""
        self.driven = min(self.driven + seconds, self.seconds)
        left = self.driven
        for leg in self.legs:
            if left <= leg.seconds:
                part = left / leg.seconds if leg.seconds else 1.0
                return _between(leg.start, leg.end, part), heading(leg.start, leg.end)
            left -= leg.seconds
        last = self.legs[-1]
        return last.end, heading(last.start, last.end)


@dataclass
class Roads:
    """What can be driven, from point to point: neighbours with the seconds that it takes."""

    neighbours: dict[Point, dict[Point, float]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of_map(cls, geojson: dict[str, Any]) -> "Roads":
        """Return the roads of a base's map; footpaths are not for cars."""
        roads = cls()
        for feature in unpacked(geojson["features"]):
            speed = METRES_PER_SECOND.get(feature["properties"].get("class", ""))
            if feature["properties"]["layer"] != "road" or speed is None:
                continue
            geometry = feature["geometry"]
            lines = [geometry["coordinates"]] if geometry["type"] == "LineString" else geometry["coordinates"]
            for line in lines:
                points = [(latitude, longitude) for longitude, latitude in line]
                for a, b in pairwise(points):
                    roads.neighbours[a][b] = roads.neighbours[b][a] = metres(a, b) / speed
        return roads

    def nearest(self, point: Point) -> Point:
        """Return the crossing nearest to the point."""
        return min(self.neighbours, key=lambda other: metres(point, other), default=point)

    def trip(self, start: Point, end: Point) -> Trip:
        """Return the quickest way by road (Dijkstra 1959), and across country to it and from it."""
        first, last = self.nearest(start), self.nearest(end)
        before: dict[Point, Point] = {}
        best, ahead = {first: 0.0}, [(0.0, first)]
        while ahead:
            seconds, point = heapq.heappop(ahead)
            if point == last:
                break
            if seconds > best[point]:
                continue
            for following, takes in self.neighbours[point].items():
                if seconds + takes < best.get(following, math.inf):
                    best[following], before[following] = seconds + takes, point
                    heapq.heappush(ahead, (seconds + takes, following))
        way = [last]
        while way[-1] in before:
            way.append(before[way[-1]])
        points = [start, *reversed(way), end] if way[-1] == first else [start, end]
        return Trip([self._leg(a, b) for a, b in pairwise(points) if a != b] or [Leg(start, end, 0.0)])

    def _leg(self, a: Point, b: Point) -> Leg:
        takes = self.neighbours[a].get(b) if a in self.neighbours else None
        return Leg(a, b, metres(a, b) / METRES_PER_SECOND["street"] if takes is None else takes)


def _between(a: Point, b: Point, part: float) -> Point:
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
