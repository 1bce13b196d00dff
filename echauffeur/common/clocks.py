"""Moments as people type them: on the clock of a base, which once a year shows an hour twice and skips another."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

# Nobody plans further; and at the ends of the calendar no zone can be told.
MOST_YEARS = 100


class ClockField(forms.DateTimeField):
    """A minute on the current clock. Of two moments at which it shows the same, the earlier; never one that it skips.

    What was not touched counts as not changed, though the page shows minutes only, and of a repeated hour not which.
    """

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(UTC):
            read: datetime | None = super().to_python(value)
        if read is None:
            return None
        if abs(read.year - timezone.now().year) > MOST_YEARS:
            raise forms.ValidationError(_("This day is years away. Choose one in the calendar."))
        if read.utcoffset():
            return read
        return moment_at(read.replace(tzinfo=None))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            typed = self.to_python(data)
        except forms.ValidationError:
            return True
        return shown(typed) != shown(initial)


def moment_at(clock: datetime) -> datetime:
    """Return the moment at which the current clock shows this. Raises ValidationError when it skips it."""
    zone = timezone.get_current_timezone()
    moment = clock.replace(tzinfo=zone, fold=0)
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) != clock:
        raise forms.ValidationError(
            _("The clocks go forward that night: %(time)s does not exist. Write a time an hour later.")
            % {"time": f"{clock:%H:%M}"}
        )
    return moment.astimezone(UTC)


def shown(moment: datetime | None) -> str:
    """Return what a field of day and time shows of the moment."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}" if moment else ""


class OnTheBasesClock:
    """Mixin for forms with moments: read on the clock of their ``base``, wherever they are judged."""

    base: Any
    cleaned_data: dict[str, Any]
    initial: Any

    def full_clean(self) -> None:
        with timezone.override(self.base.zone):
            super().full_clean()  # type: ignore[misc]

    @cached_property
    def changed_data(self) -> list[str]:
        with timezone.override(self.base.zone):
            changed: list[str] = super().changed_data  # type: ignore[misc]
        return changed

    def moment(self, field: str) -> datetime | None:
        """Return the moment of the field: as it was, to the second, where nobody touched it."""
        touched = field in self.changed_data
        moment: datetime | None = self.cleaned_data.get(field) if touched else self.initial.get(field)
        return moment
