"""The sea: OpenStreetMap knows its shore alone, as lines with the land on their left."""

from tracking.osm.geometry import Line, Point, area, cut_line, holds, joined

EDGE = 0.01  # metres


class BrokenCoast(Exception):
    """The shore ends in the middle of the map, so that nobody can say where the sea is."""


def seas(shores: list[Line], reach: float) -> list[list[Line]]:
    """Return the sea inside the square as polygons: a ring around it, then those of the islands in it.

    ``shores``: whole coastlines in metres, in the direction of the map's makers. Raises BrokenCoast.
    """
    chains = joined(shores)
    rings = [chain[:-1] for chain in chains if chain[0] == chain[-1] and _is_inside(chain, reach)]
    crossing = [part for chain in chains if chain[0] != chain[-1] or not _is_inside(chain, reach)
                for part in joined(cut_line(chain, reach))]  # fmt: skip
    if any(not _on_edge(end, reach) for part in crossing for end in (part[0], part[-1])):
        raise BrokenCoast
    if not crossing and not rings:
        return []
    waters = _closed(crossing, reach)
    islands = [ring for ring in rings if area(ring) > 0]
    if not waters and islands:
        waters = [[(-reach, -reach), (-reach, reach), (reach, reach), (reach, -reach)]]
    return [[water, *(island for island in islands if holds(water, island[0]))] for water in waters]


def _closed(parts: list[Line], reach: float) -> list[Line]:
    """Return the rings that the parts make with the square's edge, walked clockwise: the sea is on the right."""
    waiting = {_place(part[0], reach): part for part in parts}
    rings: list[Line] = []
    while waiting:
        start, part = next(iter(waiting.items()))
        ring: Line = []
        while True:
            ring += waiting.pop(_place(part[0], reach))
            at = _place(part[-1], reach)
            _way, onward = min(((place - at) % 8, place) for place in [start, *waiting])
            ring += _corners(at, onward, reach)
            if onward == start:
                break
            part = waiting[onward]
        rings.append(ring)
    return rings


def _corners(place: float, onward: float, reach: float) -> Line:
    """Return the corners that are passed on the way clockwise from one place on the edge to another."""
    way = (onward - place) % 8
    passed = [corner for corner in (1, 3, 5, 7) if (corner - place) % 8 < way]
    at = {1: (reach, reach), 3: (reach, -reach), 5: (-reach, -reach), 7: (-reach, reach)}
    return [at[corner] for corner in sorted(passed, key=lambda corner: (corner - place) % 8)]


def _place(point: Point, reach: float) -> float:
    """Return where on the edge the point lies: clockwise from the middle of the north, each side two long."""
    x, y = point[0] / reach, point[1] / reach
    if abs(y) >= abs(x):
        return x % 8 if y > 0 else 4 - x
    return 2 - y if x > 0 else 6 + y


def _on_edge(point: Point, reach: float) -> bool:
    return abs(max(abs(point[0]), abs(point[1])) - reach) < EDGE


def _is_inside(line: Line, reach: float) -> bool:
    return all(max(abs(x), abs(y)) < reach for x, y in line)
