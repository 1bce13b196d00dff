"""`manage.py import_osm`: what it writes, tells and refuses."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.journal.models import Entry
from tests.factories import BaseFactory, UserFactory
from tests.tracking.osm import HERE, Extract, town
from tracking.models import Basemap
from tracking.templatetags.maps import map_drawn

pytestmark = pytest.mark.django_db


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory(latitude=HERE.latitude, longitude=HERE.longitude, area_radius_m=int(HERE.reach))
    return base


def run(path: Path, base: str = "brest", out: io.StringIO | None = None) -> str:
    out = out or io.StringIO()
    call_command("import_osm", str(path), base=base, stdout=out)
    return out.getvalue()


def layers(base: Base) -> set[str]:
    return {feature["properties"]["layer"] for feature in Basemap.objects.get(base=base).features}


def test_the_base_has_its_map_and_its_source(base: Base, tmp_path: Path) -> None:
    said = run(town().write(tmp_path))
    assert said.splitlines()[:2] == ["Reading small.osm.pbf", "Drawing 3 shapes"]
    assert "Brest has its map: " in said
    client = Client()
    client.force_login(UserFactory())
    data = json.loads(client.get("/bases/brest/map.json").content)
    assert data["attribution"] == "© les contributeurs d’OpenStreetMap"
    assert {f["properties"]["layer"] for f in data["features"]} == {"road", "building", "water"}


def test_open_maps_are_told(base: Base, tmp_path: Path) -> None:
    run(town().write(tmp_path))
    (entry,) = Entry.objects.of(base)
    assert (entry.verb, entry.by, entry.party) == ("draw_map", None, Party.ADMINISTRATOR)
    assert f"base:{base.pk}" in entry.streams


def test_another_import_replaces_the_map_and_leaves_other_bases_alone(base: Base, tmp_path: Path) -> None:
    other = BaseFactory(code="toulon")
    Basemap.objects.create(base=other, features=[], attribution="Drawn")
    run(town().write(tmp_path))
    before = Basemap.objects.get(base=base).drawn_at
    garden = Extract()
    garden.square(0, 0, 200, leisure="park")
    run(garden.write(tmp_path))
    assert layers(base) == {"green"}
    assert Basemap.objects.get(base=base).drawn_at > before
    assert Basemap.objects.get(base=other).attribution == "Drawn"
    assert not Entry.objects.of(other).exists()


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("small.osm.pbf", "nowhere", "There is no base “nowhere”. There are: brest."),
        ("none.osm.pbf", "brest", "There is no file"),
        ("other.osm.pbf", "brest", "PBF"),
        ("cut.osm.pbf", "brest", "ends too early"),
        ("far.osm.pbf", "brest", "Nothing in this file lies in the base's area"),
    ],
)
def test_refused_with_its_reason_and_nothing_written(
    base: Base, tmp_path: Path, name: str, code: str, says: str
) -> None:
    Basemap.objects.create(base=base, features=[{"kept": True}], attribution="Before")
    far = Extract()
    far.square(9_000, 9_000, 50, building="yes")
    far.write(tmp_path).rename(tmp_path / "far.osm.pbf")
    whole = town().write(tmp_path).read_bytes()
    (tmp_path / "cut.osm.pbf").write_bytes(whole[: len(whole) - 20])
    (tmp_path / "other.osm.pbf").write_bytes(b"PK\x03\x04" * 100)
    with pytest.raises(CommandError, match=says) as refused:
        run(tmp_path / name, code)
    assert refused.value.returncode == 1
    assert Basemap.objects.get().attribution == "Before"
    assert not Entry.objects.exists()


def test_a_terminal_shows_a_bar(base: Base, tmp_path: Path) -> None:
    said = run(town().write(tmp_path), out=Terminal())
    assert "Reading small.osm.pbf  [" in said
    assert "100%" in said


def test_a_shore_that_ends_and_houses_left_out_are_said(base: Base, tmp_path: Path) -> None:
    Base.objects.filter(pk=base.pk).update(area_radius_m=40_000)
    extract = town()
    extract.line((0, 800), (100, 700), natural="coastline")
    said = run(extract.write(tmp_path))
    assert "the sea is not drawn" in said
    assert "up to 12.0 km from the centre" in said


def test_a_page_that_is_open_learns_that_its_map_is_old(base: Base, tmp_path: Path) -> None:
    assert map_drawn(base) == ""
    run(town().write(tmp_path))
    assert map_drawn(base) == Basemap.objects.get().drawn_at.isoformat()
