"""What a base's map shows, its devices, and who has a vehicle."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Q

from drivers.models import Driver
from echauffeur.bases.models import Base, Place, PlaceKind
from fleet.models import Vehicle
from tracking.models import Basemap, Device, TileServer
from tracking.models.devices import DeviceQuerySet

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


def tiles_of(base: Base) -> TileServer | None:
    """Return the server whose pictures the base's maps show; None unless an administrator chose one."""
    return TileServer.objects.filter(base=base).first()


def tile_servers() -> list[TileServer]:
    """Return every server that maps ask besides ours, with its base."""
    return list(TileServer.objects.select_related("base"))


def _places(base: Base) -> list[Feature]:
    return [_feature(place) for place in base.places.enabled()]


def _feature(place: Place) -> Feature:
    layer = "gate" if place.kind == PlaceKind.GATE else "place"
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
        "properties": {"layer": layer, "id": place.pk, "name": place.name, "kind": place.kind},
    }


@dataclass(frozen=True)
class Holding:
    """For how long a driver has a vehicle."""

    driver_id: int
    period: DateTimeTZRange


def holdings_of(vehicle: Vehicle, start: datetime, end: datetime) -> list[Holding]:
    """Return who has the vehicle when, between these moments: by missions that are not over, then by shifts.

    Who is under way has it until the mission ends, however late. Missions lie in an app above: they are asked for by
    the name of the relation.
    """
    around = DateTimeTZRange(start, end, "[]")
    late = Q(missions__state="under_way", missions__period__startswith__lte=end)
    driven = Driver.objects.filter(
        Q(missions__period__overlap=around) | late,
        Q(missions__ended_at=None) | Q(missions__ended_at__gt=start),
        missions__vehicle=vehicle,
    )
    missions = driven.values_list("pk", "missions__period", "missions__ended_at", "missions__state")
    shifts = vehicle.shifts.filter(period__overlap=around).values_list("driver_id", "period")
    by_mission = [
        Holding(driver, DateTimeTZRange(period.lower, None if state == "under_way" else ended or period.upper))
        for driver, period, ended, state in missions
        if ended is None or ended > period.lower
    ]
    return [*by_mission, *(Holding(driver, period) for driver, period in shifts)]


def devices_to_configure(base: Base, words: str = "") -> DeviceQuerySet:
    """Return the base's devices, ended ones last; with words, those whose name, driver or vehicle holds each."""
    devices = Device.objects.of(base).with_owner().order_by(F("revoked_at").asc(nulls_first=True), "label", "pk")
    for word in words.split():
        devices = devices.filter(
            Q(label__unaccent__icontains=word)
            | Q(driver__user__last_name__unaccent__icontains=word)
            | Q(driver__user__first_name__unaccent__icontains=word)
            | Q(vehicle__plate__icontains=word)
        )
    return devices


def devices_of(driver: Driver) -> DeviceQuerySet:
    """Return the driver's own devices that are in force."""
    return Device.objects.in_force().with_owner().filter(driver=driver)
