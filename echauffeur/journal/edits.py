"""Edits of what a base is set up with: any row that people add, change or remove, told like every other step.

Pages and the administration write such rows in the same way: the row, and one entry for each base that it concerns,
which names the fields that changed, never what to.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from echauffeur.journal import actions as journal
from echauffeur.journal.actions import Subject
from echauffeur.journal.models import Entry

if TYPE_CHECKING:
    from echauffeur.accounts.models import User
    from echauffeur.bases.models import Base

# What the journal keeps of a name.
CODE_LENGTH = 20


@dataclass(frozen=True)
class Edit:
    """What one base is told of an edit: ``add``, ``change`` or ``remove``, and the names of the fields it touched.

    ``data`` is kept beside them; ``base`` None is an edit that concerns no base in particular.
    """

    base: "Base | None"
    verb: str
    subject: Subject
    fields: tuple[str, ...] = ()
    also_on: tuple[str, ...] = ()
    data: tuple[tuple[str, Any], ...] = ()

    @property
    def order(self) -> tuple[int, str, int]:
        return self.base.pk if self.base else 0, self.subject.kind, self.subject.id


def record_edits(edits: Iterable[Edit], *, by: "User", party: Party) -> list[Entry]:
    """Write an entry for each edit, base after base: the streams are the last locks to take, in one order.

    Return the entries in that order.
    """
    return [
        journal.record(
            base=edit.base,
            verb=edit.verb,
            subject=replace(edit.subject, code=edit.subject.code[:CODE_LENGTH]),
            by=by,
            party=party,
            data={"fields": list(edit.fields)} | dict(edit.data),
            also_on=edit.also_on,
        )
        for edit in sorted(edits, key=lambda edit: edit.order)
    ]


def party_of(user: "User") -> Party:
    """Return in what capacity somebody edits a base: an administrator of all of them, or its manager."""
    return Party.ADMINISTRATOR if user.is_superuser else Party.MANAGER


@transaction.atomic
def save_row(*, row: Any, fields: Iterable[str], by: "User", party: Party | None = None) -> Any:
    """Write a new or changed row of a base, which has ``base`` and ``subject``, and tell of it. Return the row.

    ``party``: in what capacity, where that is not a manager's or administrator's.

    Nothing is written or told when no field changed; what did not change is left as it is by now. Raises Refusal when a
    constraint of the database forbids the row, or the row is gone: somebody else was quicker.
    """
    is_new, fields = row.pk is None, tuple(fields)
    if not is_new and not fields:
        return row
    try:
        with transaction.atomic():
            row.save(update_fields=None if is_new else _columns(row, fields))
    except IntegrityError as error:
        raise Refusal(clash_in_words(error, type(row))) from error
    except DatabaseError as error:
        if type(row)._base_manager.filter(pk=row.pk).exists():  # noqa: SLF001  how Django names what is public
            raise
        raise Refusal(_("Somebody else just removed this. Go back to the list.")) from error
    verb = "add" if is_new else "change"
    # The beginning of a base is told of the service: a base with a journal of its own could not go any more.
    base = None if is_new and row.base is row else row.base
    record_edits([Edit(base, verb, row.subject, fields)], by=by, party=party or party_of(by))
    return row


@transaction.atomic
def remove_row(*, row: Any, by: "User") -> None:
    """Remove a row of a base and tell of it. Raises Refusal when something else still needs it: then it is kept."""
    base, subject = row.base, row.subject
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError as error:
        raise Refusal(
            _("“%(name)s” has a history that must stay readable. Switch it off instead: nobody can choose it then.")
            % {"name": row}
        ) from error
    record_edits([Edit(base, "remove", subject)], by=by, party=party_of(by))


def _columns(row: models.Model, fields: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the columns to write: these fields; all when a form has fields of another name."""
    columns = {field.name for field in row._meta.concrete_fields}  # noqa: SLF001  how Django names what is public
    return fields if columns.issuperset(fields) else None


def clash_in_words(error: IntegrityError, *kinds: type[models.Model]) -> str:
    """Return what the violated constraint, of one of these kinds of rows, says for people."""
    for constraint in (constraint for kind in kinds for constraint in kind._meta.constraints):  # noqa: SLF001
        if constraint.name in str(error):
            return str(constraint.violation_error_message)
    return _("Somebody else just saved the same. Look again.")
