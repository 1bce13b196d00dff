"""An open page draws its base's map anew when an import has changed it."""

from pathlib import Path

from django.core.management import call_command
from playwright.sync_api import expect

from echauffeur.bases.models import Base
from tests.browser.conftest import OpenAs
from tests.factories import RegulatorFactory
from tests.tracking.osm import HERE, Extract

NAMES = ".map .map-name"


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
