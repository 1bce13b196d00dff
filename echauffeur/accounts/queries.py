"""What a person may do, where."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils import timezone

from echauffeur.accounts.models import Membership, Session, User
from echauffeur.accounts.roles import ROLES, Administrator, Permission, Role
from echauffeur.bases.models import Base

Person = User | AnonymousUser


def may(user: Person, permission: Permission, base: Base | int) -> bool:
    """Return whether this person may do this on this base."""
    if not (user.is_authenticated and user.is_active):
        return False
    if user.is_superuser:
        return permission in Administrator.may
    return any(m.base_id == _key(base) and permission in m.may for m in memberships(user))


def grants_of(user: Person, base: Base | int) -> frozenset[Role]:
    """Return the roles that this person may give and withdraw on this base: never one above the own."""
    if not (user.is_authenticated and user.is_active):
        return frozenset()
    if user.is_superuser:
        return Administrator.grants
    held = [ROLES[Role(m.role)].grants for m in memberships(user) if m.base_id == _key(base)]
    return frozenset().union(*held)


def _key(base: Base | int) -> int:
    return base if isinstance(base, int) else base.pk


def memberships(user: User) -> list[Membership]:
    """Return the person's memberships by the base's name, asked for once per request."""
    return user.held()


def bases_of(user: Person, permission: Permission) -> list[Base]:
    """Return the bases on which this person may do this, by name; from the memberships that the request has read."""
    if not (user.is_authenticated and user.is_active):
        return []
    if user.is_superuser:
        return user.every_base if permission in Administrator.may else []
    return list({m.base_id: m.base for m in memberships(user) if permission in m.may}.values())


def current_base(user: User) -> Base | None:
    """Return the base whose pages open first for this person, without a query where a membership has read it."""
    read = user.every_base if user.is_superuser else [m.base for m in memberships(user)]
    return next((base for base in read if base.pk == user.base_id), None) or user.base


def sessions_of(user: User) -> QuerySet[Session]:
    """Return where this person is signed in, the one used last first."""
    return user.sessions.filter(expire_date__gt=timezone.now()).order_by("-seen_at")
