"""What people change about themselves."""

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base


def choose_base(*, user: User, base: Base) -> None:
    """Remember the base whose pages open first for this person."""
    if user.base_id != base.pk:
        user.base = base
        user.save(update_fields=["base"])
