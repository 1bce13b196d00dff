"""Who looked at a driver's trips: the driver's own to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dispatch.models import Mission
from dispatch.queries.history import Line, line_of
from drivers.models import Driver
from echauffeur.journal.models import Entry, EntryQuerySet


@dataclass(frozen=True)
class Look:
    """Somebody looked at the way of one mission: who, when and why, as people read it."""

    line: Line
    mission: Mission
    party: str

    @property
    def at(self) -> datetime:
        """When, on the clock of the mission's base."""
        return self.mission.base.local(self.line.at)

    @property
    def way(self) -> str:
        return " → ".join(stop.label for stop in self.mission.stops.all())


def looks_at(drivers: Iterable[Driver]) -> list[Look]:
    """Return who looked at the missions of these drivers, the newest first, in three queries."""
    entries = list(_entries(drivers))
    missions = Mission.objects.with_crew().with_stops().in_bulk({entry.subject_id for entry in entries})
    return [Look(line_of(entry), missions[entry.subject_id], entry.get_party_display()) for entry in entries]


def _entries(drivers: Iterable[Driver]) -> EntryQuerySet:
    streams = [driver.stream for driver in drivers]
    looks = Entry.objects.filter(verb="look", subject="mission", streams__has_any_keys=streams)
    return looks.select_related("by").order_by("-at", "-pk")
