"""Licences and trainings that end: drivers and managers are told in time, and which planned missions that concerns.

Once a day for each base, from `MORNING` on its own clock. What was told is remembered in the rows themselves, so that a
renewal, which is nothing but another last day, is all that anybody has to write.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from dispatch.letters import ends_of_drivers, own_end
from dispatch.queries.stranded import stranded_of_driver
from drivers.licences import SOON, Held, to_renew
from drivers.models import Driver, Licence
from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from echauffeur.notifications.actions import post
from echauffeur.notifications.models import Message
from echauffeur.notifications.states import Way

logger = logging.getLogger(__name__)

# Nobody is mailed in the night.
MORNING = time(6)
KINDS = ("licence_ends", "licences_end")


def warn_everywhere(now: datetime | None = None) -> int:
    """Warn on every base that something ends on, and return how many messages were written.

    A base on which that fails keeps no other from its warnings.
    """
    now = now or timezone.now()
    # A day more than anybody is warned ahead: some bases have tomorrow's date already.
    last_day = now.date() + timedelta(days=SOON + 1)
    ending = Q(drivers__licences__expires_on__lte=last_day) | Q(drivers__wheelchair_until__lte=last_day)
    written = 0
    for base in Base.objects.filter(ending).distinct().order_by("pk"):
        try:
            written += warn_on(base, now)
        except Exception:
            logger.exception("No warnings of licences on %s this time", base.code)
    return written


@transaction.atomic
def warn_on(base: Base, now: datetime) -> int:
    """Tell the base's drivers what of theirs ends, and its managers all of it in one mail; return how many messages.

    Nothing is told before the morning, nor twice a day: what is new since then is told tomorrow.
    """
    if base.local(now).time() < MORNING:
        return 0
    # Two workers at once tell it once: the second waits here, and then finds that it was told.
    rows = Driver.objects.of(base).entitled().with_person().select_for_update(no_key=True, of=("self",))
    drivers = list(rows.order_by("pk").prefetch_related("licences"))
    if _was_told_today(base, now):
        return 0
    today = base.local(now).date()
    news = {driver: [held for held in to_renew(driver, today) if held.is_news] for driver in drivers}
    news = {driver: ends for driver, ends in news.items() if ends}
    if not news:
        return 0
    managers = _hold(base, [driver.user_id for driver in news])
    _tell(base, news, managers)
    for ends in news.values():
        _note(ends)
    return len(news) + len(managers)


def _was_told_today(base: Base, now: datetime) -> bool:
    begins, _ends = base.day(base.local(now).date())
    return Message.objects.filter(base=base, kind__in=KINDS, made_at__gte=begins).exists()


def _hold(base: Base, drivers: Iterable[int]) -> list[User]:
    """Keep the accounts of those who are written to from being deleted meanwhile, and return the base's managers."""
    managing = Q(memberships__base=base, memberships__role=Role.MANAGER, is_active=True)
    managers = set(User.objects.filter(managing).values_list("pk", flat=True))
    people = User.objects.select_for_update(no_key=True).filter(pk__in=managers.union(drivers)).order_by("pk")
    return [person for person in people if person.pk in managers and person.is_active]


def _tell(base: Base, news: dict[Driver, list[Held]], managers: list[User]) -> None:
    for driver, ends in news.items():
        letter = own_end(driver, ends)
        post(letter, way=Way.MAIL, to=driver.user.email, person=driver.user, base=base)
    for language in sorted({manager.language for manager in managers}):
        # What stands against a mission is worked out once, and in words: those of the language of the moment.
        with translation.override(language):
            concerned = {driver: stranded_of_driver(driver) for driver in news}
        for manager in managers:
            if manager.language == language:
                letter = ends_of_drivers(manager, base=base, news=news, concerned=concerned)
                post(letter, way=Way.MAIL, to=manager.email, person=manager, base=base)


def _note(ends: list[Held]) -> None:
    """Remember in the rows that this was told."""
    for held in ends:
        if isinstance(held.row, Licence):
            Licence.objects.filter(pk=held.row.pk).update(warned_for=held.until, warned_ahead=held.stage)
        else:
            Driver.objects.filter(pk=held.row.pk).update(
                wheelchair_warned_for=held.until, wheelchair_warned_ahead=held.stage
            )
