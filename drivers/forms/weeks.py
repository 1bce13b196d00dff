"""Which week of shifts people copy into which."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from drivers.actions.weeks import Copied, copy_week, plan_copy
from drivers.forms.planning import DriverChoice
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.recurrence import monday_of
from echauffeur.common.refusals import Refusal
from fleet.forms.recurring import DayField


class CopyWeekForm(forms.Form):
    """Which week's shifts go into which week, of one driver or of all. Any day says the week that it lies in.

    ``status`` is the answer's when it was not copied; ``made`` the shifts that were.
    """

    week = DayField(label=_("Copy the week of"))
    into = DayField(label=_("Into the week of"))
    driver = DriverChoice(required=False, empty_label=_("All drivers"))
    status = 200

    def __init__(self, data: Any, *, base: Base, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.base = base
        self.made: list[Copied] = []
        self.fields["driver"].offer(base)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        said = super().clean() or {}
        week, into = said.get("week"), said.get("into")
        if week and into and monday_of(week) == monday_of(into):
            self.add_error("into", _("This is the same week. Choose another one."))
        return said

    @cached_property
    def plan(self) -> list[Copied] | None:
        """What copying would make of each shift; None while it cannot be said of which week."""
        if not self.is_bound or {"week", "into", "driver"} & set(self.errors):
            return None
        return plan_copy(self.base, **self.cleaned_data)

    @property
    def copied(self) -> list[Copied]:
        return [copy for copy in self.plan or [] if not copy.why_not]

    @property
    def left_out(self) -> list[Copied]:
        return [copy for copy in self.plan or [] if copy.why_not]

    def save_as(self, by: User) -> bool:
        """Copy the week and return whether it was copied; if not, the form's errors say why."""
        if self.is_valid():
            try:
                copies = copy_week(base=self.base, by=by, **self.cleaned_data)
            except Refusal as refusal:
                self.add_error(None, str(refusal))
            else:
                self.made = [copy for copy in copies if not copy.why_not]
        self.status = 200 if self.is_valid() else 422
        return self.is_valid()
