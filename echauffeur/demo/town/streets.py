"""The streets of a drawn town: a grid bent like an old town's, with a fenced base that only gates lead into."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from echauffeur.demo.town.terrain import Point, Terrain

COLUMNS, ROWS = 22, 18
MAIN_EVERY = 4
LONGEST_BRIDGE = 380.0
KEEP_DISTANCE = 14.0  # metres between a street and the water
SHORE_ROAD = 34.0  # metres from the water to the road along it

Cell = tuple[float, float]


class Grid:
    """Bends a grid of streets: whole numbers (column, row) are crossings, halves the middles of streets."""

    def __init__(self, random: Random):
        self.columns = _lines(random, COLUMNS)
        self.rows = _lines(random, ROWS)
        self.turn = random.uniform(-0.16, 0.16)
        self.edge_phase = random.uniform(0, 6.28)
        self.waves = [(random.uniform(45, 80), random.uniform(270, 520), random.uniform(0, 6.28)) for _ in range(4)]

    def at(self, column: float, row: float) -> Point:
        """Return the point of the grid in metres."""
        u, v = _between(self.columns, column), _between(self.rows, row)
        (a, la, pa), (b, lb, pb), (c, lc, pc), (d, ld, pd) = self.waves
        x = u + a * math.sin(v / la + pa) + b * math.sin((u + v) / lb + pb)
        y = v + c * math.sin(u / lc + pc) + d * math.sin((u - v) / ld + pd)
        return x * math.cos(self.turn) - y * math.sin(self.turn), x * math.sin(self.turn) + y * math.cos(self.turn)

    def is_built_up(self, point: Point) -> bool:
        """Return whether the town reaches this far: its edge is uneven."""
        angle = math.atan2(point[1], point[0])
        uneven = 0.09 * math.sin(3 * angle + self.edge_phase) + 0.06 * math.sin(7 * angle - self.edge_phase)
        return math.hypot(point[0] / 1720, point[1] / 1430) < 1 + uneven


@dataclass(frozen=True)
class Fence:
    """The base's ground, in grid numbers that end in a half: its fence crosses streets in their middles."""

    west: float
    east: float
    south: float
    north: float

    def holds(self, cell: Cell) -> bool:
        return self.west < cell[0] < self.east and self.south < cell[1] < self.north

    def touches_block(self, column: int, row: int) -> bool:
        """Return whether the fence runs through the block north-east of that crossing."""
        inside = [self.holds((c, r)) for c in (column, column + 1) for r in (row, row + 1)]
        return any(inside) and not all(inside)

    def outline(self) -> Iterator[Cell]:
        yield from ((c, self.south) for c in _steps(self.west, self.east))
        yield from ((self.east, r) for r in _steps(self.south, self.north))
        yield from ((c, self.north) for c in _steps(self.east, self.west))
        yield from ((self.west, r) for r in _steps(self.north, self.south))


@dataclass
class Streets:
    """Edges between points, each with its class (main, street) and name."""

    edges: dict[tuple[Point, Point], tuple[str, str]] = field(default_factory=dict)

    def add(self, way: Iterable[Point], kind: str, name: str) -> None:
        for a, b in pairwise(way):
            if a != b and (b, a) not in self.edges:
                self.edges[a, b] = (kind, name)

    def points(self) -> set[Point]:
        return {point for edge in self.edges for point in edge}

    def neighbours(self) -> dict[Point, list[Point]]:
        found: dict[Point, list[Point]] = defaultdict(list)
        for a, b in self.edges:
            found[a].append(b)
            found[b].append(a)
        return found

    def drop_islands(self) -> None:
        """Keep the greatest connected part alone: from everywhere one can drive everywhere."""
        neighbours, greatest, seen = self.neighbours(), set[Point](), set[Point]()
        for start in sorted(neighbours):
            if start in seen:
                continue
            part, ahead = {start}, [start]
            while ahead:
                fresh = [n for n in neighbours[ahead.pop()] if n not in part]
                part.update(fresh)
                ahead.extend(fresh)
            seen |= part
            greatest = max(greatest, part, key=len)
        self.edges = {edge: kind for edge, kind in self.edges.items() if edge[0] in greatest}

    def ways(self) -> Iterator[tuple[list[Point], str, str]]:
        """Yield the edges joined to lines: those of one class and name that follow each other."""
        way: list[Point] = []
        last: tuple[str, str] | None = None
        for (a, b), kind in self.edges.items():
            if kind == last and way[-1] == a:
                way.append(b)
                continue
            if last:
                yield way, *last
            way, last = [a, b], kind
        if last:
            yield way, *last


def lay_streets(
    random: Random, grid: Grid, terrain: Terrain, *, fence: Fence, gates: list[tuple[Cell, Cell]], names: list[str]
) -> Streets:
    """Return the streets of the town: no edge through water but bridges, none through the fence but gates."""
    streets = Streets()
    opened = {frozenset(gate) for gate in gates}
    for line, cells in _grid_lines():
        is_main = line % MAIN_EVERY == 2
        name = names[random.randrange(len(names))]
        for a, b in pairwise(cells):
            through_fence = fence.holds(a) != fence.holds(b)
            if through_fence and frozenset((a, b)) not in opened:
                continue
            if not through_fence and not is_main and random.random() < 0.13:
                continue
            halves = [grid.at(*a), grid.at((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), grid.at(*b)]
            if not (is_main or (grid.is_built_up(halves[0]) and grid.is_built_up(halves[2]))):
                continue
            if _buildable(halves, terrain, bridges=is_main):
                streets.add([_rounded(p) for p in halves], "main" if is_main and not fence.holds(a) else "street", name)
    if terrain.coast_y is not None:
        _lay_shore_road(streets, terrain)
    _lay_bridges(streets, grid, terrain, fence)
    _lay_country_roads(streets, grid, terrain)
    streets.drop_islands()
    return streets


def _grid_lines() -> Iterator[tuple[int, list[Cell]]]:
    for row in range(ROWS + 1):
        yield row, [(column, row) for column in range(COLUMNS + 1)]
    for column in range(COLUMNS + 1):
        yield column, [(column, row) for row in range(ROWS + 1)]


def _buildable(halves: list[Point], terrain: Terrain, *, bridges: bool) -> bool:
    ends_dry = not any(terrain.is_water(point, KEEP_DISTANCE) for point in (halves[0], halves[-1]))
    return ends_dry and (bridges or not terrain.is_water(halves[1], KEEP_DISTANCE))


def _lay_shore_road(streets: Streets, terrain: Terrain) -> None:
    """Lay a road along the water, one onto every pier, and links from it to the nearest streets inland."""
    inland = sorted(streets.points())
    xs = sorted({float(x) for x in range(-1100, 1101, 55)} | {pier.x for pier in terrain.piers})
    shore = [_rounded((x, terrain.coast(x) + SHORE_ROAD)) for x in xs]
    for a, b in pairwise(shore):
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        if not any(terrain.is_water(point, 4) for point in (a, middle, b)):
            streets.add([a, b], "street", "Quai de la Rade")
    for number, pier in enumerate(terrain.piers, start=1):
        foot = terrain.coast(pier.x)
        way = [(pier.x, foot + SHORE_ROAD), pier.axis(pier.length / 2, foot), pier.axis(pier.length - 22, foot)]
        streets.add([_rounded(point) for point in way], "street", f"Môle {number}")
    used = streets.points()
    for point in shore[1::3]:
        nearest = min(inland, key=lambda other: math.dist(other, point))
        if point in used and 10 < math.dist(nearest, point) < 170 and nearest[1] > point[1]:
            streets.add([nearest, point], "street", "Rue du Bassin")


def _lay_bridges(streets: Streets, grid: Grid, terrain: Terrain, fence: Fence) -> None:
    """Carry the main roads from west to east over the river."""
    used = streets.points()
    for row in range(2, ROWS + 1, MAIN_EVERY):
        cells = [(half / 2, row) for half in range(2 * COLUMNS + 1)]
        reached = [cell for cell in cells if _rounded(grid.at(*cell)) in used]
        for west, east in pairwise(reached):
            a, b = _rounded(grid.at(*west)), _rounded(grid.at(*east))
            over_water = terrain.is_water(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))
            if over_water and math.dist(a, b) < LONGEST_BRIDGE and fence.holds(west) == fence.holds(east):
                streets.add([a, b], "main", "Pont tournant")


def _lay_country_roads(streets: Streets, grid: Grid, terrain: Terrain) -> None:
    """Let the main roads run on into the country."""
    mains = [n for n in range(max(COLUMNS, ROWS)) if n % MAIN_EVERY == 2]
    ends = [((0, n), (-1, 0)) for n in mains if n <= ROWS] + [((COLUMNS, n), (1, 0)) for n in mains if n <= ROWS]
    ends += [((n, ROWS), (0, 1)) for n in mains if n <= COLUMNS] + [((n, 0), (0, -1)) for n in mains if n <= COLUMNS]
    for (column, row), (east, north) in ends:
        x, y = grid.at(column, row)
        steps = range(0, 3600, 300)
        way = [
            (x + east * s + 90 * north * math.sin(s / 700), y + north * s + 90 * east * math.sin(s / 700))
            for s in steps
        ]
        if not any(terrain.is_water(point, KEEP_DISTANCE) for point in way):
            streets.add([_rounded(point) for point in way], "main", "Route départementale")


def _lines(random: Random, count: int) -> list[float]:
    """Return where the lines of one direction lie: unevenly spaced, the middle one at 0."""
    at, places = 0.0, [0.0]
    for _ in range(count):
        at += random.uniform(132, 190)
        places.append(at)
    middle = places[count // 2]
    return [place - middle for place in places]


def _between(lines: list[float], number: float) -> float:
    whole = min(max(math.floor(number), 0), len(lines) - 2)
    return lines[whole] + (number - whole) * (lines[whole + 1] - lines[whole])


def _steps(start: float, end: float) -> Iterator[float]:
    count = round(abs(end - start) * 2)
    yield from (start + (end - start) * i / count for i in range(count))


def _rounded(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)
