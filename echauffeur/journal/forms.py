"""What a form carries so that it acts once, however often it is sent."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from echauffeur.journal.actions import Tap

# A phone that was off for longer, or whose clock is that wrong, claims nothing worth keeping.
CREDIBLE = timedelta(days=7)


class ClaimField(forms.DateTimeField):
    """The time on the device; None when it cannot be read or believed, because no step may fail for a wrong clock."""

    def clean(self, value: Any) -> datetime | None:
        try:
            claimed_at: datetime | None = super().clean(value)
        except forms.ValidationError:
            return None
        return claimed_at if claimed_at and abs(timezone.now() - claimed_at) < CREDIBLE else None


class TapForm(forms.Form):
    """A button's press: its key, made by the device or else by the page, and the time on the device."""

    tap = forms.UUIDField(
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": _("This button is out of date. Reload the page and try again.")},
    )
    claimed_at = ClaimField(required=False, widget=forms.HiddenInput)

    def tap_on(self, path: str) -> Tap | None:
        """Return the press as actions take it; None when the sender named none. ``path``: where it was sent to."""
        asked: dict[str, Any] = dict(self.cleaned_data)
        key, claimed_at = asked.pop("tap"), asked.pop("claimed_at")
        return Tap(key, f"{path}?{urlencode(sorted(asked.items()))}", claimed_at) if key else None


def key_of(*what: object) -> UUID:
    """Return the key of a button drawn without script: the same button on the same page has the same key."""
    digest = salted_hmac("echauffeur.journal.tap", repr(what)).digest()
    return UUID(bytes=digest[:16], version=4)
