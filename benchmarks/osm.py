"""What it takes to draw a base's map from an OpenStreetMap extract, and what a page then loads.

Beside it, in the same run and for the same square, a peer: the plainest code on the same library, which writes each
thing that lies there as a feature of its own, with all its points. Each runs in a process of its own; one line of JSON
per figure: seconds on the clock, the process's largest memory in MB, kB as the map's answer travels (gzip).

    .venv/bin/python benchmarks/osm.py [extract.osm.pbf latitude longitude]
"""

import gzip
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import orjson
import osmium

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tracking.osm import drawing, kinds
from tracking.osm.geometry import Frame
from tracking.osm.reading import read
from tracking.packing import packed

VADUZ = (str(ROOT.parent / "shared/data/osm/liechtenstein.osm.pbf"), "47.14", "9.52")
REACHES = (5_000, 60_000)


def ours(path: Path, frame: Frame) -> bytes:
    return orjson.dumps(packed(drawing.draw(read(path, frame), frame).features))


def feature_by_feature(path: Path, frame: Frame) -> bytes:
    """Return what lies in the square with at least one point, whole and unthinned."""
    file = osmium.io.File(str(path), "pbf")
    things = osmium.FileProcessor(file).with_areas(osmium.filter.KeyFilter(*kinds.KEYS))
    things = things.with_filter(osmium.filter.KeyFilter(*kinds.KEYS)).with_filter(osmium.filter.GeoInterfaceFilter())
    features = []
    for thing in things:
        of = kinds.of_area if thing.is_area() else kinds.of_line if thing.is_way() else kinds.of_point
        if of(thing.tags) and any(frame.holds(frame.metres(*point)) for point in points(thing.__geo_interface__)):
            features.append(thing.__geo_interface__)
    return orjson.dumps(features)


def points(feature: dict) -> list:
    """Return all points of a GeoJSON feature."""
    found, left = [], [feature["geometry"]["coordinates"]]
    while left:
        here = left.pop()
        if isinstance(here[0], int | float):
            found.append(here)
        else:
            left += here
    return found


HOW = {"ours": ours, "feature by feature": feature_by_feature}


def measure(how: str, path: str, latitude: str, longitude: str, reach: int) -> None:
    begun = time.perf_counter()
    body = HOW[how](Path(path), Frame(float(latitude), float(longitude), reach))
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"s": round(seconds, 2), "peak_mb": round(peak), "kb": round(len(gzip.compress(body, 6)) / 1000)}
    print(json.dumps({"what": "a base's map", "radius_m": reach, "how": how} | figures), flush=True)


def main() -> None:
    where = sys.argv[1:] or VADUZ
    for reach in REACHES:
        for how in HOW:
            subprocess.run([sys.executable, __file__, "--measure", how, *where, str(reach)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        how, *where, reach = sys.argv[2:]
        measure(how, *where, int(reach))
    else:
        main()
