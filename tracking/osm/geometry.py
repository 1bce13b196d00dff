"""Cutting and thinning lines and rings, in metres around the centre of a base (x to the east, y to the north)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

METRES_PER_DEGREE = 111_320.0
DIGITS = 5  # of a degree: about a metre

Point = tuple[float, float]
Line = list[Point]


@dataclass(frozen=True)
class Frame:
    """The square around a base's area: its centre (degrees WGS 84) and half of its side in metres."""

    latitude: float
    longitude: float
    reach: float

    @property
    def shrink(self) -> float:
        """Return how much shorter a degree of longitude is than one of latitude."""
        return max(math.cos(math.radians(self.latitude)), 0.01)

    def metres(self, longitude: float, latitude: float) -> Point:
        east = (longitude - self.longitude + 180) % 360 - 180
        return east * METRES_PER_DEGREE * self.shrink, (latitude - self.latitude) * METRES_PER_DEGREE

    def degrees(self, point: Point) -> tuple[float, float]:
        """Return the point as GeoJSON wants it: longitude, latitude."""
        x, y = point
        return (
            round(self.longitude + x / METRES_PER_DEGREE / self.shrink, DIGITS),
            round(self.latitude + y / METRES_PER_DEGREE, DIGITS),
        )

    def holds(self, point: Point) -> bool:
        return max(abs(point[0]), abs(point[1])) <= self.reach


def touches(points: Sequence[Point], reach: float) -> bool:
    """Return whether the box around the points meets the square of that reach."""
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    return min(xs) <= reach and max(xs) >= -reach and min(ys) <= reach and max(ys) >= -reach


def cut_line(line: Line, reach: float) -> list[Line]:
    """Return the parts of the line inside the square, each ending on its edge (Liang and Barsky 1984)."""
    parts: list[Line] = []
    for a, b in pairwise(line):
        inside = _inside(a, b, reach)
        if inside is None:
            continue
        start, end = inside
        if parts and parts[-1][-1] == start:
            parts[-1].append(end)
        else:
            parts.append([start, end])
    return [part for part in parts if any(point != part[0] for point in part)]


def _inside(a: Point, b: Point, reach: float) -> tuple[Point, Point] | None:
    """Return the part of the segment inside the square; whole ends stay exactly what they were."""
    first, last = 0.0, 1.0
    for axis in (0, 1):
        step = b[axis] - a[axis]
        for room, towards in ((a[axis] + reach, -step), (reach - a[axis], step)):
            if towards == 0:
                if room < 0:
                    return None
            elif towards < 0:
                first = max(first, room / towards)
            else:
                last = min(last, room / towards)
    if first > last:
        return None
    return (a if first == 0 else _between(a, b, first)), (b if last == 1 else _between(a, b, last))


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def cut_ring(ring: Line, reach: float) -> Line:
    """Return the closed ring inside the square (Sutherland and Hodgman 1974), empty when nothing is; not closed again.

    A ring that leaves and comes back runs along the edge meanwhile, which a filled shape does not show.
    """
    points = ring[:-1] if ring and ring[0] == ring[-1] else ring
    for axis, side in ((0, 1), (0, -1), (1, 1), (1, -1)):
        kept: Line = []
        for previous, point in zip([*points[-1:], *points], points, strict=False):
            before, now = reach - side * previous[axis], reach - side * point[axis]
            if (before < 0) != (now < 0):
                kept.append(_between(previous, point, before / (before - now)))
            if now >= 0:
                kept.append(point)
        points = kept
    return points


def area(ring: Sequence[Point]) -> float:
    """Return the ring's area in square metres: above zero when it runs counter-clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], *ring[:1]], strict=True)) / 2


def holds(ring: Sequence[Point], point: Point) -> bool:
    """Return whether the point lies inside the ring."""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            inside = not inside
    return inside


def thin(line: Line, tolerance: float) -> Line:
    """Return the line without points that lie nearer to it than the tolerance in metres (Douglas and Peucker 1973)."""
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        farthest, distance = 0, tolerance
        for at in range(first + 1, last):
            here = _distance(line[at], line[first], line[last])
            if here > distance:
                farthest, distance = at, here
        if farthest:
            keep.add(farthest)
            spans += [(first, farthest), (farthest, last)]
    return [line[at] for at in sorted(keep)]


def thin_ring(ring: Line, tolerance: float) -> Line:
    """Return the ring with fewer points, empty when nothing is left of it."""
    if len(ring) < 3:
        return []
    opposite = max(range(len(ring)), key=lambda at: math.dist(ring[at], ring[0]))
    halves = thin(ring[: opposite + 1], tolerance)[:-1], thin([*ring[opposite:], ring[0]], tolerance)[:-1]
    thinned = [*halves[0], *halves[1]]
    return thinned if len(thinned) >= 3 else []


def _distance(point: Point, a: Point, b: Point) -> float:
    """Return the distance in metres from the point to the segment."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    share = 0.0 if not length else ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length
    share = min(1.0, max(0.0, share))
    return math.hypot(point[0] - a[0] - share * dx, point[1] - a[1] - share * dy)


def joined(lines: Iterable[Line]) -> list[Line]:
    """Return the lines, in their own direction, with each that begins where another ends put behind it."""
    after = {line[0]: line for line in lines}
    ends = {line[-1] for line in after.values()}
    chains: list[Line] = []
    starts = [start for start in after if start not in ends]
    while after:
        start = starts.pop() if starts else next(iter(after))
        chain = list(after.pop(start))
        while following := after.pop(chain[-1], None):
            chain += following[1:]
        chains.append(chain)
    return chains
