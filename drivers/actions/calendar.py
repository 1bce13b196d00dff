"""The address under which a driver's own calendar reads the shifts: made, renewed, ended, read."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from drivers.actions.crew import lock_driver
from drivers.models import CalendarFeed, Driver, digest_of
from echauffeur.accounts.actions.presence import hold
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from echauffeur.journal.edits import Edit, record_edits

# A calendar that asks more often than this writes no more for it.
NOTED_AGAIN_AFTER = timedelta(hours=1)
TOKEN_BYTES = 16


@transaction.atomic
def make_feed(*, driver: Driver, by: User) -> str:
    """Return a new token for the driver's calendar; the earlier one, if any, opens nothing from now on.

    Only its digest is kept: this is the one time that it can be shown.
    """
    lock_driver(driver)
    hold(by)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    CalendarFeed.objects.filter(driver=driver).delete()
    CalendarFeed.objects.create(driver=driver, digest=digest_of(token))
    _note(driver, by)
    return token


@transaction.atomic
def end_feed(*, driver: Driver, by: User) -> None:
    """End the address of the driver's calendar, if there is one."""
    lock_driver(driver)
    if CalendarFeed.objects.filter(driver=driver).delete()[0]:
        _note(driver, by)


def note_read(feed: CalendarFeed) -> None:
    """Remember that the feed was read, at most once an hour: nothing else of reading it is written."""
    now = timezone.now()
    long_ago = Q(read_at=None) | Q(read_at__lt=now - NOTED_AGAIN_AFTER)
    if feed.read_at is None or feed.read_at < now - NOTED_AGAIN_AFTER:
        CalendarFeed.objects.filter(long_ago, pk=feed.pk).update(read_at=now)


def _note(driver: Driver, by: User) -> None:
    record_edits([Edit(driver.base, "change", driver.subject, ("feed",))], by=by, party=Party.DRIVER)
