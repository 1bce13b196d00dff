"""How far it is, as the crow flies."""

from django.utils.formats import number_format
from geopy.distance import great_circle


def metres_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the metres between two points (latitude, longitude; WGS 84 degrees), as the crow flies."""
    return float(great_circle(a, b).meters)


def distance_in_words(metres: float) -> str:
    """Return 850 m, 2.4 km or 61 km, with the person's decimal mark."""
    if metres < 995:
        return f"{round(metres, -1):.0f} m"
    return f"{number_format(metres / 1000, 1 if metres < 9_950 else 0)} km"


def is_on_earth(point: tuple[float | None, float | None]) -> bool:
    """Return whether a latitude and a longitude are given, and possible."""
    latitude, longitude = point
    return latitude is not None and longitude is not None and abs(latitude) <= 90 and abs(longitude) <= 180
