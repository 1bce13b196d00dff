"""What a person may do, where."""

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.lookups import Unaccent
from django.db.models import Q, QuerySet, Value
from django.utils import timezone

from echauffeur.accounts.models import Membership, Session, User
from echauffeur.accounts.roles import ROLES, Administrator, Permission, Role
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party

Person = User | AnonymousUser


def may(user: Person, permission: Permission, base: Base | int) -> bool:
    """Return whether this person may do this on this base."""
    if not (user.is_authenticated and user.is_active):
        return False
    if user.is_superuser:
        return permission in Administrator.may
    return any(m.base_id == _key(base) and permission in m.may for m in memberships(user))


def party_on(user: User, base: Base | int) -> Party:
    """Return in what capacity somebody plans on this base: an administrator, its control room, or its manager."""
    if user.is_superuser:
        return Party.ADMINISTRATOR
    return Party.REGULATOR if may(user, Permission.REGULATE_RIDES, base) else Party.MANAGER


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


def own_bases(user: User) -> list[Base]:
    """Return the bases on which this person has work to do, by name: an administrator on every one."""
    return user.every_base if user.is_superuser else list({m.base_id: m.base for m in memberships(user)}.values())


def current_base(user: User) -> Base | None:
    """Return the base whose pages open first for this person, without a query where a membership has read it.

    Who has chosen none yet is on the first one of those where they have work to do.
    """
    own = own_bases(user)
    chosen = next((base for base in own if base.pk == user.base_id), None) or user.base
    return chosen or next(iter(own), None)


def bases_to_choose(words: str = "") -> QuerySet[Base]:
    """Return the bases that one may be on, by name; with words, those whose name or code holds them."""
    if not words:
        return Base.objects.all()
    named = Base.objects.annotate(plain_name=Unaccent("name"))
    return named.filter(Q(plain_name__icontains=Unaccent(Value(words))) | Q(code__icontains=words))


def roles_by_base(user: User) -> dict[int, list[str]]:
    """Return the names of this person's roles by the base's key."""
    held: dict[int, list[str]] = {}
    for membership in memberships(user):
        held.setdefault(membership.base_id, []).append(membership.get_role_display())
    return held


def sessions_of(user: User) -> QuerySet[Session]:
    """Return where this person is signed in, the one used last first."""
    return user.sessions.filter(expire_date__gt=timezone.now()).order_by("-seen_at")
