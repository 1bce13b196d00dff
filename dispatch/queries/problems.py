"""What goes wrong with a ride, or is about to: the control room's alerts, each in a sentence."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from bookings.models import Ride
from bookings.states import RIDE, DeclineReason, RideState
from dispatch.queries.feasibility import against
from dispatch.queries.means import Engagement, Means
from echauffeur.journal.models import Entry

# Before a driver has to set off, the control room needs this long to find another.
TIME_TO_REACT = timedelta(minutes=10)
# A ride that takes this much longer than planned deserves a call.
OVERRUN = timedelta(minutes=10)
# So long a driver may take to confirm what the car's position says already.
TIME_TO_CONFIRM = timedelta(minutes=3)
# From so many minutes on, people count in hours.
LONG = 120


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. ``is_late``: the passenger waits, or has waited, past the promised time."""

    text: str
    is_late: bool = False


def problems_of(
    ride: Ride,
    now: datetime,
    *,
    engagement: Engagement | None = None,
    means: Means | None = None,
    declined: Entry | None = None,
    can_be_driven: bool = True,
) -> list[Problem]:
    """Return what is wrong with the ride at that moment, the passenger's trouble first."""
    if ride.state in RIDE.final:
        return []
    found = [_late(ride, now), _declined(declined), _nobody_free(can_be_driven=can_be_driven)]
    if engagement is not None:
        found += [_silent(ride, engagement, now), _still_there(ride, engagement, now), _overrun(ride, now)]
        found += [_unconfirmed(ride, engagement, now)]
        found += _impossible(ride, engagement, means, now)
    return [problem for problem in found if problem]


def _late(ride: Ride, now: datetime) -> Problem | None:
    late = minutes_between(ride.pickup_at, now)
    if late < 1 or ride.state in (RideState.WAITING, RideState.ON_BOARD):
        return None
    text = _("%(n)d h late") % {"n": late // 60} if late >= LONG else _("%(n)d min late") % {"n": late}
    return Problem(text, is_late=True)


def _declined(entry: Entry | None) -> Problem | None:
    if entry is None:
        return None
    reason = dict(DeclineReason.choices).get(entry.reason, "")
    return Problem(_("%(driver)s declined: %(reason)s") % {"driver": entry.data.get("driver", ""), "reason": reason})


def _nobody_free(*, can_be_driven: bool) -> Problem | None:
    return None if can_be_driven else Problem(_("No driver with a vehicle is free at that time"))


def _silent(ride: Ride, engagement: Engagement, now: datetime) -> Problem | None:
    if ride.state != RideState.ASSIGNED or now < engagement.starts_at - TIME_TO_REACT:
        return None
    return Problem(_("The driver has not answered yet"))


def _still_there(ride: Ride, engagement: Engagement, now: datetime) -> Problem | None:
    minutes = minutes_between(engagement.starts_at, now)
    if ride.state != RideState.ACKNOWLEDGED or minutes < 1:
        return None
    return Problem(_("Should have set off %(n)d min ago") % {"n": minutes})


def _overrun(ride: Ride, now: datetime) -> Problem | None:
    if ride.state != RideState.ON_BOARD or now < ride.expected_end + OVERRUN:
        return None
    return Problem(_("On the way %(n)d min longer than planned") % {"n": minutes_between(ride.expected_end, now)})


def reached_silently(ride: Ride, engagement: Engagement | None) -> datetime | None:
    """Return when the car reached the ride's next stop by its position, if the driver has not taken the step since."""
    stop = engagement.next_stop if engagement else None
    return stop.seems_there_since if stop and stop.is_unconfirmed and stop.ride_id == ride.pk else None


def _unconfirmed(ride: Ride, engagement: Engagement, now: datetime) -> Problem | None:
    since = reached_silently(ride, engagement)
    if since is None or now - since < TIME_TO_CONFIRM:
        return None
    n = minutes_between(since, now)
    return Problem(_("Arrived %(n)d min ago by its position, but the step is not taken") % {"n": n})


def _impossible(ride: Ride, engagement: Engagement, means: Means | None, now: datetime) -> list[Problem]:
    """Return what has come in the way of a plan already made; nothing where somebody kept it with a reason."""
    mission = engagement.mission
    if means is None or not engagement.is_live:
        return []
    driver, vehicle = means.drivers[mission.driver_id].row, means.vehicles[mission.vehicle_id].row
    return [
        Problem(
            _("%(name)s: %(obstacle)s")
            % {"name": vehicle.name if obstacle.is_of_vehicle else driver.short_name, "obstacle": obstacle}
        )
        for obstacle in against(means, mission, ride, now)
        if not mission.is_kept_despite(obstacle)
    ]


def minutes_between(start: datetime, end: datetime) -> int:
    """Return the whole minutes from start to end; negative when it is the other way round."""
    return int((end - start) / timedelta(minutes=1))
