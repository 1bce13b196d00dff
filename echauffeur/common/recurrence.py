"""What comes back: on which local days, and from when until when on a zone's clock.

The days are those of RFC 5545 (iCalendar): weeks begin on Monday, every other week counts from the week of the first
day, a month that lacks the day is left out. A clock time is the first moment at which the zone's clock shows it or is
past it: of a time that it shows twice the first, of one that it skips the moment of the skip. So what follows on one
another on paper does so on every night of the year, and what is apart never overlaps. (RFC 5545 takes a skipped time
with the offset before the gap: on paper 22:00 to 02:30 and 03:00 to 11:00 would overlap in the night of the change.)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

DAYS_PER_WEEK = 7


class Frequency(TextChoices):
    WEEKLY = "weekly", _("Every week")
    FORTNIGHTLY = "fortnightly", _("Every other week")
    MONTHLY = "monthly", _("Every month")


class Weekday(IntegerChoices):
    """As Python counts them."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Nth(IntegerChoices):
    """Which of a month's Mondays, or of its Tuesdays."""

    FIRST = 1, _("First")
    SECOND = 2, _("Second")
    THIRD = 3, _("Third")
    FOURTH = 4, _("Fourth")
    LAST = -1, _("Last")


@dataclass(frozen=True)
class Recurrence:
    """On which days something comes back, from the first day on, until the last one (included) if there is one.

    Weekly and fortnightly: on these ``weekdays``. Monthly: on the ``month_day``, or on the ``nth`` of each.
    """

    frequency: str
    first_day: date
    last_day: date | None = None
    weekdays: frozenset[int] = frozenset()
    nth: int | None = None
    month_day: int | None = None

    def falls_on(self, on: date) -> bool:
        """Whether it comes on that day."""
        if on < self.first_day or (self.last_day and on > self.last_day):
            return False
        if self.month_day is not None:
            return on.day == self.month_day
        if on.weekday() not in self.weekdays:
            return False
        if self.frequency == Frequency.FORTNIGHTLY:
            return not self.is_off_week(on)
        return self.nth is None or _is_nth(on, self.nth)

    def is_off_week(self, on: date) -> bool:
        """Whether that day's week is one of those that every other week leaves out."""
        weeks = (monday_of(on) - monday_of(self.first_day)).days // DAYS_PER_WEEK
        return weeks % 2 == 1

    def days(self, start: date, end: date) -> Iterator[date]:
        """Yield the days on which it comes from start to end, both included, in order."""
        start = max(start, self.first_day)
        end = min(end, self.last_day) if self.last_day else end
        for n in range((end - start).days + 1):
            if self.falls_on(on := start + timedelta(days=n)):
                yield on


def monday_of(on: date) -> date:
    """Return the first day of that day's week."""
    return on - timedelta(days=on.weekday())


def _is_nth(on: date, nth: int) -> bool:
    if nth > 0:
        return (on.day - 1) // DAYS_PER_WEEK == nth - 1
    return (on + timedelta(days=DAYS_PER_WEEK)).month != on.month


def moment_on(zone: ZoneInfo, on: date, clock: time) -> datetime:
    """Return the first moment of that time, in UTC, at which the zone's clock shows this or is past it."""
    wall = datetime.combine(on, clock)
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # The clock skips it: the skip lies between the two ways to read it, after the one and not after the other.
    before, offset = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), moment.astimezone(zone).utcoffset()
    while moment - before > timedelta(seconds=1):
        middle = before + (moment - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            moment = middle
        else:
            before = middle
    return moment.replace(microsecond=0)


def period_on(zone: ZoneInfo, on: date, begins: time, ends: time) -> tuple[datetime, datetime] | None:
    """Return from when until when it lasts that begins on this day; with an end not after the beginning, into the next.

    None when the clocks skip all of it. The moments are in UTC.
    """
    last = on if ends > begins else on + timedelta(days=1)
    start, end = moment_on(zone, on, begins), moment_on(zone, last, ends)
    return (start, end) if start < end else None


def part_on(zone: ZoneInfo, on: date, day_begins: time, begins: time, ends: time) -> tuple[datetime, datetime] | None:
    """Return a part, such as a break, of what begins on this day at ``day_begins``: what is earlier is on the next.

    None when the clocks skip all of it. The moments are in UTC.
    """
    return period_on(zone, on if begins >= day_begins else on + timedelta(days=1), begins, ends)
