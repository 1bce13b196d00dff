"""What missions were planned with drivers and vehicles. Neither fleet nor drivers know any: dispatch ties itself on.

Whoever changes what a driver or vehicle can do asks here, inside the action, once it holds their rows:

    with commitments.kept(drivers=[driver.pk], way_out=way_out, by=by):
        absence.save()

When that leaves planned missions that nobody could drive as they are, nothing is written and the person reads which
ones, until they choose a way out: the rides go back to the control room, or the missions stay, with a reason.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from echauffeur.accounts.models import User
from echauffeur.common.obstacles import Obstacle
from echauffeur.common.refusals import Refusal

# So many rides are named in one sentence; a page lists them all.
NAMED = 5
SAY_WHY = gettext_lazy("Say why they stay as they are: who reads the history has to understand it.")


@dataclass(frozen=True)
class WayOut:
    """What the person chose when the conflict was shown.

    ``release``: the rides go back to the control room. ``keep``: the missions stay as they are, for a ``reason``.
    ``seen``: the codes of the rides that were shown; None means that whatever it is, they meant it.
    """

    kind: Literal["release", "keep"]
    reason: str = ""
    seen: frozenset[str] | None = None

    def covers(self, broken: Iterable["Broken"]) -> bool:
        """Whether the person has seen all of these when they chose."""
        return self.seen is None or all(one.ride in self.seen for one in broken)


@dataclass(frozen=True)
class Broken:
    """A ride on a planned mission that could not be driven as planned any more, and why.

    ``base``, ``mission`` and ``ride`` are codes; ``at`` is the pick-up, ``when`` the same in words on the base's clock;
    ``instead`` says who could take it, where somebody can.
    """

    base: str
    mission: str
    ride: str
    at: datetime
    when: str
    origin: str
    destination: str
    driver: str
    vehicle: str
    reasons: tuple[str, ...]
    instead: str = ""

    def __str__(self) -> str:
        return _("%(ride)s on %(when)s, %(driver)s with %(vehicle)s (%(reasons)s)") % {
            "ride": self.ride,
            "when": self.when,
            "driver": self.driver,
            "vehicle": self.vehicle,
            "reasons": ", ".join(self.reasons),
        }


class Conflict(Refusal):
    """The change would leave planned missions that cannot be driven as they are. Nothing was written."""

    code = "conflict"

    def __init__(self, broken: list[Broken]) -> None:
        self.broken = broken
        text = ngettext(
            "This leaves a planned ride without its driver or vehicle: %(rides)s. Give it to somebody else first, in "
            "the control tower, or say here what becomes of it.",
            "This leaves %(n)d planned rides without their driver or vehicle: %(rides)s. Give them to somebody else "
            "first, in the control tower, or say here what becomes of them.",
            len(broken),
        )
        super().__init__(text % {"n": len(broken), "rides": _named(broken)})


def _named(broken: list[Broken]) -> str:
    named = "; ".join(str(one) for one in broken[:NAMED])
    more = len(broken) - NAMED
    return _("%(rides)s; and %(n)d more") % {"rides": named, "n": more} if more > 0 else named


Stranding = Mapping[int, Collection[Obstacle]]


class Ledger:
    """What an app above keeps of missions; a ``Stranding`` names missions by their keys, with what is against them."""

    def look(self, *, drivers: Collection[int], vehicles: Collection[int], now: datetime) -> Stranding:
        """Return which live missions of these drivers and vehicles cannot be driven as things stand, and why."""
        return {}

    def told(self, stranding: Stranding) -> list[Broken]:
        """Return the rides of these missions for people, in their order of time."""
        return []

    def release(self, stranding: Stranding, *, by: User) -> None:
        """Give the rides of these missions back to the control room. Raises Refusal when one cannot be given back."""

    def keep(self, stranding: Stranding, *, reason: str, by: User) -> None:
        """Leave these missions as they are, for that reason."""

    def postpone(self) -> None:
        """Have the database judge at the next `judge`, and not at each row, whether a mission lies on an absence."""

    def judge(self) -> None:
        """Have the database judge it now."""


class _Tied:
    """Whose ledger it is; none is known before the app above has tied itself on."""

    ledger = Ledger()


def tie(ledger: Ledger) -> None:
    """Make this the ledger that is asked."""
    _Tied.ledger = ledger


class Look:
    """What was stranded before a change; `settle` judges the change. The drivers and vehicles are locked already."""

    def __init__(self, *, drivers: Iterable[int] = (), vehicles: Iterable[int] = ()) -> None:
        self.ledger, self.now = _Tied.ledger, timezone.now()
        self.drivers, self.vehicles = frozenset(drivers), frozenset(vehicles)
        self.before = self._stranding()
        self.ledger.postpone()

    def _stranding(self) -> Stranding:
        if not self.drivers and not self.vehicles:
            return {}
        return self.ledger.look(drivers=self.drivers, vehicles=self.vehicles, now=self.now)

    def settle(self, *, way_out: WayOut | None, by: User) -> None:
        """Take the way out of what the change strands.

        Raises Conflict when there is something and no way out was chosen, or not for all of it; Refusal when a ride
        cannot be given back, or nobody said why it stays.
        """
        after = self._stranding()
        new = {
            mission: obstacles
            for mission, obstacles in after.items()
            if not set(obstacles) <= set(self.before.get(mission, ()))
        }
        if new:
            self._take(way_out, new, by)
        self.ledger.judge()

    def _take(self, way_out: WayOut | None, new: Stranding, by: User) -> None:
        broken = self.ledger.told(new)
        if way_out is None or not way_out.covers(broken):
            raise Conflict(broken)
        if way_out.kind == "release":
            self.ledger.release(new, by=by)
        elif reason := way_out.reason.strip():
            self.ledger.keep(new, reason=reason, by=by)
        else:
            raise Refusal(SAY_WHY, field="way_out_reason")


@contextmanager
def kept(
    *, drivers: Iterable[int] = (), vehicles: Iterable[int] = (), way_out: WayOut | None = None, by: User
) -> Iterator[None]:
    """Do what is inside, and take the way out of what that strands of these drivers' and vehicles' missions.

    The caller holds the rows of these drivers and vehicles. Raises what `Look.settle` raises; nothing is written then.
    """
    look = Look(drivers=drivers, vehicles=vehicles)
    yield
    look.settle(way_out=way_out, by=by)
