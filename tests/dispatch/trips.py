"""A mission that is over, with a trail."""

from datetime import datetime, timedelta

import time_machine

from tests.life.journeys import Journey, journey_to
from tracking.actions.trails import write
from tracking.positions import Position
from tracking.trails import pack, unpack


def driven(journey: Journey, start: datetime, seconds: list[int]) -> None:
    """Keep where the car was, so many seconds after the start."""
    positions = [
        Position(journey.driver.pk, 48.38 + second / 1e5, -4.49, start + timedelta(seconds=second), 90)
        for second in seconds
    ]
    write(unpack(pack(positions)))


def trip_with_a_hole(start: datetime) -> Journey:
    """Return a ride that took an hour from setting out; for 40 minutes from the tenth on no position came."""
    with time_machine.travel(start, tick=False) as clock:
        journey = journey_to("acknowledged")
        for verb, minutes in (("depart", 0), ("arrive", 5), ("board", 3), ("complete", 52)):
            clock.shift(timedelta(minutes=minutes))
            journey.take(verb)
    assert journey.mission
    journey.mission.refresh_from_db()
    driven(journey, start, [*range(0, 601, 5), *range(3000, 3601, 5)])
    return journey
