"""What the service holds about people. Each app says so of its own rows in its `own_data.py`, exports and erases them.

One table (`Kept`) feeds the privacy page and the tests that look for a column nobody thought of, another (`Fading`) the
purge, so that page and code cannot drift. `echauffeur/own_data/` puts the apps together.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import ngettext_lazy

if TYPE_CHECKING:
    from echauffeur.accounts.models import User

Text = str | Promise


class Choice(NamedTuple):
    """A value that has a name for people."""

    value: str
    label: Text


Value = str | int | bool | datetime | Choice | None | list[str]


@dataclass(frozen=True)
class Section:
    """Rows of one kind, for the page and for the file alike. Times are on the clock that the person lives by.

    ``key`` and the columns' keys never change: programs of other people read them. ``fields`` maps each to its label;
    ``is_one``: there is one row, always. ``total``: how many there are when ``rows`` are only the newest.
    """

    key: str
    title: Text
    fields: Mapping[str, Text]
    rows: list[tuple[Value, ...]]
    is_one: bool = False

    def as_json(self) -> dict[str, Any] | list[dict[str, Any]]:
        """Return the rows as plain values, times in UTC."""
        rows = [dict(zip(self.fields, map(_plain, row), strict=True)) for row in self.rows]
        return rows[0] if self.is_one else rows


def _plain(value: Value) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.value if isinstance(value, Choice) else value


@dataclass(frozen=True)
class Kept:
    """One line of the privacy page: what is kept, why, who sees it, until when, and the columns that hold it.

    A column is written ``app.Model.field``, as Django names it.
    """

    what: Text
    why: Text
    seen_by: Text
    until: Text
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fading:
    """What goes by itself: rows of these tables (models, written ``app.Model``) once they have had their time.

    ``lasts``: how long a row stays at the most, counted from when it was last of use. ``forget`` removes those that had
    their time, and returns how many they were.
    """

    tables: tuple[str, ...]
    lasts: timedelta
    forget: Callable[[], int]


def in_days(time: timedelta) -> Promise:
    """Return a time of whole days in words, for what a privacy line says of a setting."""
    return format_lazy(ngettext_lazy("{n} day", "{n} days", time.days), n=time.days)


@dataclass(frozen=True)
class Identity:
    """How a person is called, as it may stand in other people's words."""

    first_name: str
    last_name: str
    email: str
    phone: str
    spoken_phone: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def names(self) -> list[str]:
        """Every way to write the person, the longest first. Not a lone first or last name, which may be any word."""
        first, last = self.first_name, self.last_name
        both = [f"{first} {last}", f"{last} {first}", f"{first[:1]}. {last}"] if first and last else [self.full_name]
        return sorted({name for name in [*both, self.email, self.phone, self.spoken_phone] if name}, key=len)[::-1]

    def stands_in(self, *columns: str) -> Q:
        """Return which rows have the person in one of these columns of words."""
        said = (Q(**{f"{column}__icontains": name}) for column in columns for name in self.names)
        return reduce(or_, said, Q(pk=None))

    def left_out_of_rows(self, rows: "models.QuerySet[Any]", *columns: str) -> None:
        """Take the person out of the words in these columns, whoever wrote them, and leave the rest."""
        for row in rows.filter(self.stands_in(*columns)):
            for column in columns:
                setattr(row, column, self.left_out_of(getattr(row, column)))
            row.save(update_fields=columns)

    def left_out_of(self, text: str) -> str:
        """Return the text without the person."""
        if not self.names:
            return text
        return re.sub("|".join(map(re.escape, self.names)), "…", text, flags=re.IGNORECASE)


def clock_of(person: "User") -> ZoneInfo:
    """Return the time zone that the person lives by."""
    return person.base.zone if person.base else ZoneInfo("Europe/Paris")


Export = Callable[["User"], Iterable[Section]]
Step = Callable[["User"], None]
Erase = Callable[["User", Identity], None]


def _nothing(person: "User") -> None:
    """Most apps have nothing that forbids leaving, or that ends by it."""


@dataclass(frozen=True)
class Keeper:
    """One app's part. All of it runs in one transaction, when an account is deleted.

    ``lock`` takes the locks on rows, and raises Refusal where something forbids leaving; ``leave`` ends what is live,
    once every app has its locks; ``erase`` then takes the person out of the rows.
    ``harmless`` names the columns of text that hold no person; ``fading`` what the purge removes, of people or not.
    """

    app: str
    kept: tuple[Kept, ...]
    export: Export
    erase: Erase
    lock: Step = field(default=_nothing)
    leave: Step = field(default=_nothing)
    harmless: tuple[str, ...] = ()
    fading: tuple[Fading, ...] = ()


_keepers: dict[str, Keeper] = {}


def register(keeper: Keeper) -> None:
    """Take the app in. Apps are found in the order of the settings, from the ground upwards."""
    _keepers[keeper.app] = keeper


def keepers() -> list[Keeper]:
    """Return every app's part, from the ground upwards."""
    return list(_keepers.values())


def as_told() -> list[Keeper]:
    """Return the same in the order in which people read it: first who they are."""
    return sorted(_keepers.values(), key=lambda keeper: keeper.app != "accounts")
