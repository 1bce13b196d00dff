"""What every kind of row that comes in and goes out as a file has in common.

Each line is one form: the very form of the manager's pages, so that a file may do what its sender may do by hand, and
nothing else.
"""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base
from echauffeur.exchange.columns import Column, Reading, as_typed, shown
from echauffeur.exchange.models import Upload
from echauffeur.exchange.plans import Change, Fate
from echauffeur.exchange.tables import Line, Table
from echauffeur.journal.forms import RowForm


class Kind:
    """One kind of row of a base. ``columns``: those of our files, in order; ``by``: who sends or asks for them."""

    do_not_call_in_templates = True  # a template speaks of the kind, it makes none

    key: ClassVar[str]
    label: ClassVar[Promise]
    form_class: ClassVar[type[RowForm]]
    columns: ClassVar[list[Column]]
    # What files of the earlier service hold beside: read, never written.
    former: ClassVar[list[Column]] = [Column("campus", gettext_lazy("base in the earlier service"), ("campus.id",))]
    # Further headings that lines of the earlier service hold, and that the kind reads itself.
    nested: ClassVar[re.Pattern[str]] = re.compile("(?!)")
    # What whoever sends or asks for files must be allowed to do on the base.
    permission: ClassVar[Permission] = Permission.CONFIGURE_BASE
    # What its sender may have to say beside the file: see `Upload`.
    options: ClassVar[frozenset[str]] = frozenset({"campus"})

    def __init__(self, base: Base, by: User, upload: Upload | None = None) -> None:
        self.base = base
        self.by = by
        self.campus = upload.campus if upload else ""

    # --- in and out ---

    @classmethod
    def understood(cls) -> list[Column]:
        """Return every column that is read."""
        return [*cls.columns, *cls.former]

    @classmethod
    def reading(cls, table: Table) -> Reading:
        """Return how the table's headings are read."""
        return Reading(cls.understood(), table.headings, cls.nested)

    @classmethod
    def campuses_in(cls, table: Table) -> set[str]:
        """Return the bases of the earlier service that the file's lines name."""
        reading = cls.reading(table)
        return {campus for line in table.lines if (campus := reading.of(line.cells).get("campus"))}

    # --- out ---

    def rows(self) -> QuerySet[Any]:
        """Return the base's rows to export, with all that their cells need."""
        raise NotImplementedError

    def cells(self) -> Iterable[list[str]]:
        """Return the cells of every row, in the order of the columns."""
        for row in self.rows():
            yield self.cells_of(row)

    def cells_of(self, row: Any) -> list[str]:
        form = self.form_class(instance=row)
        return [shown(form.fields[column.field], form[column.field].value()) for column in self.columns]

    # --- in ---

    def find(self, cells: dict[str, str]) -> Any | None:
        """Return the row of this base that the line is about, if there is one."""
        raise NotImplementedError

    def new(self) -> Any:
        """Return a row of this base, not written yet."""
        raise NotImplementedError

    def lock(self) -> None:
        """Keep the rows that lines may change from other actions, in the documented order of locks."""

    def take(self, cells: dict[str, str], line: Line) -> Fate:
        """Write the line's row as the form has it, and return what became of it. Lines of another base are left out."""
        name = cells.get(self.columns[0].field, "")
        campus = cells.get("campus", "")
        if self.campus and campus and campus != self.campus:
            return Fate(line.number, name, "left_out", reasons=[_("Of the base “%(campus)s”.") % {"campus": campus}])
        return self.write(cells, line, name)

    def write(self, cells: dict[str, str], line: Line, name: str) -> Fate:
        """Write the line's row, and return what became of it."""
        row = self.find(cells)
        form = self.form(cells, row or self.new())
        if not form.is_valid():
            return refused(line, name, *reasons_of(form))
        changes = changes_of(form)
        if row is not None and not changes:
            return Fate(line.number, str(row), "same")
        if not form.save_as(self.by):
            return refused(line, name, *reasons_of(form))
        return Fate(line.number, str(form.instance), "change" if row else "add", changes=changes if row else [])

    def form(self, cells: dict[str, str], row: Any) -> RowForm:
        """Return the form as if somebody had opened the row's page and typed the line's cells into it.

        What the file has no column for stays as it is.
        """
        blank = self.form_class(instance=row)
        typed = {name: as_sent(blank[name].value()) for name in blank.fields}
        typed |= {name: as_typed(blank.fields[name], cell) for name, cell in cells.items() if name in blank.fields}
        return self.form_class({name: value for name, value in typed.items() if value is not None}, instance=row)


def refused(line: Line, name: str, *reasons: str) -> Fate:
    """Return the fate of a line that cannot be taken in."""
    return Fate(line.number, name, "refused", reasons=list(reasons))


def as_sent(value: Any) -> Any:
    """Return a field's value as a browser sends it; None for a box that is not ticked."""
    if value is None or value is False:
        return None
    if value is True:
        return "on"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def reasons_of(form: forms.BaseForm) -> list[str]:
    """Return why a form was refused, each reason with its field's label."""
    return [
        f"{form.fields[name].label}: {error}" if name in form.fields else str(error)
        for name, errors in form.errors.items()
        for error in errors
    ]


def changes_of(form: RowForm) -> list[Change]:
    """Return what a valid form changes, in words."""
    changes = []
    for name in form.changes:
        field, initial = form.fields[name], form.get_initial_for_field(form.fields[name], name)
        after = form.cleaned_data[name]
        after = getattr(after, "pk", after)
        changes.append(Change(str(field.label), shown(field, initial), shown(field, after)))
    return changes
