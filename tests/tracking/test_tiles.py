"""Pictures of a server that is not ours: off, unless an administrator says which; then its pages may ask it alone."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.translation import override

from dispatch.queries.history import sentence_of
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry
from tests.factories import BaseFactory, ManagerFactory, PlaceFactory, UserFactory
from tests.life.journeys import Journey, journey_to
from tracking.models import TileServer

pytestmark = pytest.mark.django_db
ORIGIN = "https://tiles.example.org:8443"
URL = ORIGIN + "/plan/{z}/{x}/{y}.png?key=1"
OURS = "'self' data:"


def tiles_for(base: Base, url: str = URL) -> TileServer:
    return TileServer.objects.create(base=base, url=url, attribution="© Carte", max_zoom=17)


def images(client: Client, address: str) -> str:
    """Return from where a page may show images."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert all("http" not in sources for name, sources in policy.items() if name != "img-src")
    return policy["img-src"]


@pytest.fixture
def journey() -> Journey:
    return journey_to("approaching", base=BaseFactory(code="brest"))


def pages_of(journey: Journey) -> dict[str, Client]:
    """Return every kind of page with a map of the base, and a browser of somebody who may see it."""
    place = PlaceFactory(base=journey.base)
    people = {
        "regulator": journey.regulator,
        "customer": journey.customer,
        "manager": ManagerFactory(base=journey.base),
    }
    browsers = {name: Client() for name in people}
    for name, person in people.items():
        browsers[name].force_login(person)
    return {
        "/bases/brest/tower/": browsers["regulator"],
        "/bases/brest/map/": browsers["regulator"],
        f"/rides/{journey.ride.code}/": browsers["customer"],
        "/bases/brest/general/": browsers["manager"],
        f"/bases/brest/places/{place.pk}/": browsers["manager"],
    }


def test_no_page_names_a_host_unless_its_base_has_chosen_one(journey: Journey) -> None:
    tiles_for(BaseFactory(code="toulon"))
    for address, client in pages_of(journey).items():
        assert images(client, address) == OURS
        assert b"data-tiles" not in client.get(address).content


def test_pages_with_a_map_of_the_base_may_ask_its_server_alone(journey: Journey) -> None:
    tiles_for(journey.base)
    for address, client in pages_of(journey).items():
        assert images(client, address) == f"{OURS} {ORIGIN}"
        assert b'data-tiles="https://tiles.example.org:8443/plan/{z}/{x}/{y}.png?key=1"' in client.get(address).content
    for address in ("/rides/", "/account/", "/privacy/", "/bases/brest/hours/"):
        assert images(client, address) == OURS
    TileServer.objects.all().delete()
    assert images(client, "/bases/brest/general/") == OURS


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://tiles.example.org/{z}/{x}/{y}.png", "begins with https"),
        ("//tiles.example.org/{z}/{x}/{y}.png", "begins with https"),
        ("https://Tiles.example.org/{z}/{x}/{y}.png", "small letters"),
        ("https://*.example.org/{z}/{x}/{y}.png", "begins with https"),
        ("https://{s}.example.org/{z}/{x}/{y}.png", "begins with https"),
        ("https://user@tiles.example.org/{z}/{x}/{y}.png", "begins with https"),
        ("https://tiles.example.org;script-src */{z}/{x}/{y}.png", "begins with https"),
        ("https://tiles.example.org {z}/{x}/{y}.png", "begins with https"),
        ("https://tiles.example.org?{z}/{x}/{y}", "begins with https"),
        ("https:///{z}/{x}/{y}.png", "begins with https"),
        ("https://tiles.example.org/{z}/{x}.png", "each once"),
        ("https://tiles.example.org/{z}/{x}/{y}/{y}.png", "each once"),
        ("https://tiles.example.org/{z}/{x}/{y}{r}.png", "each once"),
        ("https://tiles.example.org/{z}/{x}/{y}.png{", "each once"),
        ("https://tiles.example.org/{z}/{x}/{y}.png#top", "cannot stand"),
        ('https://tiles.example.org/{z}/{x}/{y}.png"', "cannot stand"),
        ("https://tiles.example.org/{z}/{x}/{y}.png\n", "cannot stand"),
    ],
)
def test_an_address_that_is_none_is_refused_with_its_reason(url: str, says: str) -> None:
    server = TileServer(base=BaseFactory(), url=url, attribution="© Carte")
    with override("en"), pytest.raises(ValidationError, match=says):
        server.full_clean()


@pytest.mark.parametrize("wrong", [{"url": "http://a.example/{z}/{x}/{y}"}, {"max_zoom": 0}, {"max_zoom": 23}])
def test_the_database_takes_no_other(wrong: dict[str, object]) -> None:
    fields = {"url": URL, "attribution": "© Carte", "max_zoom": 17} | wrong
    with transaction.atomic(), pytest.raises(IntegrityError):
        TileServer.objects.create(base=BaseFactory(), **fields)


def test_administrators_choose_it_and_it_is_told() -> None:
    base, administrator = BaseFactory(), UserFactory(is_superuser=True, is_staff=True)
    browser = Client()
    browser.force_login(administrator)
    form = {"base": base.pk, "url": URL, "attribution": "© Carte", "max_zoom": 17}
    add = "/admin/tracking/tileserver/add/"
    assert browser.post(add, form | {"url": "http://tiles.example.org/"}).status_code == 200
    assert not TileServer.objects.exists()
    assert browser.post(add, form).status_code == 302
    server = TileServer.objects.get()
    assert server.origin == ORIGIN
    assert browser.post(f"/admin/tracking/tileserver/{server.pk}/delete/", {"post": "yes"}).status_code == 302
    with override("en"):
        assert [sentence_of(entry) for entry in Entry.objects.of(base).order_by("seq")] == [
            "The maps of Brest now show the pictures of a tile server",
            "The maps of Brest no longer show the pictures of a tile server",
        ]


def test_nobody_else_reaches_it() -> None:
    browser = Client()
    browser.force_login(ManagerFactory())
    assert browser.get("/admin/tracking/tileserver/").status_code in {302, 404}


def test_the_privacy_page_says_who_is_asked() -> None:
    assert ORIGIN not in Client().get("/privacy/").content.decode()
    tiles_for(BaseFactory())
    assert ORIGIN in Client().get("/privacy/").content.decode()
