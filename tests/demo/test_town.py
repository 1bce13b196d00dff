"""Drawn towns: whole maps, and streets that lead everywhere."""

import math
from collections import Counter
from itertools import pairwise

import pytest

from echauffeur.demo.bases import BASES, BaseSpec
from echauffeur.demo.simulator.roads import Roads, heading, metres
from echauffeur.demo.town.drawing import draw

POSITIONS = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiPolygon": 3}


def positions(coordinates: list, depth: int) -> list:
    return [coordinates] if depth == 0 else [p for part in coordinates for p in positions(part, depth - 1)]


@pytest.fixture(scope="module")
def towns():
    return {spec.code: draw(spec.plan) for spec in BASES}


@pytest.mark.parametrize("spec", BASES, ids=lambda spec: spec.code)
def test_features_are_valid_geojson_of_the_layers_that_the_map_draws(spec: BaseSpec, towns):
    features = towns[spec.code].features
    layers = Counter(feature["properties"]["layer"] for feature in features)
    assert set(layers) == {"area", "water", "green", "building", "road"}
    for feature in features:
        geometry = feature["geometry"]
        for longitude, latitude in positions(geometry["coordinates"], POSITIONS[geometry["type"]]):
            assert math.hypot(latitude - spec.plan.latitude, longitude - spec.plan.longitude) < 0.25
        rings = (
            [ring for polygon in geometry["coordinates"] for ring in polygon]
            if geometry["type"] == "MultiPolygon"
            else []
        )
        assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in rings)
    classes = {f["properties"]["class"] for f in features if f["properties"]["layer"] == "road"}
    assert classes == {"main", "street", "path"}


@pytest.mark.parametrize("spec", BASES, ids=lambda spec: spec.code)
def test_roads_lead_from_every_place_to_every_other(spec: BaseSpec, towns):
    town = towns[spec.code]
    roads = Roads.of_map({"features": town.features})
    places = [spot for spots in town.spots.values() for spot in spots]
    assert len(places) >= len(spec.spots)
    start = places[0]
    for place in places:
        assert place in roads.neighbours, "a place lies on a street"
        trip = roads.trip(start, place)
        assert place == start or (trip.legs[0].start, trip.legs[-1].end) == (start, place)
        assert all(b in roads.neighbours[a] for a, b in pairwise([leg.start for leg in trip.legs]))


@pytest.mark.parametrize("spec", BASES, ids=lambda spec: spec.code)
def test_there_is_a_spot_for_every_place_and_they_keep_apart(spec: BaseSpec, towns):
    spots = towns[spec.code].spots
    wanted = Counter(spot.zone for spot in spec.spots)
    assert all(len(spots[zone]) + len(spots["base"]) >= count for zone, count in wanted.items())
    everywhere = [spot for zone in spots.values() for spot in zone]
    assert len(set(everywhere)) == len(everywhere)


def test_the_same_plan_gives_the_same_town():
    assert draw(BASES[0].plan) == draw(BASES[0].plan)


def square() -> Roads:
    """Four crossings 0.001° apart; the southern and eastern sides are main roads, the others streets."""

    def road(kind: str, *points: tuple[float, float]) -> dict:
        line = {"type": "LineString", "coordinates": [[lon, lat] for lat, lon in points]}
        return {"properties": {"layer": "road", "class": kind}, "geometry": line}

    return Roads.of_map(
        {
            "features": [
                road("main", (0.0, 0.0), (0.0, 0.001), (0.001, 0.001)),
                road("street", (0.0, 0.0), (0.001, 0.0), (0.001, 0.001)),
                road("path", (0.0, 0.0), (0.001, 0.001)),
            ]
        }
    )


def test_cars_take_the_quickest_way_and_no_footpath():
    trip = square().trip((0.0, 0.0), (0.001, 0.001))
    assert [leg.end for leg in trip.legs] == [(0.0, 0.001), (0.001, 0.001)]
    assert trip.seconds == pytest.approx(2 * 111.32 / 12.5, rel=1e-3)


def test_a_trip_advances_in_seconds_and_ends_where_it_leads():
    trip = square().trip((0.0, 0.0), (0.001, 0.001))
    at, direction = trip.advance(trip.seconds / 4)
    assert at == pytest.approx((0.0, 0.0005))
    assert direction == 90
    at, direction = trip.advance(1_000)
    assert (at, direction, trip.is_over) == ((0.001, 0.001), 0, True)


def test_a_trip_from_off_the_road_begins_and_ends_across_country():
    trip = square().trip((-0.0001, 0.0), (0.001, 0.0012))
    assert trip.legs[0].start == (-0.0001, 0.0)
    assert trip.legs[-1].end == (0.001, 0.0012)


def test_a_place_without_roads_is_reached_in_a_straight_line():
    trip = Roads().trip((0.0, 0.0), (0.0, 0.001))
    assert trip.advance(10_000)[0] == (0.0, 0.001)


def test_distances_and_headings():
    assert metres((48.0, -4.0), (48.0, -3.99)) == pytest.approx(744.9, abs=1)
    assert [heading((0, 0), point) for point in ((1, 0), (0, 1), (-1, 0), (0, -1))] == [0, 90, 180, 270]
