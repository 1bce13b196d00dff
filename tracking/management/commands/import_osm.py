"""`manage.py import_osm region.osm.pbf --base brest`: the base's own map out of an OpenStreetMap extract."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click
from django.core.management.base import BaseCommand, CommandError

from echauffeur.bases.models import Base
from echauffeur.common.models import row_of_code
from tracking.actions.maps import draw_map
from tracking.osm import ATTRIBUTION, Unusable
from tracking.osm.drawing import draw
from tracking.osm.geometry import Frame
from tracking.osm.reading import read

STEPS = 1_000


class Command(BaseCommand):
    help = "Draws a base's map from an OpenStreetMap extract (.osm.pbf), in place of the one it has."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="an extract that holds the base's area, such as its region's")
        parser.add_argument("--base", required=True, help="the base's code, as it stands in addresses")

    def handle(self, *args: Any, file: Path, base: str, **options: Any) -> None:
        row = row_of_code(Base.objects.all(), base)
        if row is None:
            codes = ", ".join(Base.objects.values_list("code", flat=True)) or "none yet"
            raise CommandError(f"There is no base “{base}”. There are: {codes}.")
        frame = Frame(row.latitude, row.longitude, row.area_radius_m)
        try:
            with _progress(f"Reading {file.name}", options.get("stdout") or sys.stdout) as tell:
                cut = read(file, frame, tell)
        except Unusable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Drawing {len(cut.shapes)} shapes")
        drawing = draw(cut, frame)
        draw_map(base=row, features=drawing.features, attribution=ATTRIBUTION, by=None)
        if cut.has_broken_coast:
            self.stdout.write("The shore ends inside the area: the sea is not drawn. Take a larger extract.")
        if drawing.fine_metres < frame.reach:
            self.stdout.write(
                f"Houses and paths are drawn up to {drawing.fine_metres / 1000:.1f} km from the centre, main roads and "
                f"water up to {frame.reach / 1000:g} km: a page would load too long with more."
            )
        self.stdout.write(f"{row.name} has its map: {drawing.size / 1000:.0f} kB compressed.")


@contextmanager
def _progress(label: str, out: TextIO) -> Iterator[Callable[[float], object]]:
    """Give what takes the share done, 0 to 1: a bar on a terminal, one plain line elsewhere."""
    if not out.isatty():
        out.write(f"{label}\n")
        yield lambda share: None
        return
    with click.progressbar(length=STEPS, label=label, file=out) as bar:
        yield lambda share: bar.update(max(0, int(share * STEPS) - bar.pos))
