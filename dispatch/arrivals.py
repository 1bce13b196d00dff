"""What a car's positions say of the stop that it is driven to: it seems to be there, or gone again.

That is a proposal to the driver and a hint to the control room. The step itself is the driver's alone.
"""

from datetime import datetime

from django.db import transaction

from dispatch.models import Mission, Stop
from dispatch.plans import driver_stream
from dispatch.states import MissionState
from drivers.models import Driver
from echauffeur.bases.models import ARRIVAL_RADIUS_M
from echauffeur.common.lifecycle import Party
from echauffeur.journal import actions as journal
from tracking.arrival import Spot
from tracking.goals import Goal, Goals


class MissionGoals(Goals):
    """A driver is expected at the next stop of the mission that is under way."""

    def next_of(self, driver: Driver) -> Goal | None:
        on_the_way = Stop.objects.to_do().filter(mission__driver=driver, mission__state=MissionState.UNDER_WAY)
        stop = on_the_way.select_related("ride", "place").order_by("mission__period", "position").first()
        if stop is None or stop.ride is None or not stop.is_driven_to:
            return None
        radius = stop.place.arrival_radius_m if stop.place else ARRIVAL_RADIUS_M
        spot = Spot(stop.latitude, stop.longitude, radius)
        return Goal(stop.pk, spot, stop.ride.state_since, stop.seems_there_since)

    def reach(self, goal: int, since: datetime) -> None:
        seem_there(stop_id=goal, since=since)

    def leave(self, goal: int) -> None:
        seem_gone(stop_id=goal)


@transaction.atomic
def seem_there(*, stop_id: int, since: datetime) -> None:
    """Note that the car seems to stand at the stop since then; nothing when it is noted, or the stop is no longer
    driven to.
    """
    stop = _held(stop_id)
    if stop and stop.seems_there_since is None:
        _note(stop, "seem_there", since)


@transaction.atomic
def seem_gone(*, stop_id: int) -> None:
    """Note that the car seems to have left the stop again; nothing when it was not there, or the driver said it was."""
    stop = _held(stop_id)
    if stop and stop.seems_there_since is not None:
        _note(stop, "seem_gone", None)


def _held(stop_id: int) -> Stop | None:
    """Return the stop while a car is driven to it, under the lock of its mission, which every step takes too."""
    under_way = Mission.objects.filter(state=MissionState.UNDER_WAY, stops=stop_id)
    mission = under_way.select_for_update(of=("self",)).with_crew().first()
    stop = Stop.objects.to_do().select_related("ride").filter(pk=stop_id).first()
    if mission is None or stop is None or not stop.is_driven_to:
        return None
    stop.mission = mission
    return stop


def _note(stop: Stop, verb: str, since: datetime | None) -> None:
    """Write it to the stop and to the mission's journal: what positions say is for the base and its driver alone."""
    stop.seems_there_since = since
    stop.save(update_fields=["seems_there_since"])
    mission = stop.mission
    journal.record(
        base=mission.base,
        verb=verb,
        subject=mission.subject,
        by=None,
        party=Party.RULE,
        from_state=mission.state,
        to_state=mission.state,
        data={"rides": [stop.ride.code] if stop.ride else []},
        also_on=[driver_stream(mission)],
    )
