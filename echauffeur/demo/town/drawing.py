"""A whole drawn town: its map as GeoJSON features, and the spots on its streets where places can lie."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from echauffeur.demo.town.blocks import Ring, fill
from echauffeur.demo.town.streets import COLUMNS, ROWS, Cell, Fence, Grid, Streets, lay_streets
from echauffeur.demo.town.terrain import Point, Terrain, make_terrain

METRES_PER_DEGREE = 111_320.0
Feature = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What kind of town to draw around a point (degrees WGS 84). ``sea`` names the side it lies on, if any."""

    code: str
    latitude: float
    longitude: float
    sea: str = ""
    river: bool = False
    runway: bool = False
    streets: tuple[str, ...] = ()


@dataclass
class Town:
    """The features of the map, and free spots by zone (gate, base, quay, town, edge), as (latitude, longitude)."""

    features: list[Feature] = field(default_factory=list)
    spots: dict[str, list[tuple[float, float]]] = field(default_factory=dict)


class Projection:
    """From metres around the centre to degrees, turned so that the sea lies on its side."""

    TURNS = {"": 0, "south": 0, "east": 1, "north": 2, "west": 3}

    def __init__(self, plan: Plan):
        self.plan = plan
        self.turns = self.TURNS[plan.sea]
        self.shrink = math.cos(math.radians(plan.latitude))

    def degrees(self, point: Point) -> tuple[float, float]:
        """Return (latitude, longitude)."""
        x, y = point
        for _ in range(self.turns):
            x, y = -y, x
        return (
            round(self.plan.latitude + y / METRES_PER_DEGREE, 6),
            round(self.plan.longitude + x / METRES_PER_DEGREE / self.shrink, 6),
        )

    def line(self, points: Iterable[Point], digits: int = 6) -> list[list[float]]:
        """Return the points as GeoJSON wants them: [longitude, latitude]."""
        pairs = (self.degrees(point) for point in points)
        return [[round(longitude, digits), round(latitude, digits)] for latitude, longitude in pairs]

    def rings(self, rings: Iterable[Ring]) -> list[list[list[list[float]]]]:
        return [[self.line([*ring, ring[0]], digits=5)] for ring in rings]


def draw(plan: Plan) -> Town:
    """Return the town of this plan: the same plan always gives the same town."""
    random = Random(f"town of {plan.code}")
    terrain = make_terrain(random, sea=bool(plan.sea), river=plan.river)
    grid = Grid(random)
    fence = Fence(6.5, 15.5, 2.5 if plan.sea else 4.5, 9.5 if plan.sea else 12.5)
    gates = _gates(fence)
    airfield = [(-700.0, 420.0), (1500.0, 420.0), (1500.0, 980.0), (-700.0, 980.0)] if plan.runway else None
    streets = lay_streets(random, grid, terrain, fence=fence, gates=gates, names=list(plan.streets))
    if airfield:
        _clear(streets, airfield)
    buildings, greens, paths = fill(random, grid, terrain, fence, airfield)
    to = Projection(plan)
    outline = [grid.at(*cell) for cell in fence.outline()]
    if airfield:
        greens.append(airfield)
        buildings.append(_runway(airfield))
    town = Town()
    town.features += [
        _feature("area", "Polygon", [to.line([*outline, outline[0]], digits=5)]),
        _feature("water", "MultiPolygon", to.rings(terrain.water())),
        _feature("green", "MultiPolygon", to.rings(greens)),
        _feature("building", "MultiPolygon", to.rings([*buildings, *_breakwaters(terrain)])),
    ]
    town.features += [
        _feature("road", "LineString", to.line(way), **{"class": kind, "name": name})
        for way, kind, name in streets.ways()
    ]
    town.features += [_feature("road", "LineString", to.line(path), **{"class": "path"}) for path in paths]
    spots = _spots(streets, grid, terrain, fence, gates)
    town.spots = {zone: [to.degrees(point) for point in points] for zone, points in spots.items()}
    return town


def _feature(layer: str, kind: str, coordinates: list[Any], **properties: str) -> Feature:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"layer": layer, **properties}, "geometry": geometry}


def _gates(fence: Fence) -> list[tuple[Cell, Cell]]:
    """Return the streets that lead through the fence: two in the north, then west, then east."""
    north, east, west = fence.north, fence.east, fence.west
    return [
        ((10, north - 0.5), (10, north + 0.5)),
        ((14, north - 0.5), (14, north + 0.5)),
        ((west - 0.5, 7), (west + 0.5, 7)),
        ((east - 0.5, 8), (east + 0.5, 8)),
    ]


def _clear(streets: Streets, ground: Ring) -> None:
    """Take up the streets on this rectangle."""
    (west, south), (east, north) = ground[0], ground[2]
    streets.edges = {
        edge: kind
        for edge, kind in streets.edges.items()
        if not any(west < x < east and south < y < north for x, y in edge)
    }
    streets.drop_islands()


def _runway(airfield: Ring) -> Ring:
    (west, south), (east, north) = airfield[0], airfield[2]
    middle = (south + north) / 2
    return [(west + 60, middle - 22), (east - 60, middle - 22), (east - 60, middle + 22), (west + 60, middle + 22)]


def _breakwaters(terrain: Terrain) -> list[Ring]:
    """Return the two arms that shelter the harbour, with an entrance between them."""
    if terrain.coast_y is None:
        return []
    y = terrain.coast_y - 640
    arms = [(-1250, -140), (60, 1150)]
    rings: list[Ring] = []
    for west, east in arms:
        crest = [(x, y + 90 * math.cos(x / 900)) for x in map(float, range(west, east + 1, 70))]
        rings.append(crest + [(x, top - 20) for x, top in reversed(crest)])
    return rings


def _spots(
    streets: Streets, grid: Grid, terrain: Terrain, fence: Fence, gates: list[tuple[Cell, Cell]]
) -> dict[str, list[Point]]:
    """Return by zone the points on streets where places may lie, the most spread ones first."""
    used = streets.points()
    cells = [(c / 2, r / 2) for c in range(2 * COLUMNS + 1) for r in range(2 * ROWS + 1)]
    on_street = {cell: point for cell in cells if (point := tuple(round(n, 1) for n in grid.at(*cell))) in used}
    doors = [on_street.get(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)) for a, b in gates]
    piers = [tuple(round(n, 1) for n in pier.axis(pier.length - 22, terrain.coast(pier.x))) for pier in terrain.piers]
    zones = {
        "base": [point for cell, point in on_street.items() if fence.holds(cell)],
        "town": [point for cell, point in on_street.items() if not fence.holds(cell) and math.hypot(*point) < 1050],
        "edge": [(x, y) for x, y in on_street.values() if abs(x) < 850 and 1000 < y < 1350],
    }
    taken = [door for door in doors if door] + [pier for pier in piers if pier in used]
    spots: dict[str, list[Point]] = {"gate": [d for d in doors if d], "quay": [p for p in piers if p in used]}
    for zone, points in zones.items():
        spots[zone] = _spread(points, taken, count=12)
        taken += spots[zone]
    return spots


def _spread(points: list[Point], taken: list[Point], count: int) -> list[Point]:
    """Return that many of the points, each as far as can be from those chosen before."""
    chosen: list[Point] = []
    free = sorted(points)
    while free and len(chosen) < count:
        best = max(free, key=lambda point: min((math.dist(point, other) for other in [*taken, *chosen]), default=0.0))
        chosen.append(best)
        free.remove(best)
    return chosen
