"""One's own phone number: it counts once a code that was sent there has come back."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from echauffeur.accounts import letters
from echauffeur.accounts.actions import codes
from echauffeur.accounts.actions.details import tell_bases
from echauffeur.accounts.models import User
from echauffeur.accounts.models.codes import OneTimeCode, Purpose
from echauffeur.notifications.actions import post
from echauffeur.notifications.states import Way


@transaction.atomic
def ask_to_confirm(*, user: User, phone: str) -> UUID:
    """Send a code to this number (E.164), and return its key. Nothing changes before it comes back."""
    code, digits = codes.issue(purpose=Purpose.PHONE, target=str(user.pk), person=user, waits={"phone": phone})
    letter = letters.phone_code(digits, language=user.language, until=code.expires_at)
    post(letter, way=Way.TEXT, to=phone, person=user)
    return code.pk


def confirm(*, user: User, key: UUID, digits: str) -> None:
    """Make the number that the code was sent to the person's own. Raises WrongCode, for somebody else's code too."""

    def keep(code: OneTimeCode) -> None:
        if code.person_id != user.pk:
            raise codes.WrongCode(0)
        _keep(user, code.waits["phone"])

    codes.redeem(purpose=Purpose.PHONE, key=key, digits=digits, then=keep)


@transaction.atomic
def remove(*, user: User) -> None:
    """Forget the number."""
    if user.phone:
        _keep(user, "")


def _keep(user: User, phone: str) -> None:
    user.phone = phone
    user.phone_confirmed_at = timezone.now() if phone else None
    user.save(update_fields=["phone", "phone_confirmed_at"])
    tell_bases(user, ["phone"])
    post(letters.phone_changed(user), way=Way.MAIL, to=user.email, person=user)
