"""The ways out: e-mail through Django, texts through an HTTP gateway, or, in the demo, the table itself."""

import smtplib
from typing import Protocol

import orjson
import requests
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.module_loading import import_string

from echauffeur.notifications.models import Message
from echauffeur.notifications.states import Way

GATEWAY_CONNECT_SECONDS = 3.05
GATEWAY_ANSWER_SECONDS = 10
LONGEST_ANSWER = 100_000


class NotDelivered(Exception):
    """It could not be handed over this time. ``is_away``: nobody could have, so that others need not be tried now."""

    def __init__(self, reason: str, *, is_away: bool = False):
        self.is_away = is_away
        super().__init__(reason)


class Channel(Protocol):
    """Hands messages over. ``keeps_bodies``: whoever may read the message reads it in the table."""

    keeps_bodies: bool

    def send(self, message: Message) -> None:
        """Hand one message over, within a time that is short beside the lease. Raises NotDelivered."""


class Mail:
    """Django's e-mail backend, as the settings name it."""

    keeps_bodies = False

    def send(self, message: Message) -> None:
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ")
        mail = EmailMessage(
            message.subject,
            message.body,
            settings.DEFAULT_FROM_EMAIL,
            [message.to],
            # A second copy after an accident has the same name: mailboxes show one. No holiday notice answers it.
            headers={"Message-ID": f"<{message.key}@{domain}>", "Auto-Submitted": "auto-generated"},
            connection=get_connection(),
        )
        try:
            mail.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, ValueError) as error:
            raise NotDelivered(_in_words(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotDelivered(_in_words(error), is_away=True) from error


class TextGateway:
    """Any provider that takes JSON over HTTPS: ``{id, to, from, text}``, answered by 2xx and a JSON object."""

    keeps_bodies = False

    def send(self, message: Message) -> None:
        body = {"id": str(message.key), "to": message.to, "from": settings.TEXT_SENDER, "text": message.body}
        try:
            with requests.post(
                settings.TEXT_GATEWAY_URL,
                json=body,
                headers={"Authorization": f"Bearer {settings.TEXT_GATEWAY_TOKEN}"},
                timeout=(GATEWAY_CONNECT_SECONDS, GATEWAY_ANSWER_SECONDS),
                allow_redirects=False,  # the token is for this address alone
                stream=True,
            ) as answer:
                self._check(answer)
        except (requests.RequestException, OSError) as error:
            raise NotDelivered(_in_words(error), is_away=True) from error

    def _check(self, answer: requests.Response) -> None:
        """Raise NotDelivered unless the gateway took the text. A page of somebody in between is no yes."""
        if not 200 <= answer.status_code < 300:
            is_about_this_one = answer.status_code in {400, 404, 409, 413, 422}
            raise NotDelivered(f"the gateway answered {answer.status_code}", is_away=not is_about_this_one)
        try:
            said = orjson.loads(next(answer.iter_content(LONGEST_ANSWER), b""))
        except ValueError as error:
            raise NotDelivered("the gateway's answer was no JSON", is_away=True) from error
        if not isinstance(said, dict):
            raise NotDelivered("the gateway's answer was no object", is_away=True)


class Table:
    """The demo: nothing leaves the machine, and whoever tries it reads the message on a page."""

    keeps_bodies = True

    def send(self, message: Message) -> None:
        """Do nothing: it is where it is read."""


def channel_of(way: str) -> Channel:
    """Return the way out that the settings name."""
    channel: Channel = import_string(settings.MESSAGE_CHANNELS[Way(way).value])()
    return channel


def can_text() -> bool:
    """Whether texts reach anybody on this installation."""
    return isinstance(channel_of(Way.TEXT), Table) or bool(settings.TEXT_GATEWAY_URL)


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
