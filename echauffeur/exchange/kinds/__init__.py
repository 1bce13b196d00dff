"""The kinds of rows that come in and go out as files, in the order in which a new base takes them in."""

from echauffeur.exchange.kinds.fleet import Handsets, Models, Vehicles
from echauffeur.exchange.kinds.kind import Kind
from echauffeur.exchange.kinds.people import People
from echauffeur.exchange.kinds.places import Places

KINDS: dict[str, type[Kind]] = {kind.key: kind for kind in (Models, Vehicles, Places, People, Handsets)}

__all__ = ["KINDS", "Kind"]
