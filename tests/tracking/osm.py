"""Small extracts of OpenStreetMap for tests, written by the library that reads them; and the one of a real country."""

from pathlib import Path
from typing import Any

import osmium
import pytest
from osmium.osm.mutable import Node, Relation, Way

from tests.env import IN_CI
from tracking.osm.geometry import Frame

HERE = Frame(latitude=48.0, longitude=-4.0, reach=1_000)
PROJECT = Path(__file__).resolve().parents[2]


class Extract:
    """An extract that grows by one thing at a time, in metres around HERE; ``write`` puts it in the format's order."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.ways: list[Way] = []
        self.relations: list[Relation] = []

    def point(self, x: float, y: float, **tags: str) -> int:
        longitude = HERE.longitude + x / 111_320 / HERE.shrink
        node = Node(id=len(self.nodes) + 1, location=(longitude, HERE.latitude + y / 111_320), tags=tags, version=1)
        self.nodes.append(node)
        return int(node.id)

    def line(self, *points: tuple[float, float], **tags: str) -> int:
        return self._way([self.point(*point) for point in points], tags)

    def ring(self, *points: tuple[float, float], **tags: str) -> int:
        nodes = [self.point(*point) for point in points]
        return self._way([*nodes, nodes[0]], tags)

    def square(self, x: float, y: float, side: float, **tags: str) -> int:
        """Add a square by its south-western corner."""
        return self.ring((x, y), (x + side, y), (x + side, y + side), (x, y + side), **tags)

    def multipolygon(self, *members: tuple[int, str], **tags: str) -> None:
        members_of_type = [("w", way, role) for way, role in members]
        whole = {"type": "multipolygon", **tags}
        self.relations.append(Relation(id=len(self.relations) + 1, members=members_of_type, tags=whole, version=1))

    def write(self, folder: Path) -> Path:
        path = folder / "small.osm.pbf"
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for node in self.nodes:
                writer.add_node(node)
            for way in self.ways:
                writer.add_way(way)
            for relation in self.relations:
                writer.add_relation(relation)
        return path

    def _way(self, nodes: list[int], tags: dict[str, Any]) -> int:
        self.ways.append(Way(id=len(self.ways) + 1, nodes=nodes, tags=tags, version=1))
        return len(self.ways)


def town() -> Extract:
    """Return a street that leaves the area, a house, and a pond."""
    extract = Extract()
    extract.line((-5_000, 100), (0, 100), (5_000, 100), highway="residential", name="Rue du Port")
    extract.square(50, 150, 20, building="yes")
    extract.square(-300, 200, 100, natural="water")
    return extract


def liechtenstein() -> Path:
    """Return the extract beside the project, or beside a work tree of it. It is no part of it, but CI has it."""
    beside = (folder / "shared/data/osm/liechtenstein.osm.pbf" for folder in PROJECT.parents)
    path = next((path for path in beside if path.exists()), None)
    if path is None and IN_CI:
        pytest.fail("CI has the shared data beside the project: ../shared/data/osm")
    if path is None:
        pytest.skip("needs ../shared/data/osm/liechtenstein.osm.pbf")
    return path
