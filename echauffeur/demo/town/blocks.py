"""What stands between the streets: houses round courtyards, halls on the base, parks, woods."""

import math
from collections.abc import Iterator
from itertools import pairwise
from random import Random

from echauffeur.demo.town.streets import COLUMNS, ROWS, Fence, Grid
from echauffeur.demo.town.terrain import Point, Terrain

Ring = list[Point]
PAVEMENT = 15.0  # metres from the middle of a street to the houses


class Block:
    """The ground between four streets, addressed by fractions from its south-west corner."""

    def __init__(self, grid: Grid, column: int, row: int):
        corners = ((column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1))
        self.corners = [grid.at(*corner) for corner in corners]
        self.width = math.dist(self.corners[0], self.corners[1])
        self.height = math.dist(self.corners[1], self.corners[2])
        self.middle = self.at(0.5, 0.5)

    def at(self, s: float, t: float) -> Point:
        a, b, c, d = self.corners
        weights = ((1 - s) * (1 - t), s * (1 - t), s * t, (1 - s) * t)
        x, y = (sum(w * p[i] for w, p in zip(weights, (a, b, c, d), strict=True)) for i in (0, 1))
        return x, y

    def quad(self, west: float, south: float, east: float, north: float) -> Ring:
        return [self.at(west, south), self.at(east, south), self.at(east, north), self.at(west, north)]

    def inset(self, metres: float) -> tuple[float, float]:
        """Return the fractions of width and height that this many metres are."""
        return metres / self.width, metres / self.height

    def park(self) -> Ring:
        """Return the whole block as a lawn with rounded corners."""
        (s, t), (cs, ct) = self.inset(9), self.inset(24)
        corners = [(s, t + ct), (s + cs, t), (1 - s - cs, t), (1 - s, t + ct)]
        corners += [(1 - s, 1 - t - ct), (1 - s - cs, 1 - t), (s + cs, 1 - t), (s, 1 - t - ct)]
        return [self.at(*corner) for corner in corners]


def houses(block: Block, random: Random) -> Iterator[Ring]:
    """Yield houses along the four streets of the block, with a courtyard behind them."""
    (s, t), (ds, dt) = block.inset(PAVEMENT), block.inset(random.uniform(15, 21))
    for west, east in _plots(random, s, 1 - s, block.width):
        yield block.quad(west, t, east, t + dt)
        yield block.quad(1 - east, 1 - t - dt, 1 - west, 1 - t)
    gap_t = block.inset(7)[1]
    for south, north in _plots(random, t + dt + gap_t, 1 - t - dt - gap_t, block.height):
        yield block.quad(s, south, s + ds, north)
        yield block.quad(1 - s - ds, south, 1 - s, north)


def villas(block: Block, random: Random) -> Iterator[Ring]:
    """Yield small houses in gardens."""
    for i in range(1, 6):
        for t in (0.22, 0.74):
            if random.random() < 0.62:
                s, up = i / 6 + random.uniform(-0.03, 0.03), t + random.uniform(-0.05, 0.05)
                ds, dt = block.inset(random.uniform(5, 8))
                yield block.quad(s - ds, up - dt, s + ds, up + dt)


def halls(block: Block, random: Random) -> Iterator[Ring]:
    """Yield the few large buildings of a block of the base."""
    s, t = block.inset(24)
    style = random.choice(["long", "long", "comb", "pair"])
    if style == "long":
        for south in (t, 0.44, 0.72):
            yield block.quad(s, south, random.uniform(0.6, 1 - s), south + block.inset(random.uniform(14, 24))[1])
    elif style == "comb":
        ds = block.inset(17)[0]
        yield block.quad(s, t, 1 - s, t + block.inset(18)[1])
        for west in (s, 0.5 - ds / 2, 1 - s - ds):
            yield block.quad(west, t + block.inset(18)[1], west + ds, 1 - t)
    else:
        yield block.quad(s, t, 0.45, random.uniform(0.55, 1 - t))
        yield block.quad(0.55, random.uniform(t, 0.4), 1 - s, 1 - t)


def fill(
    random: Random, grid: Grid, terrain: Terrain, fence: Fence, airfield: Ring | None
) -> tuple[list[Ring], list[Ring], list[Ring]]:
    """Return the rings of buildings and of greens, and the lines of footpaths."""
    buildings: list[Ring] = []
    greens: list[Ring] = []
    paths: list[Ring] = []
    parks = {(random.randrange(COLUMNS), random.randrange(ROWS)) for _ in range(26)}
    for column in range(COLUMNS):
        for row in range(ROWS):
            block = Block(grid, column, row)
            if any(terrain.is_water(corner, 12) for corner in block.park()) or _on(airfield, block.middle):
                continue
            if not grid.is_built_up(block.middle):
                continue
            if (column, row) in parks:
                greens.append(block.park())
                paths += [[block.at(0.06, 0.06), block.at(0.5, 0.42), block.at(0.94, 0.94)]]
                paths += [[block.at(0.06, 0.94), block.at(0.5, 0.42), block.at(0.94, 0.06)]]
            elif fence.touches_block(column, row):
                greens.append(block.quad(0.06, 0.06, 0.94, 0.94))
            else:
                buildings += _buildings(block, random, inside=fence.holds((column + 0.5, row + 0.5)))
    dry = [ring for ring in buildings if not any(terrain.is_water(corner, 8) for corner in ring)]
    return dry, greens + _woods(random, terrain), paths


def _buildings(block: Block, random: Random, *, inside: bool) -> Iterator[Ring]:
    if inside:
        return halls(block, random)
    outskirts = math.hypot(*block.middle) / 1350 + random.uniform(-0.25, 0.25)
    return villas(block, random) if outskirts > 1 else houses(block, random)


def _plots(random: Random, start: float, end: float, metres: float) -> list[tuple[float, float]]:
    """Return a street side cut into houses of 18 to 46 metres, with a gap between some."""
    cuts = [start]
    while cuts[-1] < end - 30 / metres:
        cuts.append(min(end, cuts[-1] + random.uniform(18, 46) / metres))
    gaps = [random.choice([0.6, 0.6, 5, 12]) / metres for _ in cuts]
    return [(a, b - gap) for (a, b), gap in zip(pairwise(cuts), gaps, strict=False) if b - gap > a + 6 / metres]


def _woods(random: Random, terrain: Terrain) -> list[Ring]:
    """Return irregular woods around the town."""
    rings = []
    for number in range(16):
        angle, away = number * 0.39 + random.uniform(-0.1, 0.1), random.uniform(1900, 3300)
        x, y = away * 1.15 * math.cos(angle), away * math.sin(angle)
        size = random.uniform(180, 420)
        ring = [
            (
                x + size * random.uniform(0.75, 1.15) * math.cos(a / 3),
                y + size * random.uniform(0.75, 1.1) * math.sin(a / 3),
            )
            for a in range(19)
        ]
        if not any(terrain.is_water(point, 30) for point in ring):
            rings.append(ring)
    return rings


def _on(ring: Ring | None, point: Point) -> bool:
    if ring is None:
        return False
    (west, south), (east, north) = ring[0], ring[2]
    return west < point[0] < east and south < point[1] < north
