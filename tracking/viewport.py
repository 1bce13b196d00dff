"""Which part of the ground a page's map shows, rounded out so that many screens share one frame."""

import math
from typing import NamedTuple, Self

import orjson

from tracking.wire import Vehicle

LONGEST = 200  # characters; what a map says has a hundred at most
SMALLEST = 1e-4  # degrees, some ten metres


class Viewport(NamedTuple):
    """Degrees WGS 84, edges included."""

    south: float
    west: float
    north: float
    east: float

    def shows(self, vehicle: Vehicle) -> bool:
        return self.south <= vehicle.latitude <= self.north and self.west <= vehicle.longitude <= self.east

    @classmethod
    def read(cls, text: str | bytes) -> Self | None:
        """Read ``{"sees": [south, west, north, east]}``, rounded out; None when that is not what it says.

        A viewport across the date line is none: whoever looks there gets everything.
        """
        if len(text) > LONGEST:
            return None
        try:
            said = cls(*map(float, orjson.loads(text)["sees"]))
        except (TypeError, ValueError, KeyError):
            return None
        is_one = -90 <= said.south < said.north <= 90 and -180 <= said.west < said.east <= 180
        return said._rounded_out() if is_one else None

    def _rounded_out(self) -> Self:
        # Steps of a power of two, half as long as the viewport at least: as it is dragged, it takes few different ones.
        step = 2.0 ** math.ceil(math.log2(max(self.north - self.south, self.east - self.west, SMALLEST) / 2))
        # Divided with a rest: an edge a hair from zero, divided, would be zero.
        south, west = (edge // step * step for edge in (self.south, self.west))
        north, east = (-(-edge // step) * step for edge in (self.north, self.east))
        return type(self)(south, west, north, east)
