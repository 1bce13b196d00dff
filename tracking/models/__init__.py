"""What tracking keeps: the drawn map of each base, devices, and for some days where drivers drove."""

from tracking.models.devices import Device
from tracking.models.maps import Basemap
from tracking.models.trails import TrailPoint

__all__ = ["Basemap", "Device", "TrailPoint"]
