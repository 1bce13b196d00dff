"""Writing messages in the transaction of what they tell; sending them afterwards, as often as it takes."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import KombuError

from echauffeur.common import hub
from echauffeur.common.commits import after_commit
from echauffeur.notifications.channels import NotDelivered, channel_of
from echauffeur.notifications.models import Message, MessageQuerySet
from echauffeur.notifications.states import State, Way

if TYPE_CHECKING:
    from echauffeur.accounts.models import User
    from echauffeur.bases.models import Base

logger = logging.getLogger(__name__)

DELIVER = "echauffeur.notifications.tasks.deliver"
# Longer than any way out may take: within it nobody else tries the same message.
LEASE = timedelta(minutes=3)
# How long to wait after each try that failed. After the last one it is given up: about ten hours.
PAUSES = [timedelta(seconds=seconds) for seconds in (10, 30, 120, 300, 900, 1800, 3600, 3 * 3600, 5 * 3600)]
# A server that is away is left alone for a moment: what waits for it waits in the table, not in the worker.
REST_SECONDS = 15
KEPT = timedelta(days=30)
SWEEP_SECONDS = 20.0


@dataclass(frozen=True)
class Letter:
    """What a message says, in its reader's language. ``is_secret``: whoever reads it gets in.

    ``useful_until``: after that it tells nothing any more, and is not sent.
    """

    kind: str
    subject: str
    body: str
    is_secret: bool = False
    useful_until: datetime | None = None


def post(
    letter: Letter,
    *,
    way: Way,
    to: str,
    person: "User | None" = None,
    base: "Base | None" = None,
    withhold: bool = False,
) -> Message:
    """Write one message, and have it sent once the transaction has committed.

    ``withhold``: it is written and never sent, because the address is nobody's; that takes as long as to send it.

    Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a message belongs to the transaction of what it tells")
    message = Message.objects.create(
        way=way,
        kind=letter.kind,
        to=to,
        subject=" ".join(letter.subject.split()),
        body=letter.body,
        is_secret=letter.is_secret,
        useful_until=letter.useful_until,
        person=person,
        base=base,
        state=State.WITHHELD if withhold else State.WAITING,
    )
    after_commit(ask_worker, message.pk)
    return message


def ask_worker(pk: int) -> bool:
    """Ask the worker to send this message now; return whether it will hear of it. The sweep finds all others.

    A missing Redis costs the person who waits for a page nothing but a moment.
    """
    is_command = current_app.main == "default"  # a program that is no process of the service has no queue
    if is_command or not hub.ask(lambda client: bool(client.ping()), default=False):
        return False
    try:
        current_app.send_task(DELIVER, [pk], retry=False, ignore_result=True, expires=60)
    except (KombuError, OSError) as error:
        logger.warning("The worker could not be asked to send message %s: %s", pk, error)
        return False
    return True


def deliver(pk: int) -> bool:
    """Send this message if it is due, and return whether it went out. Two at once send it once.

    What is claimed here and then lost with its process is due again when the lease is over.
    """
    message = _claim(pk)
    if message is None:
        return False
    channel = channel_of(message.way)
    try:
        channel.send(message)
    except NotDelivered as error:
        if error.is_away:
            _rest(message.way)
        _put_off(message, str(error))
        return False
    except Exception as error:
        logger.exception("Message %s could not be sent", message.pk)
        _put_off(message, type(error).__name__)
        return False
    said = {} if channel.keeps_bodies else _nothing_secret(message)
    _as_claimed(message).update(state=State.SENT, sent_at=timezone.now(), last_error="", **said)
    return True


def sweep(limit: int = 100, seconds: float = SWEEP_SECONDS) -> int:
    """Send what is due, oldest first, and return how many went out. A way out that fails is left for the next sweep."""
    return sum(deliver(pk) for pk in _due(limit, time.monotonic() + seconds))


def forget_old() -> int:
    """Remove what is so old that nobody asks about it; return how many."""
    return Message.objects.filter(made_at__lt=timezone.now() - KEPT).delete()[0]


def _due(limit: int, until: float) -> Iterator[int]:
    for way in Way:
        waiting = Message.objects.by(way).due(timezone.now()).order_by("due_at", "pk").values_list("pk", flat=True)
        for pk in list(waiting[:limit]):
            if rests(way) or time.monotonic() > until:
                break
            yield pk


@transaction.atomic
def _claim(pk: int) -> Message | None:
    """Return the message, put off for as long as sending it may take; None when there is nothing to send."""
    now = timezone.now()
    message = Message.objects.due(now).select_for_update(skip_locked=True).filter(pk=pk).first()
    if message is None or rests(message.way):
        return None
    if message.useful_until and message.useful_until <= now:
        _give_up(message, message.last_error or "too late to be useful")
        return None
    message.tries += 1
    message.due_at = now + LEASE
    message.save(update_fields=["tries", "due_at"])
    return message


def _put_off(message: Message, reason: str) -> None:
    """Wait longer after each failure, and in the end give up."""
    logger.warning("Message %s was not sent at try %s: %s", message.pk, message.tries, reason)
    if message.tries > len(PAUSES):
        _give_up(message, reason)
        return
    due_at = timezone.now() + PAUSES[message.tries - 1]
    _as_claimed(message).update(due_at=due_at, last_error=_storable(reason))


def _give_up(message: Message, reason: str) -> None:
    _as_claimed(message).update(state=State.GIVEN_UP, last_error=_storable(reason), **_nothing_secret(message))


def _nothing_secret(message: Message) -> dict[str, str]:
    """Return what to wipe of a message that nobody sends any more: a code stands in the subject too."""
    return {"subject": "", "body": ""} if message.is_secret else {}


def _as_claimed(message: Message) -> MessageQuerySet:
    """Return the row, unless somebody else has claimed it since: their word counts then."""
    return Message.objects.waiting().filter(pk=message.pk, tries=message.tries)


def _storable(reason: str) -> str:
    return reason.encode(errors="replace").decode().replace("\0", "")[:300]


def rests(way: str) -> bool:
    """Whether the way out was away a moment ago."""
    return hub.ask(lambda client: bool(client.exists(_rest_key(way))), default=False)


def _rest(way: str) -> None:
    hub.ask(lambda client: client.set(_rest_key(way), 1, ex=REST_SECONDS), default=None)


def _rest_key(way: str) -> str:
    return f"messages:rest:{way}"
