"""From tags and shapes of an extract to the features of a base's map."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.tracking.osm import HERE, Extract, liechtenstein, town
from tracking.osm import Unusable, kinds
from tracking.osm.drawing import BUDGET_BYTES, Drawing, draw, features_of, size_of
from tracking.osm.geometry import Frame
from tracking.osm.reading import read

Feature = dict[str, Any]


def drawn(extract: Extract, folder: Path) -> dict[tuple[str, str], Feature]:
    """Return the features by layer and class."""
    features = draw(read(extract.write(folder), HERE), HERE).features
    return {(f["properties"]["layer"], f["properties"].get("class", "")): f for f in features}


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"highway": "primary"}, kinds.MAIN),
        ({"highway": "residential"}, kinds.STREET),
        ({"highway": "service"}, kinds.LANE),
        ({"highway": "footway"}, kinds.PATH),
        ({"highway": "proposed"}, None),
        ({"highway": "primary", "tunnel": "yes"}, kinds.MAIN),
        ({"railway": "rail"}, kinds.RAIL),
        ({"railway": "rail", "tunnel": "yes"}, None),
        ({"railway": "abandoned", "highway": "cycleway"}, kinds.PATH),
        ({"aeroway": "runway"}, kinds.RUNWAY),
        ({"waterway": "river"}, kinds.RIVER),
        ({"waterway": "stream", "tunnel": "culvert"}, None),
        ({"barrier": "fence"}, kinds.FENCE),
        ({"barrier": "hedge"}, None),
    ],
)
def test_what_a_way_is_drawn_as(tags: dict[str, str], kind: kinds.Kind | None) -> None:
    assert kinds.of_line(tags) == kind


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"building": "yes"}, kinds.BUILDING),
        ({"building": "no"}, None),
        ({"landuse": "military", "building": "no"}, kinds.MILITARY),
        ({"military": "danger_area"}, None),
        ({"natural": "water"}, kinds.WATER),
        ({"natural": "tree", "landuse": "forest"}, kinds.WOOD),
        ({"leisure": "park"}, kinds.GREEN),
        ({"landuse": "industrial"}, kinds.TOWN),
        ({"landuse": "farmland"}, None),
    ],
)
def test_what_an_area_is_drawn_as(tags: dict[str, str], kind: kinds.Kind | None) -> None:
    assert kinds.of_area(tags) == kind


def test_what_a_point_is_drawn_as() -> None:
    assert kinds.of_point({"barrier": "lift_gate"}) == kinds.GATE
    assert kinds.of_point({"barrier": "bollard"}) == kinds.BOLLARD
    assert kinds.of_point({"place": "village", "name": "Landerneau"}) == kinds.VILLAGE_NAME
    assert kinds.of_point({"amenity": "bench"}) is None


def test_a_road_is_cut_at_the_area_s_edge(tmp_path: Path) -> None:
    (line,) = drawn(town(), tmp_path)["road", "street"]["geometry"]["coordinates"]
    west, _latitude = HERE.degrees((-1_000, 100))
    east, _latitude = HERE.degrees((1_000, 100))
    assert [line[0][0], line[-1][0]] == [west, east]


def test_what_lies_outside_is_left_out(tmp_path: Path) -> None:
    extract = town()
    extract.square(2_000, 0, 50, building="yes")
    extract.point(0, 1_500, barrier="gate")
    extract.line((1_500, 0), (3_000, 0), highway="primary")
    features = drawn(extract, tmp_path)
    assert len(features["building", ""]["geometry"]["coordinates"]) == 1
    assert not features.keys() & {("barrier", "gate"), ("road", "main")}


def test_a_house_with_a_court_and_a_lake_with_an_island_have_holes(tmp_path: Path) -> None:
    extract = Extract()
    extract.multipolygon((extract.square(0, 0, 100), "outer"), (extract.square(30, 30, 40), "inner"), building="yes")
    south = extract.line((-500, -500), (-100, -500), (-100, -100))
    north = extract.line((-500, -100))
    ends = extract.ways[south - 1].nodes
    extract.ways[north - 1].nodes = [ends[-1], *extract.ways[north - 1].nodes, ends[0]]
    island = extract.square(-300, -300, 60)
    extract.multipolygon((south, "outer"), (north, "outer"), (island, "inner"), natural="water")
    features = drawn(extract, tmp_path)
    for layer in ("building", "water"):
        (polygon,) = features[layer, ""]["geometry"]["coordinates"]
        outer, hole = polygon
        assert winding(outer) > 0 > winding(hole)
        assert outer[0] == outer[-1]


def winding(ring: list[tuple[float, float]]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))


def test_gates_bollards_and_names_are_points(tmp_path: Path) -> None:
    extract = town()
    extract.point(10, 100, barrier="gate")
    extract.point(20, 100, barrier="bollard")
    extract.point(0, 0, place="village", name="Landerneau")
    extract.point(0, 50, place="village")
    features = drawn(extract, tmp_path)
    assert features["barrier", "gate"]["geometry"]["type"] == "MultiPoint"
    assert ("barrier", "bollard") in features
    assert features["locality", "village"]["properties"]["name"] == "Landerneau"


def test_the_sea_is_water_and_a_broken_shore_is_told(tmp_path: Path) -> None:
    extract = town()
    extract.line((3_000, -500), (-3_000, -500), natural="coastline")
    assert not read(extract.write(tmp_path), HERE).has_broken_coast
    extract.line((0, 800), (100, 700), natural="coastline")
    assert read(extract.write(tmp_path), HERE).has_broken_coast


def test_a_drawing_too_heavy_loses_its_houses_first(tmp_path: Path) -> None:
    extract = town()
    for number in range(900):
        extract.square(-900 + 60 * (number % 30), -900 + 60 * (number // 30), 13.3 + number % 7, building="yes")
    cut = read(extract.write(tmp_path), HERE)
    whole = draw(cut, HERE)
    half = draw(cut, HERE, budget=whole.size // 2)
    assert half.size <= whole.size // 2
    assert 0 < half.fine_metres < whole.fine_metres == HERE.reach
    assert houses(half) < houses(whole)
    assert houses(draw(cut, HERE, budget=0)) == 0


def houses(drawing: Drawing) -> int:
    found = [f for f in drawing.features if f["properties"]["layer"] == "building"]
    return sum(len(feature["geometry"]["coordinates"]) for feature in found)


def test_a_file_that_gives_no_map_says_why(tmp_path: Path) -> None:
    whole = town().write(tmp_path)
    cut_short, other = tmp_path / "cut.osm.pbf", tmp_path / "other.osm.pbf"
    cut_short.write_bytes(whole.read_bytes()[:-20])
    other.write_text("<osm></osm>" * 50)
    for path, says in ((cut_short, "ends too early"), (other, "PBF"), (tmp_path / "none.osm.pbf", "There is no file")):
        with pytest.raises(Unusable, match=says):
            read(path, HERE)
    with pytest.raises(Unusable, match="Nothing in this file lies in the base's area"):
        read(whole, Frame(latitude=10.0, longitude=10.0, reach=1_000))


def test_a_country_within_its_budget(tmp_path: Path) -> None:
    frame = Frame(latitude=47.14, longitude=9.52, reach=5_000)
    told: list[float] = []
    cut = read(liechtenstein(), frame, told.append)
    drawing = draw(cut, frame)
    assert drawing.size <= BUDGET_BYTES
    assert drawing.fine_metres == frame.reach
    assert told[-1] == 1.0
    found = {f["properties"]["layer"] for f in drawing.features}
    assert found >= {"road", "building", "water", "wood", "green", "town", "stream", "barrier", "locality"}
    assert houses(drawing) > 4_000
    assert size_of(features_of(cut.shapes, frame, fine=math.inf, coarse=0)) > drawing.size
