"""Where drivers are expected next, and who hears that one seems to be there. Tracking knows no mission: dispatch ties
itself on.
"""

from dataclasses import dataclass
from datetime import datetime

from drivers.models import Driver
from tracking.arrival import Spot


@dataclass(frozen=True)
class Goal:
    """Where a driver is on the way to. ``id`` names it to whoever set it.

    ``set_at``: no position from before counts. ``reached_at``: since when the driver is known to be there, if at all.
    """

    id: int
    spot: Spot
    set_at: datetime
    reached_at: datetime | None = None


class Goals:
    """What an app above knows of where drivers are expected."""

    def next_of(self, driver: Driver) -> Goal | None:
        """Return where the driver is on the way to, if anywhere."""
        return None

    def reach(self, goal: int, since: datetime) -> None:
        """Take note that the driver seems to be there since then. The goal may be over by now; it may come twice."""

    def leave(self, goal: int) -> None:
        """Take note that the driver seems to have left again. The goal may be over by now; it may come twice."""


class _Tied:
    """Whose goals they are; none are known before the app above has tied itself on."""

    goals = Goals()


def tie(goals: Goals) -> None:
    """Make these the goals that are asked."""
    _Tied.goals = goals


def tied() -> Goals:
    return _Tied.goals
