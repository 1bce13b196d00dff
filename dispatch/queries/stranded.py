"""Missions that cannot be driven as they are planned, because their driver or vehicle has changed since.

Nothing is taken off them: the regulator decides. What was kept with a reason is settled, and no longer said.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.models import Ride
from dispatch.models import Mission, MissionQuerySet, Stop, StopKind
from dispatch.queries.feasibility import AROUND, against, promised_against
from dispatch.queries.means import Means, means_of
from dispatch.queries.proposals import proposals_for
from drivers.models import Driver
from echauffeur.bases.models import Base
from echauffeur.common.obstacles import Obstacle
from fleet.commitments import Broken
from fleet.models import Vehicle, VehicleModel


@dataclass(frozen=True)
class Stranded:
    """A ride on a mission that its driver or vehicle cannot take any more, and every reason."""

    mission: Mission
    ride: Ride
    reasons: list[Obstacle]


def stranded_of_driver(driver: Driver) -> list[Stranded]:
    """Return what this driver is to drive and cannot."""
    return _unsettled(driver.base, Mission.objects.filter(driver=driver))


def stranded_of_vehicle(vehicle: Vehicle) -> list[Stranded]:
    """Return what this vehicle is to carry and cannot."""
    return _unsettled(vehicle.base, Mission.objects.filter(vehicle=vehicle))


def stranded_of_model(model: VehicleModel, base: Base) -> list[Stranded]:
    """Return what vehicles of this model on this base are to carry and cannot."""
    return _unsettled(base, Mission.objects.filter(vehicle__model=model))


def obstacles_of(drivers: Collection[int], vehicles: Collection[int], now: datetime) -> dict[int, list[Obstacle]]:
    """Return what stands against each live mission of these drivers and vehicles, by its id; kept ones too.

    Of an absence or an outage that is over, too: the database forbids it as any other while the mission is not done.
    """
    theirs = Mission.objects.filter(Q(driver__in=drivers) | Q(vehicle__in=vehicles))
    found: dict[int, list[Obstacle]] = {}
    for base, missions in groupby(_rows(theirs), lambda mission: mission.base):
        for one in _judged(base, list(missions), now, with_past=True):
            found.setdefault(one.mission.pk, []).extend(one.reasons)
    return found


def _unsettled(base: Base, missions: MissionQuerySet) -> list[Stranded]:
    """Return what stands against these missions, but for what somebody kept them in spite of."""
    found = _judged(base, _rows(missions.of(base)), timezone.now())
    left = [replace(one, reasons=[o for o in one.reasons if not one.mission.is_kept_despite(o)]) for one in found]
    return [one for one in left if one.reasons]


def _rows(missions: MissionQuerySet) -> list[Mission]:
    picked_up = Stop.objects.filter(kind=StopKind.PICK_UP, dropped_at=None).select_related("ride__destination")
    live = missions.live().with_crew().order_by("base", "period", "pk")
    return list(live.prefetch_related(Prefetch("stops", picked_up, to_attr="pick_ups")))


def _judged(base: Base, rows: list[Mission], now: datetime, *, with_past: bool = False) -> list[Stranded]:
    if not rows:
        return []
    start, end = min(row.starts_at for row in rows), max([now, *(row.ends_at for row in rows)])
    means = means_of(base, start, end, drivers=[row.driver for row in rows], vehicles=[row.vehicle for row in rows])
    return [
        Stranded(row, stop.ride, list(dict.fromkeys(reasons)))
        for row in rows
        for past in [promised_against(means, row) if with_past else []]
        for stop in row.pick_ups  # type: ignore[attr-defined]
        if (reasons := [*against(means, row, stop.ride, now), *past])
    ]


# --- for who made the change ---------------------------------------------------------------------------------------


def broken_of(obstacles: Mapping[int, Collection[Obstacle]]) -> list[Broken]:
    """Return the rides of these missions, the earliest first, each with who could take it instead."""
    rows = _rows(Mission.objects.filter(pk__in=obstacles))
    broken = [
        one
        for base, missions in groupby(rows, lambda mission: mission.base)
        for one in _broken_on(base, list(missions), obstacles)
    ]
    return sorted(broken, key=lambda one: (one.at, one.ride))


def _broken_on(base: Base, rows: list[Mission], obstacles: Mapping[int, Collection[Obstacle]]) -> Iterable[Broken]:
    rides = [(row, stop.ride) for row in rows for stop in row.pick_ups]  # type: ignore[attr-defined]
    times = [ride.pickup_at for _row, ride in rides]
    means = means_of(base, min(times) - AROUND, max(times) + AROUND)
    for mission, ride in rides:
        yield Broken(
            base=base.code,
            mission=mission.code,
            ride=ride.code,
            at=ride.pickup_at,
            when=date_format(base.local(ride.pickup_at), "SHORT_DATETIME_FORMAT"),
            origin=ride.origin_label,
            destination=ride.destination.name,
            driver=mission.driver.short_name,
            vehicle=mission.vehicle.name,
            reasons=tuple(obstacles[mission.pk]),
            instead=_instead(means, mission, ride),
        )


def _instead(means: Means, mission: Mission, ride: Ride) -> str:
    """Return who could take the ride, were it not on this mission, in words; nothing when nobody can."""
    if ride.pickup_at < timezone.now():
        return ""
    best = next(proposals_for(_without(means, mission), ride, ride.pickup_at), None)
    if best is None:
        return ""
    return _("%(driver)s with %(vehicle)s is free") % {"driver": best.driver.short_name, "vehicle": best.vehicle.name}


def _without(means: Means, mission: Mission) -> Means:
    """Return these means as if the mission were not: its driver with another vehicle may well take the ride."""
    driver, vehicle = means.drivers.get(mission.driver_id), means.vehicles.get(mission.vehicle_id)
    drivers, vehicles = dict(means.drivers), dict(means.vehicles)
    if driver:
        others = [e for e in driver.engagements if e.mission != mission]
        drivers[driver.row.pk] = replace(driver, engagements=others)
    if vehicle:
        others = [e for e in vehicle.engagements if e.mission != mission]
        vehicles[vehicle.row.pk] = replace(vehicle, engagements=others)
    return replace(means, drivers=drivers, vehicles=vehicles)
