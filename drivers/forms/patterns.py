"""What people plan of drivers again and again, what they remove of it, and which week they copy."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property

from drivers.actions.patterns import save_pattern
from drivers.forms.planning import BREAK_OUTSIDE, BreaksField, DriverChoice, break_in_words
from drivers.models import ShiftPattern
from drivers.rota import Occurrence, in_order, misplaced_break, next_occurrences
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.series import Made
from fleet.forms.recurring import (
    RECURRING_CLASSES,
    RECURRING_FIELDS,
    RECURRING_LABELS,
    RECURRING_WIDGETS,
    RecurringForm,
)

PREVIEWED = 5


class PatternForm(RecurringForm):
    """When a driver is on duty again and again. One that is there already asks from when on the change holds.

    ``made``: what its shifts became, when it was saved.
    """

    breaks = BreaksField()
    field_order = [
        "driver", "frequency", "weekdays", "month_by", "nth", "month_day", "begins", "ends", "breaks", "first_day",
        "last_day", "on_holidays", "scope", "since",
    ]  # fmt: skip

    class Meta:
        model = ShiftPattern
        fields = ["driver", *RECURRING_FIELDS, "breaks", "on_holidays"]
        field_classes = RECURRING_CLASSES | {"driver": DriverChoice}
        widgets = RECURRING_WIDGETS
        labels = RECURRING_LABELS

    def __init__(self, *args: Any, base: Base, **kwargs: Any) -> None:
        super().__init__(*args, base=base, **kwargs)
        self.made = Made()
        self.fields["driver"].offer(base)  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["driver"]

    def clean(self) -> dict[str, Any] | None:
        said = super().clean()
        self._judge_breaks()
        return said

    def _judge_breaks(self) -> None:
        said = self.cleaned_data
        if {"begins", "ends", "breaks"} & set(self.errors):
            return
        if wrong := misplaced_break(said["begins"], said["ends"], said["breaks"]):
            self.add_error("breaks", BREAK_OUTSIDE % {"break": break_in_words(wrong)})
            return
        said["breaks"] = [list(pause) for pause in in_order(said["begins"], said["breaks"])]

    @cached_property
    def preview(self) -> list[Occurrence]:
        """The next shifts that the pattern, as it is written here, makes; none while it is wrong."""
        if self.is_bound and not self.is_valid():
            return []
        if not self.instance.driver_id or self.instance.begins is None:
            return []
        self.instance.driver.base = self.base
        return next_occurrences(self.instance, self._shown_from(), PREVIEWED)

    def _shown_from(self) -> datetime:
        since = self.cleaned_data.get("since") if self.is_bound else None
        now = timezone.now()
        return max(now, self.base.day(since)[0]) if since else now

    def write(self, by: User) -> None:
        since = self.cleaned_data.get("since")
        if self.is_to_write:
            self.made = save_pattern(pattern=self.instance, by=by, since=since, way_out=self.way_out)
