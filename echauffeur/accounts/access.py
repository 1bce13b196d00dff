"""The doors to a base, and to what is one's own: a row that is not yours is a row that does not exist."""

from uuid import UUID

from django.http import Http404

from echauffeur.accounts.models import Identity, Session, User
from echauffeur.accounts.people import people_of
from echauffeur.accounts.queries import Person, bases_of, may, sessions_of
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base


def base_where(user: Person, permission: Permission, code: str) -> Base:
    """Return the base of that code on which this person may do this.

    Raises Http404 alike when there is no such base and when it is somebody else's.
    """
    base = next((base for base in bases_of(user, permission) if base.code == code), None)
    if base is None:
        raise Http404
    return base


def require(user: Person, permission: Permission, base: Base | int) -> None:
    """Raise Http404 unless this person may do this on the row's base."""
    if not may(user, permission, base):
        raise Http404


def session_to_end(user: User, handle: UUID) -> Session:
    """Return the own session of that handle. Raises Http404 when there is none, or when it is somebody else's."""
    session = sessions_of(user).filter(handle=handle).first()
    if session is None:
        raise Http404
    return session


def person_of(base: Base, pk: int) -> User:
    """Return one of the base's people: somebody with a role on it, or whose current base it is.

    Raises Http404 when it is somebody of another base or nobody.
    """
    person = people_of(base).filter(pk=pk).first()
    if person is None:
        raise Http404
    return person


def identity_to_unlink(user: User, pk: int) -> Identity:
    """Return the own identity of that key. Raises Http404 when there is none, or when it is somebody else's."""
    identity = user.identities.filter(pk=pk).first()
    if identity is None:
        raise Http404
    return identity
