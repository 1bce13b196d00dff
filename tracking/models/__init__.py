"""What tracking keeps: the drawn map of each base, tile servers, devices, and for some days where drivers drove."""

from tracking.models.devices import Device
from tracking.models.maps import Basemap
from tracking.models.tiles import TileServer
from tracking.models.trails import TrailPoint

__all__ = ["Basemap", "Device", "TileServer", "TrailPoint"]
