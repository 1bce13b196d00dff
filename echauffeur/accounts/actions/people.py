"""Adding people to a base, one at a time, from a page or a line of a file."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from echauffeur.accounts.actions.entry import invite
from echauffeur.accounts.actions.roles import NotYoursToGive, check_right, grant
from echauffeur.accounts.models import User
from echauffeur.accounts.queries import may
from echauffeur.accounts.roles import Permission, Role
from echauffeur.bases.models import Base
from echauffeur.journal.edits import Edit, party_of, record_edits


@dataclass(frozen=True)
class Added:
    """Who was added. ``is_new``: the account was opened for it; ``is_given``: they did not have the role yet."""

    person: User
    role: Role | None
    is_new: bool
    is_given: bool


@transaction.atomic
def add_person(
    *,
    email: str,
    base: Base,
    role: Role | None,
    by: User,
    first_name: str,
    last_name: str,
    phone: str = "",
    language: str = "fr",
) -> Added:
    """Give the owner of this address a role on the base; who has no account gets one, and a mail that invites.

    An account that exists keeps the name, phone and language that its owner wrote. Without a role an account is
    opened and nothing else.

    Raises Refusal when the role is not ``by``'s to give, before anything tells whether the address is known.
    """
    if role is not None:
        check_right(by, role, base)
    elif not may(User.objects.get(pk=by.pk), Permission.MANAGE_PEOPLE, base):
        raise NotYoursToGive(_("Opening accounts on %(base)s is not yours to do.") % {"base": base})
    details = {"first_name": first_name, "last_name": last_name, "phone": phone, "language": language, "base": base}
    person, is_new = _account_of(email.lower(), details)
    if is_new:
        record_edits([Edit(base, "invite", person.subject)], by=by, party=party_of(by))
        invite(person=person, base=base, by=by)
    is_given = role is not None and grant(user=person, base=base, role=role, by=by, is_invited=is_new)
    return Added(person, role, is_new, is_given)


def _account_of(email: str, details: dict[str, object]) -> tuple[User, bool]:
    """Return the account of this address, and whether it was opened now: nobody has a password for it yet."""
    if person := User.objects.filter(email=email).first():
        return person, False
    try:
        with transaction.atomic():
            return User.objects.create_user(email, None, **details), True
    except IntegrityError:
        return User.objects.get(email=email), False  # somebody else was quicker
