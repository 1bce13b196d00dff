"""Positions on the wire: exact enough, small, and read by the page as they were written."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.local.binaries import node_and_npm
from deploy.local.environment import VENV
from tracking.wire import Vehicle, decode, encode, snap, snap_heading

PROJECT = Path(__file__).resolve().parents[2]
VECTORS = Path(__file__).with_name("frames.json")
NOW = 1_795_424_400

vehicles = st.builds(
    Vehicle,
    driver_id=st.integers(1, 2**31) | st.integers(1, 300),
    latitude=st.floats(-90, 90) | st.floats(48.3, 48.5),
    longitude=st.floats(-180, 180) | st.floats(-4.6, -4.4),
    heading=st.none() | st.integers(0, 359),
    at=st.integers(NOW - 700, NOW + 60),
)
frames = st.lists(vehicles, max_size=40, unique_by=lambda vehicle: vehicle.driver_id)


def expected(vehicle: Vehicle) -> Vehicle:
    """Return what is read of it: the nearest spot of the grid and the nearest even degree."""
    heading = None if vehicle.heading is None else snap_heading(vehicle.heading)
    return vehicle._replace(latitude=snap(vehicle.latitude), longitude=snap(vehicle.longitude), heading=heading)


@given(frames)
def test_what_is_read_is_what_was_written_to_a_millionth_of_a_degree(frame: list[Vehicle]) -> None:
    at, read = decode(encode(frame, NOW))
    assert at == NOW
    assert {v.driver_id: v for v in read} == {v.driver_id: expected(v) for v in frame}
    for vehicle in frame:
        assert abs(snap(vehicle.latitude) - vehicle.latitude) <= 1.000001e-6
        assert abs(snap(vehicle.longitude) - vehicle.longitude) <= 1.000001e-6
        assert snap(snap(vehicle.latitude)) == snap(vehicle.latitude)
        if vehicle.heading is not None:
            turn = abs(snap_heading(vehicle.heading) - vehicle.heading)
            assert min(turn, 360 - turn) <= 1


@settings(max_examples=8, deadline=None)
@given(st.lists(frames, min_size=20, max_size=40))
def test_the_page_reads_the_same(several: list[list[Vehicle]]) -> None:
    encoded = [encode(frame, NOW) for frame in several]
    assert read_by_the_page(encoded) == [in_words(frame) for frame in encoded]


def test_the_vectors_that_both_sides_keep_to() -> None:
    for vector in json.loads(VECTORS.read_text()):
        written = [Vehicle(*row) for row in vector["written"]]
        assert encode(written, vector["at"]).hex() == vector["hex"], vector["what"]
        assert in_words(bytes.fromhex(vector["hex"])) == {"at": vector["at"], "drivers": vector["read"]}


def test_a_vehicle_takes_less_than_eight_bytes() -> None:
    spread = [Vehicle(i, 48.30 + i % 20 / 100, -4.60 + i / 1000, i, NOW - i % 30) for i in range(1, 201)]
    assert len(encode(spread, NOW)) / len(spread) < 7.5


def test_a_car_that_stands_is_drawn_at_one_spot_wherever_others_are() -> None:
    standing = Vehicle(1, 48.381234, -4.494321, None, NOW)
    far = [Vehicle(2, 43.1, 5.9, None, NOW), Vehicle(3, -17.5, -149.5, None, NOW)]
    alone, among = decode(encode([standing], NOW))[1], decode(encode([*far, standing], NOW))[1]
    assert alone[0] in among


@pytest.mark.parametrize("other", [b"\x02\0\0\0\0", b""])
def test_another_version_or_nothing_is_refused(other: bytes) -> None:
    with pytest.raises(Exception, match=r"version|requires"):
        decode(other)


def in_words(frame: bytes) -> dict[str, object]:
    at, read = decode(frame)
    return {"at": at, "drivers": [list(vehicle) for vehicle in read]}


def read_by_the_page(encoded: list[bytes]) -> object:
    """Return what the page's own script reads from these frames."""
    found = node_and_npm(VENV)
    assert found, "make environment installs Node where the machine has none"
    script = f"""
        import {{ decode }} from {json.dumps(str(PROJECT / "static/js/wire.js"))};
        const frames = JSON.parse(await new Response(process.stdin).text());
        console.log(JSON.stringify(frames.map((hex) => decode(new Uint8Array(Buffer.from(hex, "hex")).buffer))));
    """
    answer = subprocess.run(
        [found[0] / "node", "--input-type=module", "--eval", script],
        input=json.dumps([frame.hex() for frame in encoded]),
        capture_output=True, check=True, text=True, timeout=60,
    )  # fmt: skip
    return json.loads(answer.stdout)
