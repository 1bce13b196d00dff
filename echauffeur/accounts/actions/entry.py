"""The ways into an account: signing up, a new password, the consent. What is answered tells nobody who has one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from echauffeur.accounts import letters
from echauffeur.accounts.actions import codes
from echauffeur.accounts.models import User
from echauffeur.accounts.models.codes import OneTimeCode, Purpose
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from echauffeur.journal import actions as journal
from echauffeur.notifications.actions import post
from echauffeur.notifications.states import Way


def ask_to_sign_up(
    *, email: str, first_name: str, last_name: str, base: Base | None, password: str, language: str
) -> UUID:
    """Keep a sign-up until its address is confirmed, and return the key of the code that was mailed.

    Whose address already has an account gets a mail that says so. Both take as long: the password is hashed, a code
    made and a mail written either way.
    """
    waits = {
        "first_name": first_name,
        "last_name": last_name,
        "base": base.pk if base else None,
        "password": make_password(password),
        "language": language,
        "consented_at": timezone.now().isoformat(),
    }
    return _mail_sign_up_code(email, waits)


@transaction.atomic
def send_sign_up_code_again(*, key: UUID) -> UUID:
    """Mail a new code for a sign-up that still waits, and return its key. The code before holds no more.

    Raises Refusal when it waits no longer.
    """
    code = OneTimeCode.objects.select_for_update().filter(pk=key, purpose=Purpose.SIGN_UP, ended_at=None).first()
    if code is None or code.expires_at <= timezone.now():
        raise Refusal(_("This sign-up was too long ago, or was done again elsewhere. Please sign up again."))
    return _mail_sign_up_code(code.target, code.waits)


@transaction.atomic
def _mail_sign_up_code(email: str, waits: dict[str, Any]) -> UUID:
    known = User.objects.filter(email=email).first()
    code, digits = codes.issue(purpose=Purpose.SIGN_UP, target=email, waits=waits, is_decoy=known is not None)
    letter = (
        letters.account_exists(known)
        if known
        else letters.sign_up_code(digits, name=waits["first_name"], language=waits["language"], until=code.expires_at)
    )
    post(letter, way=Way.MAIL, to=email, person=known)
    return code.pk


def sign_up(*, key: UUID, digits: str) -> User:
    """Open the account that waits for this code, and return its person.

    Raises WrongCode; Refusal when somebody opened one for the same address in the meantime.
    """
    return codes.redeem(purpose=Purpose.SIGN_UP, key=key, digits=digits, then=_open_account)


def _open_account(code: OneTimeCode) -> User:
    waits = code.waits
    person = User(
        email=code.target,
        first_name=waits["first_name"],
        last_name=waits["last_name"],
        base=Base.objects.filter(pk=waits["base"]).first(),
        password=waits["password"],
        language=waits["language"],
        consented_at=parse_datetime(waits["consented_at"]),
    )
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise Refusal(_("This address has an account by now. Sign in, or have a new password mailed.")) from error
    _record("sign_up", person)
    return person


@transaction.atomic
def ask_for_new_password(*, email: str) -> UUID:
    """Mail a code to whoever has an account with this address, and return its key.

    For an address that nobody has, or whose account is closed, all is written the same, and nothing is sent.
    """
    email = email.lower()
    person = User.objects.filter(email=email, is_active=True).first()
    code, digits = codes.issue(purpose=Purpose.NEW_PASSWORD, target=email, person=person, is_decoy=person is None)
    letter = letters.new_password_code(digits, person=person or User(email=email), until=code.expires_at)
    post(letter, way=Way.MAIL, to=email, person=person, withhold=person is None)
    return code.pk


def choose_new_password(*, key: UUID, digits: str, password: str) -> User:
    """Set the password that the code allows to choose, and return the person.

    Raises WrongCode; Refusal when the password is too like the person's own data, and the code holds still.
    """
    return codes.redeem(purpose=Purpose.NEW_PASSWORD, key=key, digits=digits, then=_set_password(password))


def _set_password(password: str) -> Callable[[OneTimeCode], User]:
    def set_it(code: OneTimeCode) -> User:
        # A code that went to an address that is no longer the account's opens nothing.
        holders = User.objects.filter(codes=code, email=code.target, is_active=True)
        person = holders.select_for_update(of=("self",)).first()
        if person is None:
            raise Refusal(_("This account is closed. Ask your base manager."))
        change_password(person=person, password=password)
        return person

    return set_it


@transaction.atomic
def change_password(*, person: User, password: str, but: str | None = None) -> None:
    """Set a password, and tell the person by mail. All sessions end with it, and their pages close at once.

    ``but`` is the key of a session that goes on.

    Raises Refusal when it is too weak for this person.
    """
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages), field="password") from error
    person.set_password(password)
    person.save(update_fields=["password"])
    _record("change_password", person)
    tell_of_new_password(person=person, but=but)


@transaction.atomic
def tell_of_new_password(*, person: User, but: str | None = None) -> None:
    """End sessions and codes of a person whose password has just been set, by whomever, and write to the person.

    Whoever set it writes the step: sockets heed that. ``but`` is the key of a session that goes on.
    """
    person.sessions.exclude(pk=but).delete()
    codes.end(purpose=Purpose.NEW_PASSWORD, person=person)
    post(letters.password_changed(person), way=Way.MAIL, to=person.email, person=person)


def change_own_password(*, person: User, present_password: str, password: str, session: str | None) -> None:
    """Set another password for whoever knows the present one, and end all sessions but the one of this key.

    Raises Refusal when it is not the present one, or the new one is too weak for this person.
    """
    if not person.check_password(present_password):
        raise Refusal(_("This is not your present password."), field="present_password")
    change_password(person=person, password=password, but=session)


@transaction.atomic
def invite(*, person: User, base: Base, by: User) -> None:
    """Write to somebody for whom an account was opened: by whom, for which base, and how to choose a password."""
    post(letters.invitation(person, base=base, by=by), way=Way.MAIL, to=person.email, person=person, base=base)


@transaction.atomic
def consent(*, person: User) -> None:
    """Note that the person has agreed to the conditions of use, and when."""
    if person.consented_at is None:
        person.consented_at = timezone.now()
        person.save(update_fields=["consented_at"])
        _record("consent", person)


def _record(verb: str, person: User) -> None:
    """Tell the person's own stream: sockets heed it. The step is one of the service, of no base."""
    journal.record(base=None, verb=verb, subject=person.subject, by=person, party=Party.CUSTOMER)
