"""When a base carries people: times of day as people write them, and the days that differ."""

import re
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.models import OpeningException
from echauffeur.journal.forms import RowForm

END_OF_DAY = time(23, 59)
CLOCKS = ["%H:%M", "%H:%M:%S", "%Hh%M", "%H h %M", "%Hh", "%H h", "%H.%M", "%H"]


class ClockField(forms.TimeField):
    """A time of day, written as people write it: 14:30, 14h30. 24:00 is the end of the day."""

    input_formats = CLOCKS
    default_error_messages = {"invalid": _("This is not a time. Write hours and minutes, such as 14:30.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), **kwargs)

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, str) and re.fullmatch(r"24 ?[:h.]? ?(00)?", value.strip()):
            return END_OF_DAY
        clock: time | None = super().to_python(value)
        return clock


class DayField(forms.DateField):
    """A day, picked or written by hand."""

    default_error_messages = {"invalid": _("This is not a day. Write it as day/month/year.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)


class ExceptionForm(RowForm):
    """Days on which a base keeps other hours, or is closed."""

    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"), required=False, help_text=_("Empty: that one day."))
    opens = ClockField(label=_("Opens"), required=False, help_text=_("Leave both empty: closed all day."))
    closes = ClockField(label=_("Closes"), required=False, help_text=_("23:59 means the end of the day."))

    class Meta:
        model = OpeningException
        fields = ["label", "first_day", "last_day", "opens", "closes"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("last_day") and "last_day" not in self.errors:
            cleaned["last_day"] = cleaned.get("first_day")
        return cleaned
