"""What becomes of a message, and by which way it goes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Way(TextChoices):
    MAIL = "mail", _("E-mail")
    TEXT = "text", _("Text message")


class State(TextChoices):
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    GIVEN_UP = "given_up", _("Given up")
    # For an address that nobody here has: it stands beside the others so that asking takes the same time for both.
    WITHHELD = "withheld", _("For nobody, not sent")
