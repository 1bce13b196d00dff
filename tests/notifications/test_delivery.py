"""From the row to the mailbox: once, later if not now, and never in the way of what it tells."""

import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

import echauffeur.celery  # noqa: F401  the worker's queue
from echauffeur.common import hub
from echauffeur.notifications import actions, channels
from echauffeur.notifications.actions import LEASE, PAUSES, Letter, deliver, post, sweep
from echauffeur.notifications.models import Message
from echauffeur.notifications.states import State, Way
from tests.life.crowd import at_once
from tests.notifications.outside import Gateway, MailServer, running
from tests.services import Services

pytestmark = pytest.mark.django_db(transaction=True)
CODE = Letter("code", "Your code\r\nBcc: all@example.org", "It is 123456. Éà €", is_secret=True)
NEWS = Letter("news", "News", "Your password was changed.")


@pytest.fixture(autouse=True)
def way_out(settings: Settings) -> None:
    settings.MESSAGE_CHANNELS = {
        "mail": "echauffeur.notifications.channels.Mail",
        "text": "echauffeur.notifications.channels.TextGateway",
    }
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 1
    settings.DEFAULT_FROM_EMAIL = "e-Chauffeur <no-reply@rides.example>"
    hub._resting_until = 0.0
    wake()
    hub._client().delete("celery")


def wake() -> None:
    """End the rest of every way out."""
    hub._client().delete(*(actions._rest_key(way) for way in Way))


@pytest.fixture
def mail(settings: Settings) -> Iterator[MailServer]:
    with running(MailServer()) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server


@pytest.fixture
def gateway(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    monkeypatch.setattr(channels, "GATEWAY_ANSWER_SECONDS", 1)
    settings.TEXT_GATEWAY_TOKEN = "secret"
    with running(Gateway()) as server:
        settings.TEXT_GATEWAY_URL = server.url
        yield server


@transaction.atomic
def written(letter: Letter = CODE, way: Way = Way.MAIL, **more: object) -> Message:
    return post(letter, way=way, to="camille@example.org" if way == Way.MAIL else "+33639981234", **more)


def again(message: Message) -> Message:
    """Let the time pass until the next try."""
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now())
    wake()
    deliver(message.pk)
    message.refresh_from_db()
    return message


class TestMail:
    def test_arrives_once_with_a_name_of_its_own_and_its_secret_is_wiped(self, mail: MailServer) -> None:
        message = written()
        assert deliver(message.pk)
        assert not deliver(message.pk)
        message.refresh_from_db()
        assert (message.state, message.tries, message.subject, message.body) == (State.SENT, 1, "", "")
        assert message.sent_at
        [came] = mail.mails
        assert came["To"] == "camille@example.org"
        assert came["Subject"] == "Your code Bcc: all@example.org"
        assert came["Bcc"] is None
        assert came["Message-ID"] == f"<{message.key}@rides.example>"
        assert came["Auto-Submitted"] == "auto-generated"
        assert came.get_content().strip() == CODE.body

    def test_what_is_no_secret_stays_to_be_read(self, mail: MailServer) -> None:
        message = written(NEWS)
        deliver(message.pk)
        message.refresh_from_db()
        assert (message.subject, message.body) == (NEWS.subject, NEWS.body)

    @pytest.mark.parametrize("mood", ["refuses", "busy", "rubbish", "hangs", "hangs_up"])
    def test_is_tried_again_when_the_server_fails(self, mail: MailServer, mood: str) -> None:
        mail.mood = mood
        message = written()
        assert not deliver(message.pk)
        message.refresh_from_db()
        assert (message.state, message.tries) == (State.WAITING, 1)
        assert message.last_error
        assert timedelta(0) < message.due_at - timezone.now() <= PAUSES[0]
        assert "123456" not in message.last_error
        mail.mood = "well"
        mail.awake.set()
        assert again(message).state == State.SENT
        assert len(mail.mails) == 1

    def test_is_tried_again_when_nobody_listens(self, settings: Settings) -> None:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        message = written()
        assert not deliver(message.pk)
        message.refresh_from_db()
        assert message.state == State.WAITING

    def test_waits_longer_after_each_failure_and_is_given_up(self, mail: MailServer) -> None:
        mail.mood = "refuses"
        message = written()
        pauses = [again(message).due_at - timezone.now() for _ in PAUSES]
        assert pauses == sorted(pauses)
        assert message.state == State.WAITING
        again(message)
        assert (message.state, message.body, message.tries) == (State.GIVEN_UP, "", len(PAUSES) + 1)
        calls = mail.calls
        again(message)
        assert mail.calls == calls

    def test_a_code_that_has_expired_is_not_sent(self, mail: MailServer) -> None:
        message = written(Letter("code", "", "123456", is_secret=True, useful_until=timezone.now()))
        assert not deliver(message.pk)
        message.refresh_from_db()
        assert (message.state, message.body, mail.mails) == (State.GIVEN_UP, "", [])

    def test_what_is_for_nobody_is_never_sent(self, mail: MailServer) -> None:
        message = written(withhold=True)
        assert not again(message).sent_at
        sweep()
        assert mail.calls == 0

    def test_an_address_that_cannot_be_written_is_given_up_not_an_error(self, mail: MailServer) -> None:
        message = written()
        Message.objects.update(to="a\nb@example.org")
        assert again(message).state == State.WAITING
        assert mail.mails == []


class TestText:
    def test_is_handed_over_as_json_with_its_name(self, gateway: Gateway) -> None:
        message = written(way=Way.TEXT)
        assert deliver(message.pk)
        assert gateway.texts == [
            {"id": str(message.key), "to": "+33639981234", "from": "eChauffeur", "text": CODE.body}
        ]
        assert gateway.tokens == ["Bearer secret"]

    @pytest.mark.parametrize(
        "answer",
        [
            None,
            (500, b""),
            (401, b"{}"),
            (422, b"{}"),
            (302, b"{}"),
            (200, b"<html>"),
            (200, b"[]"),
            (200, b""),
            (200, b"\xff"),
        ],
    )
    def test_is_tried_again_unless_the_gateway_says_yes(
        self, gateway: Gateway, answer: tuple[int, bytes] | None
    ) -> None:
        gateway.answer = answer
        message = written(way=Way.TEXT)
        assert not deliver(message.pk)
        message.refresh_from_db()
        assert (message.state, message.tries) == (State.WAITING, 1)
        gateway.answer = (200, b"{}")
        gateway.awake.set()
        assert again(message).state == State.SENT
        assert set(gateway.tokens) == {"Bearer secret"}

    def test_the_token_follows_no_redirection(self, gateway: Gateway) -> None:
        gateway.answer = (307, b"{}")
        deliver(written(way=Way.TEXT).pk)
        assert len(gateway.tokens) == 1


class TestSweep:
    def test_sends_what_is_left_oldest_first(self, mail: MailServer) -> None:
        for number in range(3):
            written(Letter("news", str(number), "."))
        assert sweep() == 3
        assert [came["Subject"] for came in mail.mails] == ["0", "1", "2"]

    def test_leaves_a_server_that_is_away_alone_and_still_sends_texts(self, mail: MailServer, gateway: Gateway) -> None:
        mail.mood = "hangs_up"
        for _ in range(5):
            written()
        written(way=Way.TEXT)
        assert sweep() == 1
        assert sweep() == 0
        assert (mail.calls, len(gateway.texts)) == (1, 1)

    def test_one_refused_address_does_not_keep_others_from_theirs(self, mail: MailServer) -> None:
        mail.mood = "refuses"
        written()
        written()
        sweep()
        assert mail.calls == 2

    def test_old_messages_are_forgotten(self) -> None:
        old, new = written(), written()
        Message.objects.filter(pk=old.pk).update(made_at=timezone.now() - timedelta(days=31))
        assert actions.forget_old() == 1
        assert list(Message.objects.all()) == [new]


class TestAccidents:
    def test_a_worker_killed_while_sending_keeps_it_from_nobody(
        self, mail: MailServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = written()
        with monkeypatch.context() as killed:
            killed.setattr(channels.Mail, "send", lambda *_: sys.exit())
            with pytest.raises(SystemExit):
                deliver(message.pk)
        message.refresh_from_db()
        assert (message.state, message.tries) == (State.WAITING, 1)
        assert sweep() == 0, "within the lease it may still be under way"
        assert timedelta(0) < message.due_at - timezone.now() <= LEASE
        assert again(message).state == State.SENT

    def test_a_worker_that_was_late_does_not_overrule_the_one_that_sent_it(
        self, mail: MailServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = written()
        send = channels.Mail.send

        def late(self: channels.Mail, sent: Message) -> None:
            monkeypatch.setattr(channels.Mail, "send", send)
            again(message)
            raise channels.NotDelivered("too late")

        monkeypatch.setattr(channels.Mail, "send", late)
        deliver(message.pk)
        message.refresh_from_db()
        assert (message.state, message.last_error) == (State.SENT, "")

    @pytest.mark.parametrize("claims", [True, False])
    def test_two_workers_send_it_once(self, mail: MailServer, monkeypatch: pytest.MonkeyPatch, claims: bool) -> None:
        """With the claim once; without it, which is the control, as often as there are workers."""
        message = written()
        if not claims:
            monkeypatch.setattr(actions, "_claim", lambda pk: Message.objects.get(pk=pk))
        said = at_once([partial(deliver, message.pk)] * 6)
        assert said.count(True) == len(mail.mails) == (1 if claims else 6)

    def test_nothing_is_sent_of_what_was_not_committed(self, mail: MailServer) -> None:
        with transaction.atomic():
            post(NEWS, way=Way.MAIL, to="camille@example.org")
            transaction.set_rollback(True)
        assert sweep() == 0
        assert not hub._client().exists("celery")

    def test_it_belongs_to_a_transaction(self) -> None:
        with pytest.raises(transaction.TransactionManagementError):
            post(NEWS, way=Way.MAIL, to="camille@example.org")


class TestAsking:
    def test_after_the_commit_the_worker_is_asked(self) -> None:
        message = written()
        [asked] = hub._client().lrange("celery", 0, -1)
        assert b"echauffeur.notifications.tasks.deliver" in asked
        assert actions.ask_worker(message.pk)

    def test_without_redis_the_row_waits_and_nobody_waits_for_it(self, services: Services) -> None:
        with services.without_valkey():
            started = time.monotonic()
            message = written()
            assert time.monotonic() - started < 2
        assert Message.objects.waiting().get() == message

    def test_a_command_leaves_it_to_the_sweep(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(actions, "current_app", type("App", (), {"main": "default"}))
        assert not actions.ask_worker(written().pk)


class TestDemo:
    def test_messages_are_read_where_they_are(self, settings: Settings) -> None:
        settings.MESSAGE_CHANNELS = dict.fromkeys(["mail", "text"], "echauffeur.notifications.channels.Table")
        message = written()
        assert deliver(message.pk)
        message.refresh_from_db()
        assert (message.state, message.body) == (State.SENT, CODE.body)
