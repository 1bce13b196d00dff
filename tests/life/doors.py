"""How a person takes a step: through the door that the pages use, then the action of the verb's name."""

from typing import Any

from bookings import actions as booking
from bookings.access import ride_of_customer, ride_to_regulate
from dispatch import actions as dispatch
from dispatch.access import mission_to_drive, ride_to_drive
from echauffeur.common.lifecycle import Party
from echauffeur.journal.actions import Tap
from tests.life.world import Person

ON_MISSION = {"acknowledge": dispatch.acknowledge, "decline": dispatch.decline}
BY_DRIVER = {
    "depart": dispatch.depart,
    "arrive": dispatch.arrive,
    "board": dispatch.board,
    "complete": dispatch.complete,
    "no_show": dispatch.no_show,
}
BY_REGULATOR = {
    "confirm": booking.confirm,
    "waitlist": booking.waitlist,
    "refuse": booking.refuse,
    "assign": dispatch.assign,
    "unassign": dispatch.unassign,
    "cancel": dispatch.cancel,
    "complete": dispatch.complete,
    "no_show": dispatch.no_show,
    "abort": dispatch.abort,
}
SEVERAL_PARTIES = {"cancel", "complete", "no_show"}
TAPPED = {"assign", "unassign", "cancel", "abort", *ON_MISSION, *BY_DRIVER}


def take(person: Person, verb: str, *, ride: str, mission: str, tap: Tap | None, **asked: Any) -> Any:
    """Take the step. Raises what the door or the action raises."""
    asked = {name: value for name, value in asked.items() if value is not None}
    if verb in TAPPED:
        asked["tap"] = tap
    if verb in ON_MISSION:
        return ON_MISSION[verb](mission=mission_to_drive(person.user, mission), by=person.user, **asked)
    if verb in BY_DRIVER and person.kind == "driver":
        return BY_DRIVER[verb](ride=ride_to_drive(person.user, ride), by=person.user, **asked)
    if verb in BY_DRIVER and verb not in SEVERAL_PARTIES:
        return BY_DRIVER[verb](ride=ride_to_drive(person.user, ride), by=person.user, **asked)
    if verb == "cancel" and person.kind == "customer":
        row = ride_of_customer(person.user, ride)
        return dispatch.cancel(ride=row, by=person.user, party=Party.CUSTOMER, **asked)
    if verb in SEVERAL_PARTIES:
        asked["party"] = Party.REGULATOR
    return BY_REGULATOR[verb](ride=ride_to_regulate(person.user, ride), by=person.user, **asked)
