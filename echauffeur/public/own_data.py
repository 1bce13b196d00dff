"""What people wrote to the service."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echauffeur.accounts.models import User
from echauffeur.common.personal import Choice, Fading, Identity, Keeper, Kept, Section, clock_of, register
from echauffeur.notifications.models import Message
from echauffeur.public.actions import KEPT as KEPT_FOR
from echauffeur.public.actions import forget_old
from echauffeur.public.models import ContactMessage

KEPT = (
    Kept(
        what=gettext_lazy("What you wrote with the contact form, and the answer"),
        why=gettext_lazy("To answer you."),
        seen_by=gettext_lazy("The administrators."),
        until=gettext_lazy("One year, or until you delete your account."),
        columns=(
            "public.ContactMessage.subject_line", "public.ContactMessage.words", "public.ContactMessage.reply_to",
            "public.ContactMessage.person", "public.ContactMessage.answer", "public.ContactMessage.answered_by",
        ),
    ),
)  # fmt: skip
HARMLESS = ("public.ContactMessage.state",)


def _theirs(person: User, email: str) -> Q:
    """Return which messages are the person's: sent when signed in, or from the same address without."""
    return Q(person=person) | Q(reply_to__iexact=email)


def export(person: User) -> list[Section]:
    clock = clock_of(person)
    fields = {
        "written_at": _("Written"),
        "subject": _("Subject"),
        "message": _("Message"),
        "state": _("State"),
        "answer": _("Answer"),
        "answered_at": _("Answered"),
    }
    rows = [
        (
            message.written_at.astimezone(clock),
            message.subject_line,
            message.words,
            Choice(message.state, message.get_state_display()),
            message.answer,
            message.answered_at.astimezone(clock) if message.answered_at else None,
        )
        for message in ContactMessage.objects.filter(_theirs(person, person.email))
    ]
    return [Section("contact_messages", _("What you wrote to us"), fields, list(rows))]


def erase(person: User, identity: Identity) -> None:
    """Remove the messages and what was mailed of them; those of others lose the name alone."""
    theirs = ContactMessage.objects.filter(_theirs(person, identity.email))
    Message.objects.filter(pk__in=list(theirs.values_list("mail", flat=True))).delete()
    theirs.delete()
    identity.left_out_of_rows(ContactMessage.objects.all(), "subject_line", "words", "answer")


FADING = (Fading(("public.ContactMessage",), KEPT_FOR, forget_old),)

register(Keeper("public", KEPT, export, erase, harmless=HARMLESS, fading=FADING))
