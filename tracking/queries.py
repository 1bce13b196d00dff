"""What a base's map shows."""

from typing import Any

from echauffeur.bases.models import Base, Place, PlaceKind
from tracking.models import Basemap

Feature = dict[str, Any]


def map_of(base: Base) -> dict[str, Any]:
    """Return the base's map as a GeoJSON FeatureCollection (WGS 84): what was drawn, and its enabled places.

    A base without a drawn map shows its places alone.
    """
    drawn = Basemap.objects.filter(base=base).first() or Basemap(base=base)
    places = [_feature(place) for place in base.places.enabled()]
    return {"type": "FeatureCollection", "attribution": drawn.attribution, "features": [*drawn.features, *places]}


def _feature(place: Place) -> Feature:
    layer = "gate" if place.kind == PlaceKind.GATE else "place"
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
        "properties": {"layer": layer, "id": place.pk, "name": place.name, "kind": place.kind},
    }
