"""The second step of signing in: a code from an app on the phone, or one of ten recovery codes.

django-otp keeps the keys and checks the codes; each holds once. Every change ends the person's other sessions, which
are bound to it (`User.get_session_auth_hash`).
"""

import re
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from echauffeur.common.limits import DAY, MINUTE, Limit, take
from echauffeur.common.refusals import Refusal
from echauffeur.journal import actions as journal

CODES = 10
DIGITS_OF_APP, DIGITS_OF_RECOVERY = 6, 10
# A key that was shown and never taken up is thrown away after this long.
BEGUN_HOLDS = timedelta(hours=1)
# Whoever knows the password gets these guesses out of a million, and whoever owns the account is not locked for long.
TRIES = (Limit("second-factor", 5, 15 * MINUTE), Limit("second-factor-day", 50, DAY))


class WrongCode(Refusal):
    """The code is none of this person's, or was used before."""

    code = "wrong_code"
    message = gettext_lazy(
        "This code does not hold. Each holds once, and not for long: type the one that is shown now."
    )


@transaction.atomic
def begin(*, user: User, begun: int | None = None) -> TOTPDevice:
    """Return the key to take up in an app. It counts only once a code made with it was typed.

    ``begun`` names the key that was shown in this browser before. Another browser gets another one: who knows the
    password and looks on there must not know the key that the owner takes up here.
    """
    _lock(user)
    unconfirmed = TOTPDevice.objects.filter(user=user, confirmed=False)
    unconfirmed.filter(created_at__lt=timezone.now() - BEGUN_HOLDS).delete()
    return unconfirmed.filter(pk=begun).first() or TOTPDevice.objects.create(user=user, confirmed=False, name="app")


@transaction.atomic
def confirm(*, user: User, begun: int | None, digits: str, password: str | None = None) -> list[str]:
    """Switch the second step on with a code of the key that was begun, and return the recovery codes: once.

    ``password``: the present one; None where whoever asks proved it just now. Raises Refusal when it is another,
    WrongCode; TooOften after a few.
    """
    _count(user)
    if password is not None and not user.check_password(password):
        raise Refusal(_("This is not your present password."), field="password")
    _lock(user)
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False, pk=begun).first()
    if device is None or not device.verify_token(_plain(digits)):
        raise WrongCode(field="code")
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    user.second_factor_at = timezone.now()
    user.save(update_fields=["second_factor_at"])
    codes = _new_codes(user)
    _record("add_second_factor", user, by=user)
    return codes


def check(*, user: User, digits: str) -> None:
    """Take a code of the app, or a recovery code: it holds no more afterwards. Raises WrongCode; TooOften."""
    _count(user)
    if not _holds(user, _plain(digits)):
        raise WrongCode(field="code")


def prove(*, user: User, proof: str) -> None:
    """Take a code, or the person's password, before something weighty. Raises Refusal when it is neither; TooOften."""
    _count(user)
    if not user.check_password(proof) and not _holds(user, _plain(proof)):
        raise Refusal(_("This is neither your password nor a code that holds."), field="proof")


@transaction.atomic
def renew_codes(*, user: User) -> list[str]:
    """Make ten new recovery codes and return them, once. The ones before hold no more."""
    _lock(user)
    codes = _new_codes(user)
    _record("renew_codes", user, by=user)
    return codes


@transaction.atomic
def remove(*, user: User, by: User) -> None:
    """Switch the second step off, for oneself or, as an administrator, for somebody who lost the phone."""
    _lock(user)
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    user.second_factor_at = None
    user.save(update_fields=["second_factor_at"])
    _record("remove_second_factor" if by.pk == user.pk else "reset_second_factor", user, by=by)


def codes_left(user: User) -> int:
    """Return how many recovery codes still hold."""
    return int(StaticToken.objects.filter(device__user=user).count())


@transaction.atomic
def _holds(user: User, digits: str) -> bool:
    """Return whether the code holds, and use it up. Of two who send the same one at once, only one is let in."""
    if len(digits) == DIGITS_OF_APP:
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        return device is not None and bool(device.verify_token(digits))
    if len(digits) == DIGITS_OF_RECOVERY:
        codes = StaticDevice.objects.select_for_update().filter(user=user).first()
        return codes is not None and bool(codes.verify_token(_digest(user, digits)))
    return False


def _new_codes(user: User) -> list[str]:
    """Write the digests of ten new codes in place of the old, and return the codes as they are read."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    codes = [f"{secrets.randbelow(10**DIGITS_OF_RECOVERY):0{DIGITS_OF_RECOVERY}}" for _ in range(CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(user, code)) for code in codes)
    return [f"{code[:5]} {code[5:]}" for code in codes]


def _digest(user: User, code: str) -> str:
    """Return what is stored of a recovery code: whoever reads the table learns none."""
    return salted_hmac("echauffeur.recovery-code", f"{user.pk}:{code}", algorithm="sha256").hexdigest()[:16]


def _plain(digits: str) -> str:
    """Return a code without the blanks and hyphens that people type; anything else makes it none."""
    plain = re.sub(r"[\s-]", "", digits)
    return plain if plain.isascii() and plain.isdecimal() else ""


def _count(user: User) -> None:
    for limit in TRIES:
        take(limit, str(user.pk))


def _lock(user: User) -> None:
    """Let only one transaction at a time change how this person signs in."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _record(verb: str, user: User, *, by: User) -> None:
    party = Party.CUSTOMER if by.pk == user.pk else Party.ADMINISTRATOR
    journal.record(base=None, verb=verb, subject=user.subject, by=by, party=party)
