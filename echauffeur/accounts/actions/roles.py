"""Giving and withdrawing roles. Whoever calls, a page, the administration or a file: the right is checked here.

The right that counts is the one on the base of the role, read anew under the lock: of two managers who withdraw each
other's role at once, only one succeeds.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _

from echauffeur.accounts import letters
from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.queries import grants_of
from echauffeur.accounts.roles import Role
from echauffeur.accounts.ties import tie_of
from echauffeur.bases.models import Base
from echauffeur.common.refusals import Refusal
from echauffeur.journal.edits import Edit, party_of, record_edits
from echauffeur.journal.models import Entry
from echauffeur.notifications.actions import Letter, post
from echauffeur.notifications.states import Way


class NotYoursToGive(Refusal):
    """Somebody gives or withdraws a role that is above the own, or on a base that is not theirs."""

    status = 403
    code = "not_yours_to_give"


@transaction.atomic
def grant(*, user: User, base: Base, role: Role, by: User, is_invited: bool = False) -> bool:
    """Give the person this role on the base, and return whether they did not have it yet.

    The person is told, by mail and on their next page; ``is_invited``: the invitation tells of it.

    Raises Refusal when the role is not ``by``'s to give, or the account is switched off.
    """
    check_right(by, role, base)
    tie = tie_of(role)
    streams = tie.hold(user=user, base=base, going=False)
    _lock_roles(base)
    by = check_right(by, role, base)
    user = _lock_person(user)
    if not user.is_active:
        raise Refusal(_("This account is switched off: it takes no role. An administrator can switch it on again."))
    membership, is_new = Membership.objects.get_or_create(user=user, base=base, role=role)
    if is_new:
        tie.settle(user=user, base=base, going=False, by=by)
        (step,) = record_edits([_edit("grant", membership, streams)], by=by, party=party_of(by))
        if user.base_id is None:
            User.objects.filter(pk=user.pk).update(base=base)
        if not is_invited:
            _tell(user, step, letters.role_given(user, base=base, role=role, by=by))
    return is_new


@transaction.atomic
def withdraw(*, user: User, base: Base, role: Role, by: User) -> bool:
    """Take this role on the base away from the person, and return whether they had it.

    Raises Refusal when the role is not ``by``'s to take, when something still needs it, or when a manager would leave
    the base without any.
    """
    check_right(by, role, base)
    tie = tie_of(role)
    streams = tie.hold(user=user, base=base, going=True)
    _lock_roles(base)
    by = check_right(by, role, base)
    user = _lock_person(user)
    membership = Membership.objects.filter(user=user, base=base, role=role).select_related("user", "base").first()
    if membership is None:
        return False
    if role == Role.MANAGER and user.pk == by.pk and not by.is_superuser:
        check_another_manager(base, user)
    edit = _edit("withdraw", membership, streams)  # once gone, the row has lost its key
    membership.delete()
    tie.settle(user=user, base=base, going=True, by=by)
    (step,) = record_edits([edit], by=by, party=party_of(by))
    _tell(user, step, letters.role_withdrawn(user, base=base, role=role, by=by))
    return True


@transaction.atomic
def take_news(user: User) -> list[Entry]:
    """Return the steps that the person has not been told of yet, oldest first; from now on they have."""
    steps = list(Entry.objects.filter(pk__in=_lock_person(user).news).select_related("base", "by").order_by("pk"))
    User.objects.filter(pk=user.pk).update(news=[])
    return steps


def check_right(by: User, role: Role, base: Base) -> User:
    """Return the person as they are now, if they may give and withdraw this role on this base.

    Raises NotYoursToGive otherwise.
    """
    now = User.objects.filter(pk=by.pk).first()
    if now is None or role not in grants_of(now, base):
        raise NotYoursToGive(
            _("The role “%(role)s” on %(base)s is not yours to give or withdraw. Ask a manager of that base.")
            % {"role": Role(role).label, "base": base}
        )
    return now


def hold(*, given: Iterable[Membership] = (), withdrawn: Iterable[Membership] = ()) -> None:
    """Take the locks of several such steps before the first: drivers, then bases. The steps lock people.

    Each step by itself would ask for a base after somebody's person, as nobody else does. Raises Refusal when something
    still needs a role that goes.
    """
    bases = set()
    for rows, going in ((given, False), (withdrawn, True)):
        for row in sorted(rows, key=lambda row: row.base_id):
            tie_of(Role(row.role)).hold(user=row.user, base=row.base, going=going)
            bases.add(row.base_id)
    list(Base.objects.select_for_update(no_key=True).filter(pk__in=bases).order_by("pk"))


def _lock_roles(base: Base) -> None:
    """Let only one transaction at a time change who holds which role on this base."""
    Base.objects.select_for_update(no_key=True).get(pk=base.pk)


def _lock_person(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _tell(user: User, step: Entry, letter: Letter) -> None:
    """Have the person's next page tell of it, and a mail; nobody is told what they did themselves."""
    if step.by_id == user.pk:
        return
    User.objects.filter(pk=user.pk).update(news=Func(F("news"), Value(step.pk), function="array_append"))
    if user.is_active:
        post(letter, way=Way.MAIL, to=user.email, person=user, base=step.base)


def check_another_manager(base: Base, user: User) -> None:
    """Raise Refusal when the base would have no manager without this one. Under the lock of its roles."""
    others = Membership.objects.filter(base=base, role=Role.MANAGER, user__is_active=True).exclude(user=user)
    if not others.exists():
        raise Refusal(
            _(
                "You are the last manager of %(base)s: nobody could give its roles any more. Make somebody else manager"
                " first, or ask an administrator."
            )
            % {"base": base}
        )


def _edit(verb: str, membership: Membership, streams: Iterable[str]) -> Edit:
    """Return what the journal says: which role of whom. The person's open sockets look at their rights again."""
    person = membership.user
    also_on = (person.subject.stream, *streams)
    return Edit(membership.base, verb, membership.subject, also_on=also_on, data=(("person", person.pk),))
