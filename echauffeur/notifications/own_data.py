"""What was mailed or texted to a person."""

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echauffeur.common.personal import Choice, Fading, Identity, Keeper, Kept, Section, clock_of, register
from echauffeur.notifications.actions import KEPT as KEPT_FOR
from echauffeur.notifications.actions import forget_old
from echauffeur.notifications.models import Message

if TYPE_CHECKING:
    from echauffeur.accounts.models import User

KEPT = (
    Kept(
        what=gettext_lazy(
            "E-mails and text messages that the service sent you, without codes and links that let you in"
        ),
        why=gettext_lazy("To send them again when the first try fails, and to know whether they arrived."),
        seen_by=gettext_lazy("You, and the administrators."),
        until=gettext_lazy("Thirty days, or until you delete your account."),
        columns=(
            "notifications.Message.to", "notifications.Message.subject", "notifications.Message.body",
            "notifications.Message.person", "notifications.Message.last_error",
        ),
    ),
)  # fmt: skip
HARMLESS = ("notifications.Message.way", "notifications.Message.kind", "notifications.Message.state")


def _theirs(person: "User", email: str, phone: str) -> Q:
    return Q(person=person) | Q(to__iexact=email) | (Q(to=phone) if phone else Q(pk=None))


def export(person: "User") -> list[Section]:
    clock = clock_of(person)
    fields = {
        "sent_at": _("Sent"),
        "way": _("By"),
        "to": _("To"),
        "subject": _("Subject"),
        "text": _("Text"),
        "state": _("State"),
    }
    rows = [
        (
            message.sent_at.astimezone(clock) if message.sent_at else None,
            Choice(message.way, message.get_way_display()),
            message.to,
            "" if message.is_secret else message.subject,
            "" if message.is_secret else message.body,
            Choice(message.state, message.get_state_display()),
        )
        for message in Message.objects.filter(_theirs(person, person.email, person.phone))
    ]
    return [Section("messages", _("Messages to you"), fields, list(rows))]


def erase(person: "User", identity: Identity) -> None:
    """Remove them, and take the person out of what others were sent."""
    Message.objects.filter(_theirs(person, identity.email, identity.phone)).delete()
    identity.left_out_of_rows(Message.objects.all(), "subject", "body")


FADING = (Fading(("notifications.Message",), KEPT_FOR, forget_old),)

register(Keeper("notifications", KEPT, export, erase, harmless=HARMLESS, fading=FADING))
