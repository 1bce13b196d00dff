"""The contact form: kept when wrong, mailed when right, never a way to write to somebody else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from echauffeur.accounts.models import User
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal.models import Entry
from echauffeur.notifications.actions import deliver
from echauffeur.notifications.models import Message
from echauffeur.public import actions, views
from echauffeur.public.models import ContactMessage
from tests import factories

pytestmark = pytest.mark.django_db

FORM = {"subject": "The gate is closed", "words": "Which way\nnow?", "reply_to": "Guest@Example.org", "website": ""}


@pytest.fixture(autouse=True)
def address(settings) -> None:
    settings.CONTACT_ADDRESS = "contact@service.example"
    settings.SITE_URL = "https://rides.example"


@pytest.fixture(autouse=True)
def _nobody_wrote_before(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Count under a name of the test's own: Redis remembers the others."""
    for name in ("FROM_ONE_NETWORK", "FROM_ONE_PERSON"):
        limit = getattr(views, name)
        own = type(limit)(f"{limit.name}-{request.node.name}-{timezone.now().timestamp()}", limit.times, limit.seconds)
        monkeypatch.setattr(views, name, own)


def send(client: Client, **changed: str):
    return client.post(reverse("contact"), FORM | changed, headers={"accept-language": "en"})


def test_a_message_is_kept_and_mailed_to_the_service(client: Client) -> None:
    assert send(client)["Location"] == reverse("contact-sent")
    message = ContactMessage.objects.get()
    assert (message.subject_line, message.words, message.reply_to, message.person, message.state) == (
        "The gate is closed", "Which way\nnow?", "guest@example.org", None, "open",
    )  # fmt: skip
    assert (message.mail.to, message.mail.subject) == ("contact@service.example", "The gate is closed")
    assert "guest@example.org" in message.mail.body
    assert (
        f"https://rides.example{reverse('admin:public_contactmessage_change', args=[message.pk])}" in message.mail.body
    )
    assert Entry.objects.get(subject="contact").verb == "write"


def test_without_an_address_it_waits_in_the_administration(client: Client, settings) -> None:
    settings.CONTACT_ADDRESS = ""
    assert send(client).status_code == 302
    assert ContactMessage.objects.get().mail is None


def test_whoever_is_signed_in_finds_the_address_filled_in(client: Client) -> None:
    camille = factories.UserFactory()
    client.force_login(camille)
    assert f'value="{camille.email}"' in client.get(reverse("contact")).content.decode()
    send(client)
    assert ContactMessage.objects.get().person == camille


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("subject", ""), ("subject", "x" * 121), ("subject", "nul \x00"), ("words", "  "), ("words", "x" * 4001),
        ("reply_to", ""), ("reply_to", "nobody"), ("reply_to", "a@b.fr\nBcc: c@d.fr"), ("reply_to", "a@b.fr, c@d.fr"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client: Client, field: str, typed: str) -> None:
    page = send(client, **{field: typed})
    assert page.status_code == 422
    text = page.content.decode()
    kept = {"subject": "Which way", "words": "The gate is closed", "reply_to": "Which way"}
    assert kept[field] in text
    assert "fr-error-text" in text
    assert not ContactMessage.objects.exists()


def test_no_line_break_reaches_a_header(client: Client, settings, mailoutbox) -> None:
    settings.MESSAGE_CHANNELS = {"mail": "echauffeur.notifications.channels.Mail"}
    assert send(client, subject="Hello\r\nBcc: everybody@example.org\nX: y").status_code == 302
    assert deliver(Message.objects.get().pk)
    (mail,) = mailoutbox
    assert mail.subject == "Hello Bcc: everybody@example.org X: y"
    assert mail.recipients() == ["contact@service.example"]
    assert "Bcc" not in mail.message()


def test_a_program_that_fills_everything_in_hears_the_same_and_leaves_nothing(client: Client) -> None:
    assert send(client, website="https://spam.example")["Location"] == reverse("contact-sent")
    assert not ContactMessage.objects.exists()


def test_one_person_cannot_write_without_end_and_what_was_typed_stays(client: Client) -> None:
    assert [send(client).status_code for _ in range(6)] == [302] * 5 + [429]
    page = send(client)
    assert "That was too often" in page.content.decode()
    assert "Which way" in page.content.decode()
    assert send(client, reply_to="somebody.else@example.org").status_code == 302, "others on the same base still may"


def test_one_place_cannot_write_without_end(client: Client) -> None:
    codes = [send(client, reply_to=f"p{n}@example.org").status_code for n in range(31)]
    assert codes == [302] * 30 + [429]


# --- answering -----------------------------------------------------------------------------------------------------


@pytest.fixture
def administrator() -> User:
    return factories.UserFactory(is_staff=True, is_superuser=True)


@pytest.fixture
def asked() -> ContactMessage:
    asker = factories.UserFactory(email="asker@example.org", language="en")
    return actions.write(subject="A question", words="Why?", reply_to="asker@example.org", by=asker)


def test_an_administrator_answers_by_mail(client: Client, administrator: User, asked: ContactMessage) -> None:
    client.force_login(administrator)
    address = reverse("admin:public_contactmessage_change", args=[asked.pk])
    assert "Why?" in client.get(address).content.decode()
    assert client.post(address, {"answer": "Because."}).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.answer, asked.answered_by) == ("answered", "Because.", administrator)
    mail = Message.objects.get(kind="contact_answer")
    assert (mail.to, mail.subject) == ("asker@example.org", "Answer: A question")
    assert mail.body.startswith("Because.")
    assert "Why?" in mail.body


def test_an_empty_answer_is_not_sent(client: Client, administrator: User, asked: ContactMessage) -> None:
    client.force_login(administrator)
    address = reverse("admin:public_contactmessage_change", args=[asked.pk])
    assert client.post(address, {"answer": " "}).status_code == 200
    with pytest.raises(Refusal):
        actions.answer(message=asked, words=" ", by=administrator)
    assert not Message.objects.filter(kind="contact_answer").exists()


def test_two_administrators_answer_once(client: Client, administrator: User, asked: ContactMessage) -> None:
    actions.answer(message=asked, words="First", by=administrator)
    with pytest.raises(Stale):
        actions.answer(message=asked, words="Second", by=administrator)
    client.force_login(administrator)
    client.post(reverse("admin:public_contactmessage_change", args=[asked.pk]), {"answer": "Third"})
    asked.refresh_from_db()
    assert asked.answer == "First"
    assert Message.objects.filter(kind="contact_answer").count() == 1


def test_the_database_wants_an_answer_to_be_one(asked: ContactMessage) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactMessage.objects.update(state="answered")


def test_messages_go_after_a_year_with_what_was_mailed(asked: ContactMessage) -> None:
    old = actions.write(subject="Old", words="…", reply_to="old@example.org", by=None)
    ContactMessage.objects.filter(pk=old.pk).update(written_at=timezone.now() - timedelta(days=366))
    actions.forget_old()
    assert list(ContactMessage.objects.all()) == [asked]
    assert not Message.objects.filter(pk=old.mail_id).exists()
