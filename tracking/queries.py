"""What a base's map shows."""

import hashlib
from datetime import datetime
from typing import Any

import orjson

from echauffeur.bases.models import Base, Place, PlaceKind
from tracking.models import Basemap

Feature = dict[str, Any]


def map_of(base: Base) -> dict[str, Any]:
    """Return the base's map as a GeoJSON FeatureCollection (WGS 84): what was drawn, and its enabled places.

    A base without a drawn map shows its places alone.
    """
    drawn = Basemap.objects.filter(base=base).first() or Basemap(base=base)
    features = [*drawn.features, *_places(base)]
    return {"type": "FeatureCollection", "attribution": drawn.attribution, "features": features}


def stamp_of(base: Base) -> str:
    """Return what changes with the base's map. What was drawn, a megabyte of it, need not be read to know."""
    return hashlib.blake2b(orjson.dumps([drawn_at(base), _places(base)]), digest_size=12).hexdigest()


def drawn_at(base: Base) -> datetime | None:
    """Return when the base's map was drawn; None when it has none."""
    return Basemap.objects.filter(base=base).values_list("drawn_at", flat=True).first()


def _places(base: Base) -> list[Feature]:
    return [_feature(place) for place in base.places.enabled()]


def _feature(place: Place) -> Feature:
    layer = "gate" if place.kind == PlaceKind.GATE else "place"
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
        "properties": {"layer": layer, "id": place.pk, "name": place.name, "kind": place.kind},
    }
