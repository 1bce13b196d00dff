"""Lines packed for the way to the browser come out again where they were."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.packing import packed, unpacked

degrees = st.integers(-18_000_000, 18_000_000).map(lambda units: units / 100_000)
lines = st.lists(st.tuples(degrees, degrees), min_size=1, max_size=5)
NESTED = {
    "LineString": lines,
    "MultiPoint": lines,
    "Polygon": st.lists(lines, min_size=1, max_size=3),
    "MultiLineString": st.lists(lines, min_size=1, max_size=3),
    "MultiPolygon": st.lists(st.lists(lines, min_size=1, max_size=3), min_size=1, max_size=3),
}


def feature(kind: str, coordinates: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"layer": "x"}, "geometry": {"type": kind, "coordinates": coordinates}}


@pytest.mark.parametrize("kind", NESTED)
@given(data=st.data())
def test_every_line_comes_out_where_it_was(kind: str, data: st.DataObject) -> None:
    features = [feature(kind, data.draw(NESTED[kind])), feature("Point", (1.5, 2.5))]
    there = packed(features)
    assert "coordinates" not in there[0]["geometry"]
    assert unpacked(there) == features
    assert unpacked(features) == features


def test_points_are_steps_through_the_whole_geometry() -> None:
    (there,) = packed([feature("MultiLineString", [[(1.0, 2.0), (1.00001, 2.00002)], [(1.00001, 1.99999)]])])
    assert there["geometry"] == {"type": "MultiLineString", "packed": [[100_000, 200_000, 1, 2], [0, -3]]}
