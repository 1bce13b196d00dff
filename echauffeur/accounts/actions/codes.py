"""Handing out one-time codes and redeeming them: three tries, once, however many ask at the same moment."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from echauffeur.accounts.models import User
from echauffeur.accounts.models.codes import CODE_HOLDS, OneTimeCode, Purpose
from echauffeur.common.refusals import Refusal

Made = TypeVar("Made")


class WrongCode(Refusal):
    """These are not the digits, or there are none any more that would do. ``tries_left`` 0: a new code is needed."""

    code = "wrong_code"

    def __init__(self, tries_left: int):
        self.tries_left = tries_left
        more = ngettext(
            "This is not the code. You have %(count)d try left.",
            "This is not the code. You have %(count)d tries left.",
            tries_left,
        ) % {"count": tries_left}
        super().__init__(
            more if tries_left else _("This code can no longer be used. Have a new one sent."), field="code"
        )


def issue(
    *,
    purpose: Purpose,
    target: str,
    person: User | None = None,
    waits: dict[str, Any] | None = None,
    is_decoy: bool = False,
) -> tuple[OneTimeCode, str]:
    """Return a new code and its digits, which are kept nowhere; an older one for the same is worth nothing any more.

    A decoy has no digits, and takes as long. Raises TransactionManagementError outside a transaction.
    """
    now = timezone.now()
    with connection.cursor() as cursor:  # whoever asks for the same at the same moment waits here
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"{purpose}:{target}"])
    OneTimeCode.objects.filter(purpose=purpose, target=target, ended_at=None).update(ended_at=now, waits={})
    code = OneTimeCode(
        purpose=purpose, target=target, person=person, waits=waits or {}, made_at=now, expires_at=now + CODE_HOLDS
    )
    digits = code.draw()
    if is_decoy:
        code.be_decoy()
    code.save(force_insert=True)
    return code, "" if is_decoy else digits


def redeem(*, purpose: Purpose, key: UUID, digits: str, then: Callable[[OneTimeCode], Made]) -> Made:
    """Do what the code is good for, and return what came of it. It is spent then, unless ``then`` refuses.

    Raises WrongCode, after counting the try: hence its own transaction, which no caller can take back.
    """
    with transaction.atomic(durable=True):
        code = _locked(purpose, key)
        if code and code.holds and code.matches(digits):
            made = then(code)
            OneTimeCode.objects.filter(pk=code.pk).update(ended_at=timezone.now(), waits={})
            return made
        left = _count_try(code) if code and code.holds else 0
    raise WrongCode(left)


def end(*, purpose: Purpose, person: User) -> None:
    """Have this person's codes for this be worth nothing any more: what they were for came to pass without them."""
    waiting = OneTimeCode.objects.filter(purpose=purpose, person=person, ended_at=None)
    waiting.update(ended_at=timezone.now(), waits={})


def forget_expired() -> int:
    """Remove codes that nobody can use any more, and with them the sign-ups that nobody confirmed; return how many."""
    return OneTimeCode.objects.filter(expires_at__lt=timezone.now()).delete()[0]


def _locked(purpose: Purpose, key: UUID) -> OneTimeCode | None:
    return OneTimeCode.objects.select_for_update(of=("self",)).filter(pk=key, purpose=purpose).first()


def _count_try(code: OneTimeCode) -> int:
    code.tries_left -= 1
    code.save(update_fields=["tries_left"])
    return code.tries_left
