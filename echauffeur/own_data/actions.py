"""Leaving the service."""

from django.db import transaction

from echauffeur.accounts.models import User, phone_in_words
from echauffeur.common.personal import Identity, keepers


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
