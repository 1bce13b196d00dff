"""The whole week of a base's opening hours on one form, several openings a day."""

import re
from collections.abc import Mapping
from datetime import time
from itertools import pairwise
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echauffeur.bases.actions import Opening, Week, set_week
from echauffeur.bases.forms.hours import END_OF_DAY, ClockField
from echauffeur.bases.models import Base
from echauffeur.bases.queries import digest_of_week, week_of
from echauffeur.common.recurrence import Weekday
from echauffeur.common.refusals import Stale

ALWAYS, HOURS = "always", "hours"
WEEK = range(7)
WORKDAYS = range(5)
MOST_OPENINGS = 8
DAY_AND_NIGHT = ("00:00", "23:59")
LINE = re.compile(r"d([0-6])-([0-7])-(opens|closes)")
# What a person typed: for each weekday its lines, each what stands in its two fields.
Typed = dict[int, list[tuple[str, str]]]


class WeekForm(forms.Form):
    """The week as it is drawn, or as it came back.

    Beside saving it, its buttons change what is typed without saving: they work without script, and what they made is
    looked at before it holds. ``status`` is the answer's.
    """

    saves = True
    status = 200

    mode = forms.ChoiceField(
        label=gettext_lazy("The base carries people"),
        choices=[(ALWAYS, gettext_lazy("Day and night, every day")), (HOURS, gettext_lazy("At these hours"))],
        widget=forms.RadioSelect,
    )
    drawn = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, base: Base, data: Mapping[str, str] | None = None) -> None:
        self.base = base
        if data is not None:
            self._draw(_typed_in(data), data.get("mode", ""), data.get("drawn", ""), is_sent=True)
        else:
            week = week_of(base)
            self._draw(_typed_of(week), HOURS if week else ALWAYS, "", is_sent=False)

    def _draw(self, typed: Typed, mode: str, drawn: str, *, is_sent: bool) -> None:
        self.typed = typed
        self.nights: set[str] = set()  # the lines that go over midnight: a button of each writes it as two
        values = {"mode": mode, "drawn": drawn or digest_of_week(week_of(self.base))}
        for day in WEEK:
            for n, (opens, closes) in enumerate(typed[day]):
                values |= {f"d{day}-{n}-opens": opens, f"d{day}-{n}-closes": closes}
        if is_sent:
            super().__init__(values)
        else:
            super().__init__(initial=values)
        for day in WEEK:
            for n in range(len(typed[day])):
                names = {"day": Weekday(day).label, "n": n + 1}
                self.fields[f"d{day}-{n}-opens"] = ClockField(label=_("%(day)s, opens (%(n)d)") % names, required=False)
                self.fields[f"d{day}-{n}-closes"] = ClockField(
                    label=_("%(day)s, closes (%(n)d)") % names, required=False
                )

    # --- what the page draws ---

    @property
    def days(self) -> list[dict[str, Any]]:
        """The weekdays in order: number, label, and the two fields of each line."""
        return [
            {
                "number": day,
                "label": Weekday(day).label,
                "lines": self._lines(day),
                "more": self._more(day),
            }
            for day in WEEK
        ]

    def _lines(self, day: int) -> list[dict[str, BoundField | str | bool]]:
        return [
            {
                "opens": self[f"d{day}-{n}-opens"],
                "closes": self[f"d{day}-{n}-closes"],
                "key": f"{day}-{n}",
                "is_night": f"{day}-{n}" in self.nights,
            }
            for n in range(len(self.typed[day]))
        ]

    def _more(self, day: int) -> bool:
        return len(self.typed[day]) < MOST_OPENINGS

    # --- what its buttons do ---

    def change(self, data: Mapping[str, str]) -> bool:
        """Do what a button other than “save” asks, in what is typed alone. Return whether there was such a button."""
        for name, do in self._buttons().items():
            if name in data and (key := re.fullmatch(r"([0-6])(?:-([0-7]))?", data[name])):
                do(int(key[1]), int(key[2] or 0))
                self._draw(self.typed, HOURS, data.get("drawn", ""), is_sent=False)
                self._focus(int(key[1]), last=name == "more")
                return True
        return False

    def _buttons(self) -> dict[str, Any]:
        return {
            "copy_all": lambda day, _n: self._copy(day, WEEK),
            "copy_work": lambda day, _n: self._copy(day, WORKDAYS),
            "round": lambda day, _n: self.typed.update({day: [DAY_AND_NIGHT]}),
            "closed": lambda day, _n: self.typed.update({day: [("", "")]}),
            "more": lambda day, _n: self.typed[day].append(("", "")) if self._more(day) else None,
            "split": self._split,
        }

    def _focus(self, day: int, *, last: bool) -> None:
        """Have the person go on where something was just filled in."""
        n = len(self.typed[day]) - 1 if last else 0
        self.fields[f"d{day}-{n}-opens"].widget.attrs["autofocus"] = True

    def _copy(self, day: int, to: range) -> None:
        for other in to:
            self.typed[other] = list(self.typed[day])

    def _split(self, day: int, n: int) -> None:
        """Write a night over midnight as two lines: until the end of this day, and from the beginning of the next."""
        if n >= len(self.typed[day]):
            return
        opens, closes = self.typed[day][n]
        self.typed[day][n] = (opens, "23:59")
        after = [line for line in self.typed[(day + 1) % 7] if any(line)]
        if DAY_AND_NIGHT not in after:
            self.typed[(day + 1) % 7] = [("00:00", closes), *after][:MOST_OPENINGS]

    # --- what is checked and saved ---

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.week: Week = {}
        if cleaned.get("mode") == HOURS:
            self.week = {day: openings for day in WEEK if (openings := self._openings(day))}
            if not self.week and not self.errors:
                self.add_error("mode", _("No hours are written. Write some, or choose “day and night, every day”."))
        return cleaned

    def _openings(self, day: int) -> list[Opening]:
        openings: list[tuple[Opening, str]] = []
        for n in range(len(self.typed[day])):
            names = f"d{day}-{n}-opens", f"d{day}-{n}-closes"
            if any(name in self.errors for name in names):
                continue
            opens, closes = (self.cleaned_data[name] for name in names)
            if opens is None and closes is None:
                continue
            if opens is None or closes is None:
                missing = names[0] if opens is None else names[1]
                self.add_error(missing, _("Write both hours, or none for no opening."))
            elif (closes := END_OF_DAY if closes == time.min else closes) <= opens:
                self.nights.add(f"{day}-{n}")
                self.add_error(names[1], _("This goes over midnight, so it needs two lines: one on each day."))
            else:
                openings.append(((opens, closes), names[0]))
        return self._in_order(openings)

    def _in_order(self, openings: list[tuple[Opening, str]]) -> list[Opening]:
        openings.sort()
        for (before, _name), (after, name) in pairwise(openings):
            if after[0] < before[1]:
                told = {"opens": f"{before[0]:%H:%M}", "closes": f"{before[1]:%H:%M}"}
                self.add_error(name, _("This overlaps with %(opens)s–%(closes)s of the same day.") % told)
        return [opening for opening, _name in openings]

    def save_as(self, by: Any) -> bool:
        """Save the week and return whether it was saved; if not, the errors say why and what to do."""
        if self.is_valid():
            try:
                set_week(base=self.base, week=self.week, drawn=self.cleaned_data["drawn"], by=by)
            except Stale as stale:
                self.data = {**self.data, "drawn": digest_of_week(week_of(self.base))}
                self.add_error(None, str(stale))
        if not self.is_valid():
            self.status = 422
        return self.is_valid()


def _typed_of(week: Week) -> Typed:
    """Return the week as it stands in the fields, each day with a line more when it has none."""
    return {
        day: [(f"{opens:%H:%M}", f"{closes:%H:%M}") for opens, closes in week.get(day, [])] or [("", "")]
        for day in WEEK
    }


def _typed_in(data: Mapping[str, str]) -> Typed:
    """Return the lines that were sent; each day has at least one."""
    lines: dict[int, int] = {}
    for name in data:
        if key := LINE.fullmatch(name):
            day, n = int(key[1]), int(key[2])
            lines[day] = max(lines.get(day, 0), n + 1)
    return {
        day: [(data.get(f"d{day}-{n}-opens", ""), data.get(f"d{day}-{n}-closes", "")) for n in range(lines.get(day, 1))]
        for day in WEEK
    }
