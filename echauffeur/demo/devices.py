"""The devices of the demo: a box in one vehicle of each base, and a driver's old telephone whose key was ended."""

from datetime import datetime, timedelta

from echauffeur.demo.people import Crew
from fleet.models import Vehicle
from tracking.models import Device
from tracking.models.devices import digest_of, new_token


def write_devices(crews: dict[str, Crew], now: datetime) -> None:
    """Add two devices to each base. Nobody knows their keys: who wants to send makes a new one."""
    devices = []
    for crew in crews.values():
        box = Device(vehicle=Vehicle.objects.of(crew.base).enabled().earliest("pk"), label="Teltonika FMB920")
        box.last_heard_at = now - timedelta(hours=14)
        box.refused_code, box.refused_at = "off_shift", now - timedelta(hours=14)
        old = Device(driver=crew.drivers[0], label="Ancien Galaxy A5", revoked_at=now - timedelta(days=12))
        old.last_heard_at = now - timedelta(days=12, hours=2)
        devices += [box, old]
    for device in devices:
        device.base, device.digest = device.owner.base, digest_of(new_token())
    Device.objects.bulk_create(devices)
