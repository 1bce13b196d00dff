"""Cutting at the edge, thinning, and telling the sea from the land."""

import pytest

from tracking.osm.coast import BrokenCoast, seas
from tracking.osm.geometry import Frame, Line, area, cut_line, cut_ring, holds, joined, thin, thin_ring


def square(side: float, x: float = 0, y: float = 0) -> Line:
    """Return a ring around that centre, counter-clockwise."""
    half = side / 2
    return [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]


def test_a_line_ends_on_the_edge() -> None:
    assert cut_line([(-300, 0), (0, 0), (300, 150)], 100) == [[(-100, 0), (0, 0), (100, 50)]]


def test_a_line_that_comes_back_has_two_parts() -> None:
    assert cut_line([(0, 0), (300, 0), (300, 50), (0, 50)], 100) == [[(0, 0), (100, 0)], [(100, 50), (0, 50)]]


@pytest.mark.parametrize("line", [[(200, 0), (300, 0)], [(-300, 150), (300, 150)], [(90, 210), (210, 90)]])
def test_a_line_outside_leaves_nothing(line: Line) -> None:
    assert cut_line(line, 100) == []


def test_a_ring_over_the_corner_keeps_its_quarter() -> None:
    ring = cut_ring(square(100, 100, 100), 100)
    assert area(ring) == pytest.approx(2_500)
    assert all(abs(x) <= 100 and abs(y) <= 100 for x, y in ring)


def test_a_ring_around_everything_becomes_the_square() -> None:
    assert area(cut_ring(square(1_000), 100)) == pytest.approx(40_000)


def test_a_ring_outside_leaves_nothing() -> None:
    assert cut_ring(square(50, 500, 0), 100) == []


def test_thinning_keeps_what_stands_out() -> None:
    assert thin([(0, 0), (50, 0.5), (100, 0), (100, 100)], 1) == [(0, 0), (100, 0), (100, 100)]


def test_a_ring_is_thinned_to_its_corners_and_vanishes_when_flat() -> None:
    with_middles = [(0, 0), (50, 0), (100, 0), (100, 100), (50, 100), (0, 100)]
    assert thin_ring(with_middles, 1) == [(0, 0), (100, 0), (100, 100), (0, 100)]
    assert thin_ring([(0, 0), (100, 0.1), (50, 0.2)], 1) == []


def test_degrees_and_metres_lead_back_even_over_the_date_line() -> None:
    frame = Frame(latitude=-17.0, longitude=179.99, reach=5_000)
    x, _y = frame.metres(-179.99, -17.0)
    assert x == pytest.approx(0.02 * 111_320 * frame.shrink)
    assert frame.degrees((x, 0)) == (180.01, -17.0)


def test_pieces_are_joined_head_to_tail() -> None:
    assert joined([[(2, 0), (3, 0)], [(0, 0), (1, 0)], [(1, 0), (2, 0)]]) == [[(0, 0), (1, 0), (2, 0), (3, 0)]]


def test_the_sea_is_on_the_right_of_its_shore() -> None:
    westwards: Line = [(500, 20), (0, 20), (-500, 20)]
    (north,) = seas([westwards], 100)
    assert abs(area(north[0])) == pytest.approx(200 * 80)
    assert holds(north[0], (0, 60))
    (south,) = seas([westwards[::-1]], 100)
    assert abs(area(south[0])) == pytest.approx(200 * 120)
    assert holds(south[0], (0, -60))


def test_a_strait_lies_between_its_two_shores() -> None:
    (strait,) = seas([[(-500, 30), (500, 30)], [(500, -30), (-500, -30)]], 100)
    assert holds(strait[0], (0, 0))
    assert not holds(strait[0], (0, 60))
    assert abs(area(strait[0])) == pytest.approx(200 * 60)


def test_an_island_is_a_hole_and_alone_it_lies_in_the_sea() -> None:
    island = [*square(40, 0, -50), square(40, 0, -50)[0]]
    (sea,) = seas([[(-500, 0), (500, 0)], island], 100)
    assert len(sea) == 2
    (sea,) = seas([island], 100)
    assert abs(area(sea[0])) == pytest.approx(40_000)
    assert len(sea) == 2


def test_no_shore_is_no_sea_and_a_broken_one_is_said() -> None:
    assert seas([], 100) == []
    with pytest.raises(BrokenCoast):
        seas([[(-500, 0), (50, 0)]], 100)
