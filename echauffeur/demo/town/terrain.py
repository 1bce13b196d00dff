"""Land and water of a drawn town, in metres from its centre: x to the east, y to the north, the sea to the south."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

Point = tuple[float, float]

HORIZON = 9_000.0
RIVER_STEP = 40.0


@dataclass(frozen=True)
class Pier:
    """A pier built out from the coast: its middle there, width and length in metres, and how far its end leans east."""

    x: float
    width: float
    length: float
    lean: float

    def axis(self, along: float, coast_y: float) -> Point:
        """Return the point this far out along the pier's middle."""
        return self.x + self.lean * along / self.length, coast_y - along


@dataclass(frozen=True)
class River:
    """A river that runs north from ``mouth_y``: its middle is a function of y, so that asking is quick."""

    x: float
    swing: float
    bend: float
    phase: float
    width: float
    mouth_y: float
    source_y: float

    def middle(self, y: float) -> float:
        return self.x + self.swing * math.sin(y / self.bend + self.phase)

    def half_width(self, y: float) -> float:
        """Return half its width measured from west to east: wider where it runs slanting, narrower upstream."""
        slope = self.swing / self.bend * math.cos(y / self.bend + self.phase)
        upstream = min(1.0, max(0.0, (y - self.mouth_y) / max(1.0, self.source_y - self.mouth_y)))
        return self.width / 2 * (1 - 0.55 * upstream) * math.hypot(1, slope)

    def contains(self, point: Point, margin: float = 0.0) -> bool:
        x, y = point
        return y < self.source_y + margin and abs(x - self.middle(y)) < self.half_width(y) + margin

    def bank(self, side: int) -> list[Point]:
        """Return the points of one bank from the mouth to the source; side -1 is the west, 1 the east."""
        count = math.ceil((self.source_y - self.mouth_y) / RIVER_STEP)
        ys = [self.mouth_y + i * RIVER_STEP for i in range(count + 1)]
        return [(self.middle(y) + side * self.half_width(y), y) for y in ys]


@dataclass(frozen=True)
class Terrain:
    """Where land is. ``coast_y`` None: an inland town."""

    coast_y: float | None
    piers: tuple[Pier, ...]
    river: River | None
    phase: float

    def coast(self, x: float) -> float:
        assert self.coast_y is not None
        return self.coast_y + 55 * math.sin(x / 640 + self.phase) + 130 * math.sin(x / 1900 + 2 * self.phase)

    def is_water(self, point: Point, margin: float = 0.0) -> bool:
        """Return whether the point lies in water, or within the margin (metres) of it. Piers are land."""
        if self.river and self.river.contains(point, margin):
            return True
        return self.coast_y is not None and point[1] < self.coast(point[0]) + margin and not self.on_pier(point, margin)

    def on_pier(self, point: Point, margin: float = 0.0) -> bool:
        for pier in self.piers:
            out = self.coast(pier.x) - point[1]
            middle = pier.axis(out, 0)[0]
            if -margin <= out <= pier.length - margin and abs(point[0] - middle) <= pier.width / 2 - margin:
                return True
        return False

    def water(self) -> Iterator[list[Point]]:
        """Yield the rings of all water."""
        if self.coast_y is not None:
            yield [*self._shore(), (HORIZON, -HORIZON), (-HORIZON, -HORIZON)]
        elif self.river:
            yield [*self.river.bank(-1), *reversed(self.river.bank(1))]

    def _shore(self) -> list[Point]:
        """Return the coast from west to east, round every pier and up and down the river."""
        detours = {pier.x: (pier.width / 2, self._round_pier(pier)) for pier in self.piers}
        if self.river:
            mouth = self.river.middle(self.river.mouth_y)
            width = self.river.half_width(self.river.mouth_y)
            detours[mouth] = (width, [*self.river.bank(-1), *reversed(self.river.bank(1))])
        covered = [(x - half - 20, x + half + 20) for x, (half, _) in detours.items()]
        xs = [float(x) for x in range(int(-HORIZON), int(HORIZON), 50)]
        points = [(x, [(x, self.coast(x))]) for x in xs if not any(west < x < east for west, east in covered)]
        points += [(x, way) for x, (_, way) in detours.items()]
        return [point for _, way in sorted(points) for point in way]

    def _round_pier(self, pier: Pier) -> list[Point]:
        half, foot = pier.width / 2, self.coast(pier.x)
        end_x, end_y = pier.axis(pier.length, foot)
        return [(pier.x - half, foot), (end_x - half, end_y), (end_x + half, end_y), (pier.x + half, foot)]


def make_terrain(random: Random, *, sea: bool, river: bool) -> Terrain:
    """Return land and water of a town. With both, the river is a short inlet of the harbour."""
    phase = random.uniform(0, 6.28)
    coast_y = -620.0 if sea else None
    inlet = random.uniform(-120, 120)
    terrain = Terrain(coast_y, (), None, phase)
    piers: tuple[Pier, ...] = ()
    if sea:
        spots = [-760, -500, 330, 560, 820]
        piers = tuple(
            Pier(x + random.uniform(-30, 30), random.uniform(44, 70), random.uniform(190, 330), random.uniform(-30, 60))
            for x in spots
        )
    stream = None
    if river and sea:
        stream = River(inlet, 70, 260, random.uniform(0, 6.28), 130, terrain.coast(inlet) - 20, 760)
    elif river:
        stream = River(random.uniform(450, 650), 190, 420, random.uniform(0, 6.28), 62, -HORIZON, HORIZON)
    return Terrain(coast_y, piers, stream, phase)
