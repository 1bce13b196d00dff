"""The journal of a base as its managers read it: who, when, what, from which state to which, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.states import RideState
from dispatch.queries.history import Line, line_of
from dispatch.states import MissionState
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base, Category, OpeningException, OpeningHours, Place
from echauffeur.journal.models import Entry
from fleet.models import Handset, Vehicle, VehicleModel
from fleet.states import HandsetState

STATES: dict[str, dict[str, Any]] = {
    "ride": dict(RideState.choices),
    "mission": dict(MissionState.choices),
    "handset": dict(HandsetState.choices),
}
RIDES = ("ride", "mission")
PEOPLE = ("membership", "person", "driver")
KINDS: dict[str, Promise] = {
    "": _("Everything"),
    "rides": _("Rides and missions"),
    "people": _("People and roles"),
    "settings": _("Settings"),
}
ROWS: dict[str, type[Model]] = {
    "base": Base, "place": Place, "category": Category, "hours": OpeningHours, "exception": OpeningException,
    "vehicle": Vehicle, "model": VehicleModel, "driver": Driver, "person": User,
    "handset": Handset,
}  # fmt: skip
LINES_PER_PAGE = 50


@dataclass(frozen=True)
class JournalLine:
    """One step. ``about``: whom or what it is about, as people call it; ``ride`` is the code of a ride to look at,
    ``trip`` that of a mission that is over.

    ``fields`` are the names of what an edit touched, never what to.
    """

    seq: int
    line: Line
    before: str
    after: str
    about: str
    ride: str
    trip: str
    fields: list[str]


@dataclass(frozen=True)
class JournalPage:
    """Steps of one base, the newest first. ``older`` is the number below which the next page begins; 0 at the end."""

    lines: list[JournalLine]
    older: int


def journal_of(base: Base, *, kind: str = "", on: date | None = None, below: int = 0) -> JournalPage:
    """Return a page of the base's steps: of one kind, of one day on its own clock, with numbers below that one."""
    steps = Entry.objects.of(base).select_related("by").order_by("-seq")
    if kind == "settings":
        steps = steps.exclude(subject__in=[*RIDES, *PEOPLE])
    elif kind in KINDS and kind:
        steps = steps.filter(subject__in=RIDES if kind == "rides" else PEOPLE)
    if on:
        start, end = base.day(on)
        steps = steps.filter(at__gte=start, at__lt=end)
    if below:
        steps = steps.filter(seq__lt=below)
    found = list(steps[: LINES_PER_PAGE + 1])
    shown, people = found[:LINES_PER_PAGE], _people_in(found)
    older = shown[-1].seq if len(found) > LINES_PER_PAGE else 0
    return JournalPage([_line(step, people) for step in shown], older)


def _people_in(steps: Iterable[Entry]) -> dict[tuple[str, int], str]:
    """Return the name of whom each of these steps is about, by kind and key, in two queries at most."""
    drivers = {step.subject_id for step in steps if step.subject == "driver"}
    people = {step.subject_id for step in steps if step.subject == "person"}
    people |= {step.data["person"] for step in steps if "person" in step.data}
    named = {("driver", row.pk): str(row) for row in Driver.objects.with_person().filter(pk__in=drivers)}
    return named | {("person", row.pk): str(row) for row in User.objects.filter(pk__in=people)}


def _line(step: Entry, people: dict[tuple[str, int], str]) -> JournalLine:
    labels, line = STATES.get(step.subject, {}), line_of(step)
    before, after = (str(labels.get(state, "")) for state in (step.from_state, step.to_state))
    moved = before != after and (before or after != line.text)  # what a first step leads to, its sentence may say
    return JournalLine(
        seq=step.seq,
        line=line,
        before=before if moved else "",
        after=after if moved else "",
        about=_about(step, people),
        ride=step.code if step.subject == "ride" else "",
        trip=step.code if step.subject == "mission" and step.verb in ("finish", "look") else "",
        fields=_fields_in_words(step),
    )


def _about(step: Entry, people: dict[tuple[str, int], str]) -> str:
    """Return the code of a ride or mission, or the name of whom the step is about; others are named in the sentence."""
    if step.subject in RIDES:
        return step.code
    if step.subject != "membership":
        return people.get((step.subject, step.subject_id), "")
    role = str(dict(Role.choices).get(step.code, step.code))
    return " · ".join(filter(None, [role, people.get(("person", step.data.get("person", 0)))]))


def _fields_in_words(step: Entry) -> list[str]:
    """Return the names of the fields that an edit touched, as its form calls them."""
    row = ROWS.get(step.subject)
    fields = step.data.get("fields", []) if row and step.verb == "change" else []
    known = {field.name: field for field in row._meta.get_fields()} if row else {}  # noqa: SLF001
    return [_name_of(known.get(name)) or name for name in fields]


def _name_of(field: Any) -> str:
    """Return what a field is called, or what the rows are called that hang on the row by it; nothing when unknown."""
    if field is None or not field.auto_created or not field.is_relation:
        return str(getattr(field, "verbose_name", ""))
    return str(field.related_model._meta.verbose_name_plural)  # noqa: SLF001  how Django names what is public
