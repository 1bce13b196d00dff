"""What people change about themselves."""

from django.db import transaction

from echauffeur.accounts.actions.presence import hold
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.journal import edits


def choose_base(*, user: User, base: Base | None) -> None:
    """Remember the base whose pages open first for this person."""
    if user.base_id != (base.pk if base else None):
        user.base = base
        user.save(update_fields=["base"])


def choose_language(*, user: User, language: str) -> None:
    """Remember the language in which this person reads."""
    user.language = language
    user.save(update_fields=["language"])


@transaction.atomic
def change_name(*, user: User, first_name: str, last_name: str) -> None:
    """Change how somebody is called, and tell the bases on which they hold a role: their pages show the name."""
    hold(user)
    wanted = {"first_name": first_name, "last_name": last_name}
    fields = [field for field, value in wanted.items() if getattr(user, field) != value]
    if not fields:
        return
    for field in fields:
        setattr(user, field, wanted[field])
    user.save(update_fields=fields)
    tell_bases(user, fields)


def tell_bases(user: User, fields: list[str]) -> None:
    """Record a change of one's own data, and tell the bases on which one holds a role: their pages show it."""
    bases: list[Base | None] = [*Base.objects.filter(memberships__user=user).distinct()] or [None]
    told = [edits.Edit(base, "change", user.subject, tuple(fields)) for base in bases]
    edits.record_edits(told, by=user, party=Party.CUSTOMER)
