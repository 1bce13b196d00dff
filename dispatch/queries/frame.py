"""What the calendar of the planning shows: a week or a day of a base, on the base's own clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from django.utils.formats import date_format

from dispatch.queries.periods import Period
from echauffeur.bases.models import Base
from echauffeur.common.recurrence import DAYS_PER_WEEK, monday_of

MINUTE = timedelta(minutes=1)
HOURS_OF_A_WEEK = (6, 12, 18)
STAMP = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Frame:
    """The days shown: that one (``view`` day), or its week from Monday on. ``now``: the moment it is looked at.

    Places on it are minutes that really pass from its beginning: a day has 1380 to 1500 of them.
    """

    base: Base
    view: str
    on: date
    now: datetime

    @property
    def is_week(self) -> bool:
        return self.view == "week"

    @cached_property
    def monday(self) -> date:
        return monday_of(self.on)

    @cached_property
    def days(self) -> list[date]:
        return self.week_days if self.is_week else [self.on]

    @cached_property
    def week_days(self) -> list[date]:
        return [self.monday + timedelta(days=n) for n in range(DAYS_PER_WEEK)]

    @cached_property
    def week(self) -> Period:
        return self._day(self.week_days[0])[0], self._day(self.week_days[-1])[1]

    @cached_property
    def bounds(self) -> Period:
        return self._day(self.days[0])[0], self._day(self.days[-1])[1]

    @cached_property
    def starts(self) -> list[int]:
        """Where each day begins, and after them where the last one ends."""
        return [self.minute(self._day(on)[0]) for on in self.days] + [self.length]

    @cached_property
    def length(self) -> int:
        return self.minute(self.bounds[1])

    @property
    def before(self) -> date:
        return self.on - timedelta(days=len(self.days))

    @property
    def after(self) -> date:
        return self.on + timedelta(days=len(self.days))

    @cached_property
    def today(self) -> date:
        return self.base.local(self.now).date()

    @property
    def holds_today(self) -> bool:
        return self.today in self.days

    @property
    def in_words(self) -> str:
        """The days from the first to the last one: 23 – 29 November 2026."""
        first, last = self.days[0], self.days[-1]
        pattern = "j" if first.month == last.month else "j F" if first.year == last.year else "j F Y"
        return f"{date_format(first, pattern)} – {date_format(last, 'j F Y')}"

    def minute(self, moment: datetime) -> int:
        """Return the moment's place."""
        return round((moment.astimezone(UTC) - self.bounds[0]) / MINUTE)

    def place(self, period: Period) -> tuple[int, int]:
        """Return where a period that lies within the frame begins and ends."""
        return self.minute(period[0]), self.minute(period[1])

    def cell(self, moment: datetime) -> int:
        """Return which of the days holds the moment, from 0 on; the first or last one when it lies outside."""
        on = self.base.local(moment).date()
        return min(max((on - self.days[0]).days, 0), len(self.days) - 1)

    def clock(self, moment: datetime) -> str:
        """Return what the base's clock shows at that moment."""
        return f"{self.base.local(moment):%H:%M}"

    def stamp(self, moment: datetime) -> str:
        """Return the moment on the base's clock, as fields for a local time take it."""
        return f"{self.base.local(moment):{STAMP}}"

    def stamps(self, on: date, clocks: tuple[str, str]) -> tuple[str, str]:
        """Return the stamps of hours on that day; when they end not after they begin, on the next one."""
        begins, ends = (datetime.combine(on, time.fromisoformat(clock)) for clock in clocks)
        return f"{begins:{STAMP}}", f"{ends if ends > begins else ends + timedelta(days=1):{STAMP}}"

    def hours(self) -> list[tuple[int, str]]:
        """Return the hours to write above, where and which: every one that passes in a day, some of a week."""
        if self.is_week:
            marks = [self.base.at(on, time(hour)) for on in self.days for hour in HOURS_OF_A_WEEK]
        else:
            marks = [self.bounds[0] + timedelta(hours=n) for n in range(self.length // 60)]
        return [(self.minute(mark), f"{self.base.local(mark):%H}") for mark in marks]

    def _day(self, on: date) -> Period:
        """Return the day's bounds in UTC: moments of one zone would be told apart by what clocks show."""
        start, end = self.base.day(on)
        return start.astimezone(UTC), end.astimezone(UTC)
