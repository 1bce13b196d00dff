"""The missions planned with drivers and vehicles, for whoever changes what these can do (`fleet.commitments`)."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from bookings.models import Ride
from bookings.states import RIDE, UnassignReason
from dispatch import promises
from dispatch.actions import unassign
from dispatch.models import Mission, Stop
from dispatch.plans import keep_mission
from dispatch.queries.stranded import broken_of, obstacles_of
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from echauffeur.common.obstacles import OF_THE_VEHICLE, Against
from echauffeur.common.refusals import Refusal
from fleet.commitments import Broken, Ledger, Stranding


class MissionLedger(Ledger):
    """Missions, asked and moved by the same rules and steps as in the control tower."""

    def look(self, *, drivers: Collection[int], vehicles: Collection[int], now: datetime) -> Stranding:
        return obstacles_of(drivers, vehicles, now)

    def told(self, stranding: Stranding) -> list[Broken]:
        return broken_of(stranding)

    def release(self, stranding: Stranding, *, by: User) -> None:
        missions = _held(stranding)
        rides = _held_rides(missions)
        for mission in missions:
            reason = _reason_of(kinds_of(stranding, mission))
            for ride in rides.get(mission.pk, ()):
                _check_may_leave(ride)
                unassign(ride=ride, by=by, reason=reason, seen=mission.code)

    def keep(self, stranding: Stranding, *, reason: str, by: User) -> None:
        for mission in _held(stranding):
            keep_mission(mission, kinds_of(stranding, mission), reason=reason, by=by)

    def postpone(self) -> None:
        promises.postpone()

    def judge(self) -> None:
        promises.judge()


def kinds_of(stranding: Stranding, mission: Mission) -> set[Against]:
    return {obstacle.kind for obstacle in stranding[mission.pk]}


def _held(stranding: Stranding) -> list[Mission]:
    """Return those of these missions that are still live, locked in one order, before any of their rides."""
    return list(
        Mission.objects.live().select_for_update(of=("self",)).with_crew().filter(pk__in=stranding).order_by("pk")
    )


def _held_rides(missions: Iterable[Mission]) -> dict[int, list[Ride]]:
    """Return the rides that these locked missions still carry, locked, by mission."""
    to_do = Stop.objects.to_do().filter(mission__in=missions, ride__isnull=False)
    carrying = dict(to_do.values_list("ride_id", "mission_id"))
    rides: dict[int, list[Ride]] = {}
    for ride in Ride.objects.select_for_update(of=("self",)).filter(pk__in=carrying).order_by("pk"):
        rides.setdefault(carrying[ride.pk], []).append(ride)
    return rides


def _check_may_leave(ride: Ride) -> None:
    if not RIDE.allows("unassign", ride.state, Party.REGULATOR):
        raise Refusal(
            _(
                "%(ride)s cannot go back to the control room: it is “%(state)s”. Let it come to its end first, or keep "
                "it as it is and say why."
            )
            % {"ride": ride.code, "state": ride.get_state_display()}
        )


def _reason_of(kinds: Collection[Against]) -> UnassignReason:
    is_about_vehicle = OF_THE_VEHICLE.issuperset(kinds)
    return UnassignReason.VEHICLE_UNAVAILABLE if is_about_vehicle else UnassignReason.DRIVER_UNAVAILABLE
