"""Writing to the service, and answering."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from echauffeur.accounts.actions.presence import hold
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal import actions as journal
from echauffeur.notifications.actions import Letter, post
from echauffeur.notifications.models import Message
from echauffeur.notifications.states import Way
from echauffeur.public.models import ContactMessage, ContactState

KEPT = timedelta(days=365)


@transaction.atomic
def write(*, subject: str, words: str, reply_to: str, by: User | None) -> ContactMessage:
    """Keep what somebody writes to the service, and mail it to the service's address, if it has one."""
    if by is not None:
        hold(by)
    subject = " ".join(subject.split())
    message = ContactMessage.objects.create(subject_line=subject, words=words, reply_to=reply_to.lower(), person=by)
    if settings.CONTACT_ADDRESS:
        body = _("%(address)s wrote to e-Chauffeur:\n\n%(words)s\n\nAnswer in the administration, at %(url)s")
        link = f"{settings.SITE_URL}/admin/public/contactmessage/{message.pk}/change/"
        text = body % {"address": message.reply_to, "words": words, "url": link}
        message.mail = post(Letter("contact", subject, text), way=Way.MAIL, to=settings.CONTACT_ADDRESS)
        message.save(update_fields=["mail"])
    journal.record(base=None, verb="write", subject=message.subject, by=by, party=Party.CUSTOMER)
    return message


@transaction.atomic
def answer(*, message: ContactMessage, words: str, by: User) -> ContactMessage:
    """Answer, by mail, in the language of whoever asked. Raises Stale when somebody else was quicker."""
    message = ContactMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if message.state == ContactState.ANSWERED:
        raise Stale(_("Somebody else just answered. The page shows what was written."))
    if not words.strip():
        raise Refusal(_("Write the answer that is to be mailed."), field="answer")
    message.state, message.answer = ContactState.ANSWERED, words.strip()
    message.answered_by, message.answered_at = by, timezone.now()
    message.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    with translation.override(message.person.language if message.person else "fr"):
        subject = _("Answer: %(subject)s") % {"subject": message.subject_line}
        body = _("%(answer)s\n\nYou wrote on %(day)s:\n\n%(words)s") % {
            "answer": message.answer,
            "day": f"{message.written_at:%d/%m/%Y}",
            "words": message.words,
        }
    post(Letter("contact_answer", subject, body), way=Way.MAIL, to=message.reply_to, person=message.person)
    journal.record(base=None, verb="answer", subject=message.subject, by=by, party=Party.ADMINISTRATOR)
    return message


def forget_old() -> int:
    """Remove messages that are older than a year, and what was mailed of them; return how many."""
    old = ContactMessage.objects.filter(written_at__lt=timezone.now() - KEPT)
    Message.objects.filter(pk__in=old.values("mail")).delete()
    return old.delete()[0]
