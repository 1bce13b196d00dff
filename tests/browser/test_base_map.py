"""Where a page's map comes from: our own drawing, anew after an import; pictures of a server where one was chosen."""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.management import call_command
from playwright.sync_api import expect

from echauffeur.bases.models import Base
from tests.browser.conftest import OpenAs
from tests.browser.guard import Guard
from tests.factories import RegulatorFactory
from tests.tracking.osm import HERE, Extract
from tracking.models import TileServer

NAMES = ".map .map-name"
TILES = "https://tiles.example.org/{z}/{x}/{y}.png"
# One grey pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63e8eae8000003340199"
    "26a17d6b0000000049454e44ae426082"
)


def village(name: str, folder: Path) -> str:
    extract = Extract()
    extract.line((-900, 0), (900, 0), highway="primary")
    extract.point(0, 0, place="village", name=name)
    return str(extract.write(folder))


def test_open_maps_redraw_after_an_import(open_as: OpenAs, tmp_path: Path) -> None:
    regulator = RegulatorFactory()
    Base.objects.update(latitude=HERE.latitude, longitude=HERE.longitude, area_radius_m=int(HERE.reach))
    page = open_as(regulator, "/bases/brest/tower/")
    expect(page.locator(".map canvas")).to_have_count(0)
    call_command("import_osm", village("Kerhuon", tmp_path), base="brest")
    expect(page.locator(NAMES)).to_have_text(["Kerhuon"])
    expect(page.locator(".map .leaflet-control-attribution")).to_have_text("© les contributeurs d’OpenStreetMap")
    call_command("import_osm", village("Le Relecq", tmp_path), base="brest")
    expect(page.locator(NAMES)).to_have_text(["Le Relecq"])
    expect(page.locator(".map .leaflet-control-attribution")).to_have_count(1)
    expect(page.locator(".map canvas")).to_have_count(1)


def test_no_host_but_ours_is_asked(open_as: OpenAs) -> None:
    page = open_as(RegulatorFactory(), "/help/")
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or "data"))
    page.goto("/bases/brest/map/")
    expect(page.locator("#live-state[data-state=live]")).to_be_visible()
    assert hosts <= {"127.0.0.1", "data"}


def test_pictures_of_a_tile_server_lie_on_the_drawn_map_and_give_way_to_it(
    open_as: OpenAs, tmp_path: Path, guard: Guard
) -> None:
    guard.forgive("ERR_FAILED")
    regulator = RegulatorFactory()
    Base.objects.update(latitude=HERE.latitude, longitude=HERE.longitude, area_radius_m=int(HERE.reach))
    call_command("import_osm", village("Kerhuon", tmp_path), base="brest")
    TileServer.objects.create(base=regulator.base, url=TILES, attribution="© <i>Carte</i>", max_zoom=14)
    page = open_as(regulator, "/help/")
    page.route("https://tiles.example.org/**", lambda route: route.fulfill(body=PIXEL, content_type="image/png"))
    for address in ("/bases/brest/map/", "/bases/brest/tower/", "/bases/brest/map/"):
        page.goto(address)
        expect(page.locator(".map .leaflet-tile-loaded").first).to_be_attached()
        expect(page.locator(".map .leaflet-control-attribution", has_text="© <i>Carte</i>")).to_be_visible()
        expect(page.locator(NAMES)).to_be_hidden()
        expect(page.locator(".map canvas")).to_have_count(1)
    page.route("https://tiles.example.org/**", lambda route: route.abort())
    page.reload()
    expect(page.locator(NAMES)).to_be_visible()
    expect(page.locator(".map .leaflet-tile")).to_have_count(0)
    expect(page.locator(".map .leaflet-control-attribution")).to_have_count(1)
