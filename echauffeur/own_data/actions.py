"""Leaving the service; and what is removed because it has had its time."""

import logging

from django.db import transaction

from echauffeur.accounts.models import User, phone_in_words
from echauffeur.common.personal import Identity, keepers

logger = logging.getLogger(__name__)


@transaction.atomic
def delete_account(*, by: User) -> None:
    """Take the person out of the service: identity gone at once, past rides and steps kept without it.

    From the top downwards, because that is the order of the locks (drivers, missions, rides, bases' roles, people, and
    the streams last), and because every app still wants to find the account that it takes the person out of.

    Raises Refusal, with what to do first.
    """
    phone = phone_in_words(by.phone) if by.phone else ""
    identity = Identity(by.first_name, by.last_name, by.email, by.phone, phone)
    apps = keepers()[::-1]
    for app in apps:
        app.lock(by)
    for app in apps:
        app.leave(by)
    for app in apps:
        app.erase(by, identity)


def purge() -> dict[tuple[str, ...], int | None]:
    """Remove all that has had its time, as the apps say, and return by tables how many rows went; None where it failed.

    What goes wrong with one kind keeps no other from going.
    """
    removed: dict[tuple[str, ...], int | None] = {}
    for fading in (fading for keeper in keepers() for fading in keeper.fading):
        try:
            with transaction.atomic():
                removed[fading.tables] = fading.forget()
        except Exception:
            logger.exception("%s could not be purged", ", ".join(fading.tables))
            removed[fading.tables] = None
    return removed
