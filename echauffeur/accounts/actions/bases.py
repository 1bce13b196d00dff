"""Making a base, with whoever sets it up."""

from collections.abc import Iterable

from django.db import transaction

from echauffeur.accounts.actions.roles import grant
from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from echauffeur.journal.edits import save_row


@transaction.atomic
def make_base(*, base: Base, fields: Iterable[str], manager: User | None, by: User) -> None:
    """Write a new base and make somebody its first manager. Raises Refusal, and writes neither, when one cannot be."""
    save_row(row=base, fields=fields, by=by)
    if manager is not None:
        grant(user=manager, base=base, role=Role.MANAGER, by=by)
