"""What a person may do, where."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, prefetch_related_objects

from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base

Person = User | AnonymousUser


def may(user: Person, permission: Permission, base: Base | int) -> bool:
    """Return whether this person may do this on this base."""
    if not (user.is_authenticated and user.is_active):
        return False
    if user.is_superuser:
        return permission != Permission.DRIVE
    base_id = base if isinstance(base, int) else base.pk
    return any(m.base_id == base_id and permission in m.may for m in memberships(user))


def memberships(user: User) -> list[Membership]:
    """Return the person's memberships by the base's name, asked for once per request."""
    by_base = Membership.objects.select_related("base").order_by("base")
    prefetch_related_objects([user], Prefetch("memberships", by_base))
    return list(user.memberships.all())


def bases_of(user: Person, permission: Permission) -> list[Base]:
    """Return the bases on which this person may do this, by name; from the memberships that the request has read."""
    if not (user.is_authenticated and user.is_active):
        return []
    if user.is_superuser:
        return user.every_base if permission != Permission.DRIVE else []
    return list({m.base_id: m.base for m in memberships(user) if permission in m.may}.values())


def current_base(user: User) -> Base | None:
    """Return the base whose pages open first for this person, without a query where a membership has read it."""
    read = user.every_base if user.is_superuser else [m.base for m in memberships(user)]
    return next((base for base in read if base.pk == user.base_id), None) or user.base
