"""From where a car has been to whether it seems to be where it is expected: proposed to people, done by nobody."""

import logging
from collections.abc import Iterable
from datetime import datetime

from drivers.models import Driver
from tracking.arrival import USUAL_ACCURACY, Fix, judge
from tracking.dwells import recall, remember
from tracking.goals import tied
from tracking.positions import Position

logger = logging.getLogger(__name__)


def look_for_arrival(*, driver: Driver, positions: Iterable[Position], until: datetime) -> None:
    """Tell the driver's goal, if there is one, that the car seems to have reached it, or to have left it again.

    Nothing is written while nothing changes. ``until``: when the driver's shift ends, and nothing may be remembered.
    Whatever goes wrong here is logged: the position itself has been taken.
    """
    try:
        _look(driver, positions, until)
    except Exception:
        logger.exception("Driver %s was not looked at for an arrival this time", driver.pk)


def _look(driver: Driver, positions: Iterable[Position], until: datetime) -> None:
    goal, before = recall(driver)
    if goal is None:
        return
    fixes = [_fix_of(position) for position in positions if position.at >= goal.set_at]
    after = judge(before, fixes, goal.spot)
    if after == before:
        return
    if after.since != before.since:
        if before.since:
            tied().leave(goal.id)
        if after.since:
            tied().reach(goal.id, after.since)
    remember(driver, goal, after, until=until)


def _fix_of(position: Position) -> Fix:
    accuracy = USUAL_ACCURACY if position.accuracy is None else position.accuracy
    return Fix(position.latitude, position.longitude, position.at, accuracy)
