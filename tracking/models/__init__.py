"""What tracking keeps: the drawn map of each base."""

from tracking.models.maps import Basemap

__all__ = ["Basemap"]
