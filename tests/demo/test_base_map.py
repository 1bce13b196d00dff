"""The map of a base: what it holds, who gets it, and that it is not sent twice."""

import gzip
import json

import pytest
from django.test import Client

from bookings.actions import share
from bookings.consumers import FOLLOWED_LINK
from bookings.models import TrackingLink
from tests.factories import BaseFactory, PlaceFactory, RideFactory, UserFactory
from tracking.models import Basemap

pytestmark = pytest.mark.django_db
WATER = {"type": "Feature", "properties": {"layer": "water"}, "geometry": {"type": "Polygon", "coordinates": []}}


def brest():
    base = BaseFactory(code="brest")
    Basemap.objects.create(base=base, features=[WATER], attribution="Drawn")
    return base


def signed_in():
    client = Client()
    client.force_login(UserFactory())
    return client


def test_map_holds_what_was_drawn_and_the_enabled_places():
    base = brest()
    PlaceFactory(base=base, name="Porte Nord", kind="gate", latitude=48.4, longitude=-4.5)
    PlaceFactory(base=base, name="Mess", kind="mess")
    PlaceFactory(base=base, name="Closed", enabled=False)

    answer = signed_in().get("/bases/brest/map.json")

    assert answer.headers["Content-Type"] == "application/geo+json"
    data = json.loads(answer.content)
    assert data["attribution"] == "Drawn"
    assert [(f["properties"]["layer"], f["properties"].get("name")) for f in data["features"]] == [
        ("water", None),
        ("place", "Mess"),
        ("gate", "Porte Nord"),
    ]
    assert data["features"][2]["geometry"] == {"type": "Point", "coordinates": [-4.5, 48.4]}


def test_page_that_has_the_map_gets_nothing_again_until_it_changes():
    base, client = brest(), signed_in()
    etag = client.get("/bases/brest/map.json").headers["ETag"]
    assert client.get("/bases/brest/map.json", headers={"If-None-Match": etag}).status_code == 304
    PlaceFactory(base=base)
    assert client.get("/bases/brest/map.json", headers={"If-None-Match": etag}).status_code == 200


def test_map_travels_compressed_and_is_still_recognised():
    base, client = brest(), signed_in()
    Basemap.objects.filter(base=base).update(features=[WATER] * 50)
    answer = client.get("/bases/brest/map.json", headers={"Accept-Encoding": "gzip"})
    assert len(json.loads(gzip.decompress(answer.content))["features"]) == 50
    both = {"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]}
    assert client.get("/bases/brest/map.json", headers=both).status_code == 304


def test_base_without_a_drawing_still_shows_its_places():
    PlaceFactory(base=BaseFactory(code="lille"), name="Mess")
    data = signed_in().get("/bases/lille/map.json").json()
    assert [f["properties"]["name"] for f in data["features"]] == ["Mess"]


def test_nobody_gets_a_map_without_account_or_link():
    brest()
    assert Client().get("/bases/brest/map.json").status_code == 404
    assert signed_in().get("/bases/nowhere/map.json").status_code == 404
    assert signed_in().post("/bases/brest/map.json").status_code == 405


def test_guest_gets_the_map_of_the_followed_ride_alone():
    ride = RideFactory(base=brest())
    PlaceFactory(base=BaseFactory(code="lille"))
    share(ride=ride, by=ride.customer)
    guest = Client()
    session = guest.session
    session[FOLLOWED_LINK] = TrackingLink.objects.get().pk
    session.save()
    guest.cookies["sessionid"] = session.session_key
    assert guest.get("/bases/brest/map.json").status_code == 200
    assert guest.get("/bases/lille/map.json").status_code == 404


def test_whoever_has_the_map_does_not_make_us_read_it_again(django_assert_num_queries):
    base, client = brest(), signed_in()
    etag = client.get("/bases/brest/map.json").headers["ETag"]
    Basemap.objects.filter(base=base).update(features=[WATER] * 50)  # as no action does: the map is not told anew
    with django_assert_num_queries(5):  # session, person, base, when it was drawn, places
        assert client.get("/bases/brest/map.json", headers={"If-None-Match": etag}).status_code == 304
    Basemap.objects.get(base=base).save()
    assert client.get("/bases/brest/map.json", headers={"If-None-Match": etag}).status_code == 200
