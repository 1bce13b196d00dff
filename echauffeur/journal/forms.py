"""What a form carries so that it acts once, however often it is sent; and the form of any row of a base."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from echauffeur.common.refusals import Refusal
from echauffeur.journal.actions import Tap
from echauffeur.journal.edits import save_row

if TYPE_CHECKING:
    from echauffeur.accounts.models import User

# A phone that was off for longer, or whose clock is that wrong, claims nothing worth keeping.
CREDIBLE = timedelta(days=7)
FIRST_YEAR, LAST_YEAR = 2000, 2200
# What a number of the journal can be: the column's limit.
MOST_STEPS = 2**63 - 1


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
        # A row is told by its key: its name may change before the phone has a network again.
        asked: dict[str, Any] = {name: getattr(said, "pk", said) for name, said in self.cleaned_data.items()}
        key, claimed_at = asked.pop("tap"), asked.pop("claimed_at")
        return Tap(key, f"{path}?{urlencode(sorted(asked.items()))}", claimed_at) if key else None


def key_of(*what: object) -> UUID:
    """Return the key of a button drawn without script: the same button on the same page has the same key."""
    digest = salted_hmac("echauffeur.journal.tap", repr(what)).digest()
    return UUID(bytes=digest[:16], version=4)


class RowForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's is not generic at run time
    """A row of a base, as whoever configures the base types it. The row's base is set by the page, never typed.

    ``status`` is the answer's when it was not saved.
    """

    status = 200
    saves = True  # and sends nothing to anybody: the summary of errors says so

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._before = model_to_dict(self.instance)
        for field in self.fields.values():
            field.show_hidden_initial = False  # what changed is told from the row, not from what the page remembers

    def save_as(self, by: "User") -> bool:
        """Save the row and return whether it was saved; if not, the form's errors say why and what to do."""
        if self.is_valid():
            try:
                self.write(by)
            except Refusal as refusal:
                self.refused(refusal)
        if not self.is_valid():
            self.status = 422
        return self.is_valid()

    def refused(self, refusal: Refusal) -> None:
        """Say why it was not saved, at the field that it belongs to."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))

    def write(self, by: "User") -> None:
        """Write the row: a row whose writing takes locks or more rows has an action of its own. Raises Refusal."""
        save_row(row=self.instance, fields=self.changes, by=by)

    @property
    def changes(self) -> list[str]:
        """The fields that really change: not those that were only written in another way."""
        return [name for name in self.changed_data if not self._is_as_before(name)]

    def _is_as_before(self, name: str) -> bool:
        value = self.cleaned_data.get(name, self)
        known = (self._before, self.initial)  # what the row holds, and what the form shows of it
        return any(name in before and getattr(value, "pk", value) == before[name] for before in known)

    def validate_constraints(self) -> None:
        """Judge the constraints that name the base too, though it is no field of the form."""
        try:
            self.instance.validate_constraints(exclude=set(self.errors))
        except forms.ValidationError as errors:
            self.add_error(None, [message for messages in errors.message_dict.values() for message in messages])


class JournalForm(forms.Form):
    """Which steps of a base to show. What cannot be read shows them all."""

    kind = forms.ChoiceField(required=False, widget=forms.HiddenInput)
    on = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    below = forms.IntegerField(required=False, min_value=1, max_value=MOST_STEPS, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(kinds.items())  # type: ignore[attr-defined]

    def clean_on(self) -> date | None:
        on: date | None = self.cleaned_data["on"]
        return on if on and FIRST_YEAR <= on.year < LAST_YEAR else None  # the days around it can be reckoned

    def asked(self) -> dict[str, Any]:
        """Return ``kind``, ``on`` and ``below``, as far as they can be read."""
        self.is_valid()
        said = self.cleaned_data
        return {"kind": said.get("kind", ""), "on": said.get("on"), "below": said.get("below") or 0}
