"""Refusals: what was asked is not possible now, with the rule in the person's words and what to do instead."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Refusal(Exception):
    """Raised by an action that will not do what was asked. Nothing was written.

    ``message`` is shown to the person; ``field`` names the form field it belongs to, if any.
    """

    status = 422
    code = "refused"
    message: Text = _("This is not possible.")

    def __init__(self, message: Text | None = None, *, field: str | None = None, code: str | None = None):
        self.message = message or self.message
        self.field = field
        self.code = code or self.code
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class Stale(Refusal):
    """The thing has moved on since the page was drawn: show the new state."""

    status = 409
    code = "stale"


class WrongState(Stale):
    """The verb does not start from the state the thing is in now."""

    def __init__(self, *, verb: str, state: Text):
        self.verb = verb
        super().__init__(
            _("This step is no longer possible: the state is now “%(state)s”. The page shows what holds now.")
            % {"state": state}
        )


class NotTheirs(Refusal):
    """The verb exists, but is for somebody else to say."""

    status = 403
    code = "not_theirs"

    def __init__(self, *, verb: str):
        self.verb = verb
        super().__init__(_("This step is not yours to take in this state. Call the control room if it is needed."))


class TapReused(Refusal):
    """The same key came with another request."""

    status = 422
    code = "tap_reused"
    message = _("This request was already used for something else. Reload the page and try again.")
