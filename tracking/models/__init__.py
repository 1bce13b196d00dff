"""What tracking keeps: the drawn map of each base, and for some days where drivers drove."""

from tracking.models.maps import Basemap
from tracking.models.trails import TrailPoint

__all__ = ["Basemap", "TrailPoint"]
