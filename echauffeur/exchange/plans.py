"""What a file would do, line by line, before anything is written: each line is tried like a form that is sent."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

from django.db import transaction
from django.utils.translation import gettext as _

from echauffeur.exchange.columns import Reading
from echauffeur.exchange.tables import Line, Table

Verb = Literal["add", "change", "same", "refused", "left_out"]


@dataclass(frozen=True)
class Change:
    """One field that a line would change, from what to what, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Fate:
    """What becomes of one line. ``reasons`` say why it is refused or left out."""

    number: int
    name: str
    verb: Verb
    changes: list[Change] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What a file does, as things stand now."""

    fates: list[Fate]
    written: str
    unknown: list[str]

    @property
    def shown(self) -> list[Fate]:
        """The fates as they are shown: what is to correct comes first."""
        return sorted(self.fates, key=lambda fate: fate.verb != "refused")

    @property
    def counts(self) -> dict[str, int]:
        """How many lines meet each fate."""
        return {verb: sum(fate.verb == verb for fate in self.fates) for verb in get_args(Verb)}

    @property
    def is_refused(self) -> bool:
        return any(fate.verb == "refused" for fate in self.fates)

    @property
    def does_something(self) -> bool:
        return any(fate.verb in ("add", "change") for fate in self.fates)

    @property
    def digest(self) -> str:
        """A word for exactly this: what is written later is what was shown, or nothing."""
        return hashlib.sha256(repr(self.fates).encode()).hexdigest()


class Taker(Protocol):
    """Takes one line after the other, as the kind of row demands. Nothing is taken back here."""

    def take(self, cells: dict[str, str], line: Line) -> Fate:
        """Write the line's row, and return what became of it."""


def take_all(taker: Taker, table: Table, reading: Reading) -> Plan:
    """Take every line of the table in turn, so that a line may build on those above it.

    Whether any of it stays is for the caller's transaction to say.
    """
    return Plan([*_fates(taker, table, reading)], table.written, reading.unknown)


def _fates(taker: Taker, table: Table, reading: Reading) -> Iterator[Fate]:
    for line in table.lines:
        if line.extra:
            reason = _(
                "This line has more cells than the headings: is the separator in a text without quotation marks?"
            )
            yield Fate(line.number, "", "refused", reasons=[reason])
            continue
        with transaction.atomic():
            fate = taker.take(reading.of(line.cells), line)
            if fate.verb in ("refused", "left_out"):
                transaction.set_rollback(True)  # of what was written before the line was refused
        yield fate
