"""Which of OpenStreetMap's tags our map draws, and as what: a layer, a class within it, and how far out it counts."""

from enum import IntEnum
from typing import NamedTuple, Protocol


class Far(IntEnum):
    """How far from the centre something helps to read the map."""

    NEAR = 0
    MIDDLE = 1
    EVERYWHERE = 2


class Kind(NamedTuple):
    """A layer of the map's features, and a class within it ("" for none)."""

    layer: str
    name: str
    far: Far


class Tags(Protocol):
    """The tags of one thing."""

    def get(self, key: str, default: str | None = ..., /) -> str | None: ...


COAST = Kind("coast", "", Far.EVERYWHERE)
MAIN = Kind("road", "main", Far.EVERYWHERE)
STREET = Kind("road", "street", Far.MIDDLE)
LANE = Kind("road", "lane", Far.NEAR)
PATH = Kind("road", "path", Far.NEAR)
RAIL = Kind("road", "rail", Far.EVERYWHERE)
RUNWAY = Kind("road", "runway", Far.EVERYWHERE)
TAXIWAY = Kind("road", "taxiway", Far.MIDDLE)
RIVER = Kind("stream", "river", Far.EVERYWHERE)
STREAM = Kind("stream", "brook", Far.NEAR)
FENCE = Kind("fence", "", Far.NEAR)
BUILDING = Kind("building", "", Far.NEAR)
WATER = Kind("water", "", Far.EVERYWHERE)
WOOD = Kind("wood", "", Far.EVERYWHERE)
GREEN = Kind("green", "", Far.MIDDLE)
TOWN = Kind("town", "", Far.EVERYWHERE)
MILITARY = Kind("military", "", Far.EVERYWHERE)
GATE = Kind("barrier", "gate", Far.NEAR)
BOLLARD = Kind("barrier", "bollard", Far.NEAR)
TOWN_NAME = Kind("locality", "town", Far.EVERYWHERE)
VILLAGE_NAME = Kind("locality", "village", Far.MIDDLE)


def _table(*lines: tuple[str, str, Kind]) -> dict[tuple[str, str], Kind]:
    return {(key, value): kind for key, values, kind in lines for value in values.split()}


LINES = _table(
    ("highway", "motorway trunk primary secondary motorway_link trunk_link primary_link secondary_link", MAIN),
    ("highway", "tertiary tertiary_link unclassified residential living_street road", STREET),
    ("highway", "service", LANE),
    ("highway", "footway path cycleway track pedestrian steps bridleway", PATH),
    ("railway", "rail light_rail narrow_gauge tram", RAIL),
    ("aeroway", "runway", RUNWAY),
    ("aeroway", "taxiway", TAXIWAY),
    ("waterway", "river canal", RIVER),
    ("waterway", "stream ditch drain", STREAM),
    ("barrier", "fence wall city_wall", FENCE),
    ("natural", "coastline", COAST),
)
AREAS = _table(
    ("natural", "water", WATER),
    ("waterway", "riverbank dock", WATER),
    ("landuse", "reservoir basin", WATER),
    ("landuse", "military", MILITARY),
    ("military", "base barracks naval_base airfield", MILITARY),
    ("landuse", "forest", WOOD),
    ("natural", "wood", WOOD),
    ("leisure", "park garden golf_course pitch", GREEN),
    ("landuse", "grass meadow village_green recreation_ground cemetery allotments orchard vineyard", GREEN),
    ("natural", "scrub heath grassland", GREEN),
    ("landuse", "residential industrial commercial retail railway port", TOWN),
    ("aeroway", "apron", TOWN),
)
POINTS = _table(
    ("barrier", "gate lift_gate swing_gate sliding_gate sally_port toll_booth border_control", GATE),
    ("barrier", "bollard block cycle_barrier jersey_barrier", BOLLARD),
    ("place", "city town", TOWN_NAME),
    ("place", "village suburb", VILLAGE_NAME),
)
KEYS = ("building", *dict.fromkeys(key for table in (LINES, AREAS, POINTS) for key, _value in table))
NOTHING = "no"
UNDER_GROUND = ("yes", "culvert", "building_passage")


def of_line(tags: Tags) -> Kind | None:
    """Return as what a way is drawn; nothing for what runs under the ground, roads apart."""
    kind = _of(LINES, tags)
    if (kind and kind.layer == "stream") or kind is RAIL:
        return None if tags.get("tunnel", NOTHING) in UNDER_GROUND else kind
    return kind


def of_area(tags: Tags) -> Kind | None:
    """Return as what a closed way or a multipolygon is drawn."""
    return _of(AREAS, tags) or (BUILDING if tags.get("building", NOTHING) != NOTHING else None)


def of_point(tags: Tags) -> Kind | None:
    return _of(POINTS, tags)


def _of(table: dict[tuple[str, str], Kind], tags: Tags) -> Kind | None:
    for key in KEYS:
        kind = table.get((key, tags.get(key) or ""))
        if kind:
            return kind
    return None
