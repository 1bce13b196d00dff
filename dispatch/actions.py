"""Planning and driving missions.

Locks are taken in one order everywhere: tap, drivers, vehicles, missions, rides, and last the journal's streams.
The exclusion constraints of the first migration stay behind as the last word.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions import lock, take_step
from bookings.models import Ride
from bookings.states import RIDE, CancelReason
from dispatch.models import Mission, Stop, StopKind
from dispatch.plans import create_mission, driver_stream, feasible_slot, keep_mission
from dispatch.queries.trips import trip_of
from dispatch.states import MISSION, LookReason, MissionState
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.accounts.queries import party_on
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal import actions as journal
from echauffeur.journal.actions import Tap
from echauffeur.journal.models import Entry
from fleet.models import Vehicle

# --- locks ---------------------------------------------------------------------------------------------------------


def lock_crew(driver: Driver, vehicle: Vehicle) -> tuple[Driver, Vehicle]:
    """Keep driver and vehicle from every other action that books them, and return them as they stand now."""
    locked = (
        Driver.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "base").get(pk=driver.pk)
    )
    return locked, Vehicle.objects.select_for_update(no_key=True, of=("self",)).select_related("model").get(
        pk=vehicle.pk
    )


def lock_mission_of(ride: Ride) -> tuple[Mission | None, Ride]:
    """Return the mission that carries the ride, if any, and the ride, both locked in that order.

    Raises Stale when the ride changed missions while we waited.
    """
    mission_id = _mission_id(ride)
    mission = Mission.objects.select_for_update(of=("self",)).with_crew().get(pk=mission_id) if mission_id else None
    ride = lock(ride)
    if _mission_id(ride) != mission_id:
        raise Stale(_("Somebody else just changed this ride. The page shows what holds now."))
    return mission, ride


def _mission_id(ride: Ride) -> int | None:
    return Stop.objects.filter(ride=ride, dropped_at=None).values_list("mission_id", flat=True).first()


# --- planning ------------------------------------------------------------------------------------------------------


@transaction.atomic
def assign(
    *,
    ride: Ride,
    driver: Driver,
    vehicle: Vehicle,
    by: User,
    pickup_at: datetime | None = None,
    confirming: bool = False,
    overrule: str = "",
    tap: Tap | None = None,
) -> Mission:
    """Put the ride on a new mission of this driver and vehicle, promising ``pickup_at`` when it is given.

    ``confirming``: a request is confirmed in the same go, so that both happen or neither. ``overrule``: why it is
    planned although the driver is away or off duty, or the vehicle out of service.

    Raises Refusal with every obstacle when they cannot carry it, Overrulable when a reason would do; WrongState when
    the ride is not to be assigned.
    """
    if entry := journal.earlier(tap):
        return Mission.objects.get(code=entry.data["mission"])
    driver, vehicle = lock_crew(driver, vehicle)
    ride = lock(ride)
    if confirming and RIDE.allows("confirm", ride.state, Party.REGULATOR):
        take_step(ride=ride, verb="confirm", by=by, party=Party.REGULATOR)
    RIDE.check("assign", ride.state, Party.REGULATOR)
    pickup_at = pickup_at or ride.pickup_at
    slot, despite = feasible_slot(ride, driver, vehicle, pickup_at, overrule=overrule)
    if pickup_at != ride.pickup_at:
        ride.pickup_at = pickup_at
        ride.save(update_fields=["pickup_at"])
    mission = create_mission(ride, driver, vehicle, slot, despite=despite, overrule=overrule)
    take_step(
        ride=ride,
        verb="assign",
        by=by,
        party=Party.REGULATOR,
        data={"mission": mission.code, "driver": str(driver), "vehicle": vehicle.name, "plate": vehicle.plate},
        also_on=[driver_stream(mission)],
        tap=tap,
    )
    _record(mission, "plan", by=by, party=Party.REGULATOR, from_state="")
    if despite:
        keep_mission(mission, despite, reason=overrule, by=by)
    return mission


@transaction.atomic
def unassign(*, ride: Ride, by: User, reason: str, seen: str = "", tap: Tap | None = None) -> Ride:
    """Take the ride off its mission. Raises Stale when that is no longer the one that was ``seen``, by its code."""
    if journal.earlier(tap):
        return Ride.objects.get(pk=ride.pk)
    mission, ride = lock_mission_of(ride)
    if mission and seen not in ("", mission.code):
        raise Stale(_("Meanwhile somebody gave this ride to %(driver)s. Look again.") % {"driver": mission.driver})
    return _leave(mission, ride, "unassign", by=by, party=Party.REGULATOR, reason=reason, tap=tap)


@transaction.atomic
def cancel(*, ride: Ride, by: User, party: Party, reason: str, words: str = "", tap: Tap | None = None) -> Ride:
    """End the ride before anybody boarded, and free its driver and vehicle."""
    if journal.earlier(tap):
        return Ride.objects.get(pk=ride.pk)
    mission, ride = lock_mission_of(ride)
    return _leave(mission, ride, "cancel", by=by, party=party, reason=reason, words=words, tap=tap)


@transaction.atomic
def abort(*, ride: Ride, by: User, reason: str, words: str = "", tap: Tap | None = None) -> Ride:
    """End the ride with people on board: a breakdown, an incident."""
    if journal.earlier(tap):
        return Ride.objects.get(pk=ride.pk)
    mission, ride = lock_mission_of(ride)
    return _leave(mission, ride, "abort", by=by, party=Party.REGULATOR, reason=reason, words=words, tap=tap)


# --- driving -------------------------------------------------------------------------------------------------------


@transaction.atomic
def acknowledge(*, mission: Mission, by: User, tap: Tap | None = None) -> Mission:
    """Say that the driver knows of the mission."""
    if journal.earlier(tap):
        return Mission.objects.get(pk=mission.pk)
    mission, rides = _lock_with_rides(mission)
    MISSION.check("acknowledge", mission.state, Party.DRIVER)
    _move(mission, "acknowledge", by=by, party=Party.DRIVER, tap=tap)
    for ride in rides:
        take_step(ride=ride, verb="acknowledge", by=by, party=Party.DRIVER, also_on=[driver_stream(mission)])
    return mission


@transaction.atomic
def decline(*, mission: Mission, by: User, reason: str, words: str = "", tap: Tap | None = None) -> Mission:
    """Give the mission back; its rides wait for another driver, and the control room is alerted."""
    if journal.earlier(tap):
        return Mission.objects.get(pk=mission.pk)
    mission, rides = _lock_with_rides(mission)
    MISSION.check("call_off", mission.state, Party.DRIVER)
    Stop.objects.to_do().filter(mission=mission).update(dropped_at=timezone.now())
    for ride in rides:
        take_step(
            ride=ride, verb="decline", by=by, party=Party.DRIVER, reason=reason, words=words,
            data={"mission": mission.code, "driver": str(mission.driver)},
            also_on=[driver_stream(mission)], tap=tap if ride == rides[0] else None,
        )  # fmt: skip
    return _move(mission, "call_off", by=by, party=Party.DRIVER)


@transaction.atomic
def depart(*, ride: Ride, by: User, tap: Tap | None = None) -> Ride:
    """Set out to pick the ride up. Raises Refusal while the driver is still on another mission."""
    if journal.earlier(tap):
        return Ride.objects.get(pk=ride.pk)
    _lock_driver_of(ride)
    mission, ride = lock_mission_of(ride)
    RIDE.check("depart", ride.state, Party.DRIVER)
    mission = _driven(mission, by=by, party=Party.DRIVER)
    other = Mission.objects.for_driver(mission.driver).filter(state=MissionState.UNDER_WAY).exclude(pk=mission.pk)
    if running := other.first():
        raise Refusal(_("Finish mission %(code)s first: a driver carries one at a time.") % {"code": running.code})
    _check_next(mission, ride, StopKind.PICK_UP)
    take_step(ride=ride, verb="depart", by=by, party=Party.DRIVER, also_on=[driver_stream(mission)], tap=tap)
    if mission.state != MissionState.UNDER_WAY:
        _move(mission, "set_out", by=by, party=Party.DRIVER)
    return ride


@transaction.atomic
def arrive(*, ride: Ride, by: User, tap: Tap | None = None) -> Ride:
    """Say that the car stands at the pick-up; the waiting time counts from now."""
    if journal.earlier(tap):
        return Ride.objects.get(pk=ride.pk)
    mission, ride = lock_mission_of(ride)
    RIDE.check("arrive", ride.state, Party.DRIVER)
    mission = _driven(mission, by=by, party=Party.DRIVER)
    mission.stops.filter(ride=ride, kind=StopKind.PICK_UP).update(arrived_at=timezone.now())
    return take_step(ride=ride, verb="arrive", by=by, party=Party.DRIVER, also_on=[driver_stream(mission)], tap=tap)


@transaction.atomic
def board(*, ride: Ride, by: User, tap: Tap | None = None) -> Ride:
    """Say that the passengers are in the car."""
    if journal.earlier(tap):
        return Ride.objects.get(pk=ride.pk)
    mission, ride = lock_mission_of(ride)
    RIDE.check("board", ride.state, Party.DRIVER)
    mission = _driven(mission, by=by, party=Party.DRIVER)
    mission.stops.filter(ride=ride, kind=StopKind.PICK_UP).update(done_at=timezone.now())
    return take_step(ride=ride, verb="board", by=by, party=Party.DRIVER, also_on=[driver_stream(mission)], tap=tap)


@transaction.atomic
def complete(*, ride: Ride, by: User, party: Party = Party.DRIVER, tap: Tap | None = None) -> Ride:
    """Say that the passengers have reached their destination."""
    if journal.earlier(tap):
        return Ride.objects.get(pk=ride.pk)
    mission, ride = lock_mission_of(ride)
    RIDE.check("complete", ride.state, party)
    mission = _driven(mission, by=by, party=party)
    now = timezone.now()
    mission.stops.filter(ride=ride, kind=StopKind.SET_DOWN).update(arrived_at=now, done_at=now)
    take_step(ride=ride, verb="complete", by=by, party=party, also_on=[driver_stream(mission)], tap=tap)
    _settle(mission, by=by, party=party)
    return ride


@transaction.atomic
def no_show(*, ride: Ride, by: User, party: Party = Party.DRIVER, tap: Tap | None = None) -> Ride:
    """Say that nobody came. A driver waits the base's time first; a regulator may decide earlier.

    Raises Refusal with the time that is left.
    """
    if journal.earlier(tap):
        return Ride.objects.get(pk=ride.pk)
    mission, ride = lock_mission_of(ride)
    RIDE.check("no_show", ride.state, party)
    mission = _driven(mission, by=by, party=party)
    left = no_show_allowed_at(ride) - timezone.now()
    if party == Party.DRIVER and left > timedelta(0):
        raise Refusal(
            _("Wait %(left)d min more: %(base)s gives passengers %(minutes)d minutes.")
            % {"left": left.total_seconds() // 60 + 1, "base": ride.base.name, "minutes": ride.base.no_show_minutes}
        )
    return _leave(mission, ride, "no_show", by=by, party=party, reason=CancelReason.NO_SHOW, tap=tap)


def no_show_allowed_at(ride: Ride) -> datetime:
    """Return from when on a driver may report a no-show: waiting counts from arrival, but not before the promise."""
    return max(ride.state_since, ride.pickup_at) + timedelta(minutes=ride.base.no_show_minutes)


# --- what the steps share ------------------------------------------------------------------------------------------


def _driven(mission: Mission | None, *, by: User, party: Party) -> Mission:
    """Return the mission; a driver's only while it is their own: the ride may have gone to a colleague meanwhile."""
    if mission is None or (party == Party.DRIVER and mission.driver.user_id != by.pk):
        raise Stale(_("This ride is on no mission of yours any more. The page shows what holds now."))
    return mission


def _lock_driver_of(ride: Ride) -> None:
    carrying = Stop.objects.filter(ride=ride, dropped_at=None).values("mission__driver_id")
    Driver.objects.select_for_update(no_key=True).filter(pk__in=carrying).first()


def _lock_with_rides(mission: Mission) -> tuple[Mission, list[Ride]]:
    mission = Mission.objects.select_for_update(of=("self",)).with_crew().get(pk=mission.pk)
    carried = Stop.objects.to_do().filter(mission=mission, kind=StopKind.PICK_UP).values("ride_id")
    return mission, list(Ride.objects.select_for_update(of=("self",)).filter(pk__in=carried).order_by("pk"))


def _check_next(mission: Mission, ride: Ride, kind: StopKind) -> None:
    following = Stop.objects.to_do().filter(mission=mission).order_by("position").first()
    if following is None or following.ride_id != ride.pk or following.kind != kind:
        raise Refusal(_("Another stop of this mission comes first. The page shows which."))


def _move(mission: Mission, verb: str, *, by: User | None, party: Party, tap: Tap | None = None) -> Mission:
    step = MISSION.check(verb, mission.state, party)
    from_state = mission.state
    mission.state = step.target
    mission.ended_at = timezone.now() if step.target in MISSION.final else None
    mission.save(update_fields=["state", "ended_at"])
    _record(mission, verb, by=by, party=party, from_state=from_state, tap=tap)
    return mission


def _record(
    mission: Mission, verb: str, *, by: User | None, party: Party, from_state: str, tap: Tap | None = None
) -> None:
    journal.record(
        base=mission.base,
        verb=verb,
        subject=mission.subject,
        by=by,
        party=party,
        from_state=from_state,
        to_state=mission.state,
        also_on=[driver_stream(mission)],
        tap=tap,
    )


def _leave(
    mission: Mission | None,
    ride: Ride,
    verb: str,
    *,
    by: User,
    party: Party,
    reason: str,
    words: str = "",
    tap: Tap | None = None,
) -> Ride:
    """Take the step, drop the ride's remaining stops, and end the mission when nothing is left to do on it."""
    RIDE.check(verb, ride.state, party)
    streams = [driver_stream(mission)] if mission else []
    if mission:
        Stop.objects.to_do().filter(mission=mission, ride=ride).update(dropped_at=timezone.now())
    take_step(ride=ride, verb=verb, by=by, party=party, reason=reason, words=words, also_on=streams, tap=tap)
    if mission:
        _settle(mission, by=by, party=party)
    return ride


def _settle(mission: Mission, *, by: User, party: Party) -> None:
    if Stop.objects.to_do().filter(mission=mission).exists():
        return
    made = mission.stops.filter(done_at__isnull=False).exists()
    _move(mission, "finish" if made and mission.state == MissionState.UNDER_WAY else "call_off", by=by, party=party)


# --- looking back --------------------------------------------------------------------------------------------------


@transaction.atomic
def look(*, mission: Mission, by: User, reason: LookReason, words: str = "") -> Entry:
    """Write down that somebody looks at the way of a mission that is over, and why; its driver sees it at once.

    Raises Refusal when nothing of it is kept.
    """
    trip = trip_of(mission)
    if trip is None or not trip.is_kept:
        raise Refusal(_("Nothing is kept of this way, so there is nothing to look at."), code="nothing_kept")
    return journal.record(
        base=mission.base,
        verb="look",
        subject=mission.subject,
        by=by,
        party=party_on(by, mission.base),
        from_state=mission.state,
        to_state=mission.state,
        reason=reason,
        words=words,
        also_on=[driver_stream(mission)],
    )
