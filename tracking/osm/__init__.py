"""A base's own map out of an OpenStreetMap extract: read and cut (reading), then drawn within a budget (drawing)."""

ATTRIBUTION = "© les contributeurs d’OpenStreetMap"


class Unusable(Exception):
    """The file gives no map. Its text says why and what to do."""
