"""Reading an OpenStreetMap extract (osm.pbf), and cutting what our map draws to a base's square."""

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import osmium
from osmium.filter import KeyFilter

from tracking.osm import Unusable, kinds
from tracking.osm.coast import BrokenCoast, seas
from tracking.osm.geometry import Frame, Line, Point, area, cut_line, cut_ring, touches
from tracking.osm.kinds import COAST, WATER, Far, Kind

Thing = osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation | osmium.osm.Area | osmium.osm.Changeset
# Beyond it no page could carry every house; leaving them out here keeps the memory of a large extract small.
FINE_METRES = 12_000
SHORTEST_FENCE_METRES = 60
LOOK_EVERY = 5_000


@dataclass(frozen=True)
class Shape:
    """One thing on the map, in metres around the centre. ``parts``: lines, or rings with the outer one first."""

    kind: Kind
    parts: list[Line]
    label: str = ""


@dataclass
class Cut:
    """What of the file lies in the square. ``has_broken_coast``: there is a shore, but the sea cannot be told."""

    shapes: list[Shape] = field(default_factory=list)
    shores: list[Line] = field(default_factory=list)
    has_broken_coast: bool = False


def read(path: Path, frame: Frame, tell: Callable[[float], object] = lambda share: None) -> Cut:
    """Return what the extract holds of the square. ``tell`` hears from time to time which share of it is read.

    Raises Unusable when the file is missing, none of that format, damaged, or holds nothing there.
    """
    cut = Cut()
    try:
        position = _reading_position(path)
        for count, thing in enumerate(_things(path)):
            if count % LOOK_EVERY == 0:
                tell(position())
            _take(thing, frame, cut)
    except (RuntimeError, OSError) as error:
        raise Unusable(_why_not(path, error)) from error
    try:
        cut.shapes += [Shape(WATER, sea) for sea in seas(cut.shores, frame.reach)]
    except BrokenCoast:
        cut.has_broken_coast = True
    if not cut.shapes:
        raise Unusable(
            "Nothing in this file lies in the base's area. Check the base's centre and radius in its settings, or take "
            "the extract of another region."
        )
    tell(1.0)
    return cut


def _things(path: Path) -> Iterator[Thing]:
    """Return nodes, ways and areas with a tag of ours. The format is said: an ending decides nothing."""
    if not path.is_file():
        raise FileNotFoundError(path)
    file = osmium.io.File(str(path), "pbf")
    yield from osmium.FileProcessor(file).with_areas(KeyFilter(*kinds.KEYS)).with_filter(KeyFilter(*kinds.KEYS))


def _why_not(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"There is no file {path}."
    if isinstance(error, OSError):
        return f"{path} cannot be read: {error.strerror}."
    if "EOF" in str(error) or "truncated" in str(error):
        return f"{path} ends too early. Download it again."
    return f"{path} is not a whole file in OpenStreetMap's PBF format (.osm.pbf). Take one from an extract service."


def _take(thing: Thing, frame: Frame, cut: Cut) -> None:
    if isinstance(thing, osmium.osm.Node):
        kind = kinds.of_point(thing.tags)
        if kind:
            _take_point(kind, frame.metres(thing.lon, thing.lat), thing.tags.get("name") or "", frame, cut)
    elif isinstance(thing, osmium.osm.Way):
        kind = kinds.of_line(thing.tags)
        if kind:
            _take_line(kind, _points(thing.nodes, frame), frame, cut)
    elif isinstance(thing, osmium.osm.Area):
        kind = kinds.of_area(thing.tags)
        if kind:
            _take_area(kind, thing, frame, cut)


def _take_point(kind: Kind, point: Point, label: str, frame: Frame, cut: Cut) -> None:
    if frame.holds(point) and (label or kind.layer != "locality"):
        cut.shapes.append(Shape(kind, [[point]], label if kind.layer == "locality" else ""))


def _take_line(kind: Kind, line: Line, frame: Frame, cut: Cut) -> None:
    reach = _reach(kind, frame)
    if len(line) < 2 or not touches(line, reach):
        return
    if kind is COAST:  # cut later: which side is the sea shows in whole shores alone
        cut.shores.append(line)
    elif kind.layer != "fence" or _length(line) >= SHORTEST_FENCE_METRES:
        cut.shapes += [Shape(kind, [part]) for part in cut_line(line, reach)]


def _take_area(kind: Kind, thing: osmium.osm.Area, frame: Frame, cut: Cut) -> None:
    reach = _reach(kind, frame)
    for outer in thing.outer_rings():
        points = _points(outer, frame)
        if len(points) < 4 or not touches(points, reach):
            continue
        ring = cut_ring(points, reach)
        if len(ring) < 3 or not area(ring):
            continue
        holes = [cut_ring(_points(inner, frame), reach) for inner in thing.inner_rings(outer)]
        cut.shapes.append(Shape(kind, [ring, *(hole for hole in holes if len(hole) >= 3 and area(hole))]))


def _reach(kind: Kind, frame: Frame) -> float:
    return min(frame.reach, FINE_METRES) if kind.far is Far.NEAR else frame.reach


def _points(nodes: osmium.osm.NodeRefList, frame: Frame) -> Line:
    """Return where the nodes are; those that an extract left out are passed over."""
    return [frame.metres(node.lon, node.lat) for node in nodes if node.location.valid()]


def _length(line: Line) -> float:
    return float(sum(math.dist(a, b) for a, b in pairwise(line)))


def _reading_position(path: Path) -> Callable[[], float]:
    """Return what says which share of the file this process has read. Linux tells, the library does not."""
    size = max(path.stat().st_size, 1)

    def share() -> float:
        with suppress(OSError, ValueError, IndexError):
            for opened in Path("/proc/self/fd").iterdir():
                if opened.exists() and opened.samefile(path):
                    position = Path(f"/proc/self/fdinfo/{opened.name}").read_text().split()[1]
                    return min(int(position) / size, 1.0)
        return 0.0

    return share
