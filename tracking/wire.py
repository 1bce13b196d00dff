"""How positions travel to pages: some seven bytes per vehicle. Read by `static/js/wire.js`, described in docs/live.md.

Space is cut into squares of 0.131072 degrees, and in each a point is two whole numbers of 16 bits. The grid never
moves: a car that stands still is drawn at the same spot in every frame, however far away others are.
"""

from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter
from struct import Struct
from typing import NamedTuple

VERSION = 1
UNITS = 500_000  # to the degree: one unit is two millionths, 22 cm at most
SIDE = 1 << 16  # units from one square to the next
HEADING_STEP = 2  # degrees
UNKNOWN_HEADING = 255

HEAD = Struct(">BI")  # version, seconds since 1970
SQUARE = Struct(">hh")  # rows north of the equator, columns east of Greenwich
POINT = Struct(">HHB")  # units north and east of the square's south-west corner, heading


class Vehicle(NamedTuple):
    """Where a driver is. Degrees WGS 84, heading in degrees from north if known, seconds since 1970."""

    driver_id: int
    latitude: float
    longitude: float
    heading: int | None
    at: int


def snap(degrees: float) -> float:
    """Return the nearest value that travels unchanged: at most a millionth of a degree, 12 cm, away."""
    return round(degrees * UNITS) / UNITS


def snap_heading(degrees: int) -> int:
    """Return the nearest even degree from 0 to 358."""
    return round(degrees / HEADING_STEP) * HEADING_STEP % 360


def encode(vehicles: Iterable[Vehicle], now: int) -> bytes:
    """Return the frame of these vehicles, each once, at this moment (seconds since 1970).

    What is read from it is `snap`ped, headings too; ids and times are exact.
    """
    squares: dict[tuple[int, int], list[tuple[int, int, Vehicle]]] = defaultdict(list)
    for vehicle in sorted(vehicles, key=attrgetter("driver_id")):
        row, north = divmod(round(vehicle.latitude * UNITS), SIDE)
        column, east = divmod(round(vehicle.longitude * UNITS), SIDE)
        squares[row, column].append((north, east, vehicle))
    frame = bytearray(HEAD.pack(VERSION, now))
    for square, members in squares.items():
        frame += SQUARE.pack(*square)
        _put(frame, len(members))
        before = 0
        for north, east, vehicle in members:
            _put(frame, vehicle.driver_id - before)
            before = vehicle.driver_id
            frame += POINT.pack(north, east, _heading(vehicle.heading))
            age = now - vehicle.at
            _put(frame, 2 * age if age >= 0 else -2 * age - 1)  # a phone's clock may be ahead
    return bytes(frame)


def decode(frame: bytes) -> tuple[int, list[Vehicle]]:
    """Return a frame's moment and vehicles. Raises ValueError, IndexError or struct.error when it is none of ours."""
    version, now = HEAD.unpack_from(frame)
    if version != VERSION:
        raise ValueError(f"A frame of version {version}")
    vehicles, place = [], HEAD.size
    while place < len(frame):
        row, column = SQUARE.unpack_from(frame, place)
        members, place = _take(frame, place + SQUARE.size)
        driver_id = 0
        for _ in range(members):
            step, place = _take(frame, place)
            driver_id += step
            north, east, heading = POINT.unpack_from(frame, place)
            age, place = _take(frame, place + POINT.size)
            vehicles.append(
                Vehicle(
                    driver_id,
                    (row * SIDE + north) / UNITS,
                    (column * SIDE + east) / UNITS,
                    None if heading == UNKNOWN_HEADING else heading * HEADING_STEP,
                    now - (age // 2 if age % 2 == 0 else -(age + 1) // 2),
                )
            )
    return now, vehicles


def _heading(degrees: int | None) -> int:
    return UNKNOWN_HEADING if degrees is None else snap_heading(degrees) // HEADING_STEP


def _put(frame: bytearray, number: int) -> None:
    """Append a whole number from 0 up, seven bits a byte, the lowest first."""
    while number > 127:
        frame.append(number & 127 | 128)
        number >>= 7
    frame.append(number)


def _take(frame: bytes, place: int) -> tuple[int, int]:
    """Return the number that begins here, and where the next thing begins."""
    number = shift = 0
    while frame[place] > 127:
        number |= (frame[place] & 127) << shift
        shift += 7
        place += 1
    return number | frame[place] << shift, place + 1
