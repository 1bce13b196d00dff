"""The people of a base, as those who give its roles see them: who holds one here, and whose current base it is."""

from dataclasses import dataclass

from django.contrib.postgres.lookups import Unaccent
from django.db.models import Exists, F, Func, OuterRef, Prefetch, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.queries import grants_of
from echauffeur.accounts.roles import ROLES, Role, in_words
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry, EntryQuerySet

CUSTOMERS = "customer"
# The verbs that gave somebody a role; the second is what the administration said until both used one action.
GIVING = ("grant", "add")


def people_of(base: Base, words: str = "", role: str = "") -> QuerySet[User]:
    """Return the base's people by name, each with ``roles_here``; with words, those whose name or address holds them.

    Accounts that are switched off are listed while they hold a role. ``role``: only those who hold it, or `CUSTOMERS`
    for those who hold none.
    """
    here = Membership.objects.filter(base=base)
    holds = Exists(here.filter(user=OuterRef("pk")))
    people = User.objects.filter(Q(holds) | Q(base=base, is_active=True))
    if role == CUSTOMERS:
        people = people.filter(~holds)
    elif role in Role.values:
        people = people.filter(Exists(here.filter(user=OuterRef("pk"), role=role)))
    if words:
        # In either order: people are looked up as Mael Evrard and as Evrard Mael.
        parts = F("first_name"), F("last_name"), F("first_name"), F("email")
        known_as = Func(Value(" "), *parts, function="concat_ws", output_field=TextField())
        people = people.annotate(known_as=Unaccent(known_as)).filter(known_as__icontains=Unaccent(Value(words)))
    return people.prefetch_related(Prefetch("memberships", here, to_attr="roles_here")).order_by(
        Lower(Unaccent(F("last_name"))), Lower(Unaccent(F("first_name"))), "pk"
    )


@dataclass(frozen=True)
class RoleHere:
    """A role on a base in front of one person: what it lets them do, whether they hold it, and since when.

    ``given`` is the step that gave it; None when the journal does not know. ``is_mine``: whether the one who looks may
    give and withdraw it.
    """

    role: Role
    sentences: list[Promise]
    is_held: bool
    given: Entry | None
    is_mine: bool

    @property
    def name(self) -> str:
        return str(self.role.label)


def roles_of(person: User, base: Base, *, seen_by: User) -> list[RoleHere]:
    """Return every role that there is on the base, in front of this person."""
    held = {m.role: m for m in Membership.objects.filter(user=person, base=base)}
    steps = {entry.subject_id: entry for entry in role_steps(person, base).filter(verb__in=GIVING)}
    mine = grants_of(seen_by, base)
    return [
        RoleHere(role, in_words(role), role in held, steps.get(held[role].pk) if role in held else None, role in mine)
        for role in ROLES
    ]


def role_steps(person: User, base: Base) -> EntryQuerySet:
    """Return the steps by which this person got and lost roles on the base, oldest first."""
    steps = Entry.objects.of(base).filter(subject="membership", streams__has_key=person.subject.stream)
    return steps.select_related("by").order_by("seq")


def news_in_words(step: Entry) -> str:
    """Return the step of a role as its person reads it."""
    said = {"role": Role(step.code).label, "base": step.base, "who": step.by or _("An administrator")}
    if step.verb in GIVING:
        return _("%(who)s gave you a role on %(base)s: %(role)s.") % said
    return _("%(who)s withdrew your role on %(base)s: %(role)s.") % said
