"""What becomes of something that comes back when it changes: from a day on, or for all that is to come.

Shared by whatever is generated from rows that are `Recurring`: drivers' shifts, vehicles out of service. What is left
to each kind is its locks, and what it makes of a day.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echauffeur.common.models import Recurring
from echauffeur.common.recurrence import DAYS_PER_WEEK, Frequency, Nth, Weekday
from echauffeur.common.refusals import Refusal, Stale

ONE_DAY = timedelta(days=1)
WEEKDAYS: dict[frozenset[int], Promise] = {
    frozenset(range(5)): gettext_lazy("Monday to Friday"),
    frozenset(range(7)): gettext_lazy("every day"),
    frozenset({5, 6}): gettext_lazy("at weekends"),
}


class PlansAhead(Protocol):
    """What is asked of a base: its own date, and how far ahead it can be booked."""

    horizon_days: int

    def local(self, moment: datetime) -> datetime: ...

    def today(self) -> date: ...


Row = TypeVar("Row", bound=Recurring)


@dataclass(frozen=True)
class Made:
    """How many rows were made of patterns, and the local days left out because something was in the way."""

    count: int = 0
    left_out: tuple[date, ...] = ()


def last_to_make(base: PlansAhead, now: datetime) -> date:
    """Return the last local day that the base plans ahead: the last that can be booked."""
    return base.local(now).date() + timedelta(days=base.horizon_days)


def days_to_make(pattern: Recurring, base: PlansAhead, now: datetime) -> tuple[date, date]:
    """Return from which local day to which one, both included, what the pattern brings is to be made now.

    Yesterday's may still run. What is behind us is never made up for.
    """
    done = pattern.generated_until
    first = max(base.local(now).date() - ONE_DAY, done + ONE_DAY if done else date.min)
    return first, last_to_make(base, now)


def behind(last: date, patterns: str = "") -> Q:
    """Keep patterns not made as far as that day; ``patterns`` leads to them from other rows, as ``patterns__`` does."""
    made, ends = f"{patterns}generated_until", f"{patterns}last_day"
    goes_on = Q(**{ends: None}) | Q(**{f"{ends}__gt": F(made)})
    return Q(**{made: None}) | Q(**{f"{made}__lt": last}) & goes_on


def rewrite(
    pattern: Row, rows: "QuerySet[Any]", base: PlansAhead, *, now: datetime, since: date | None, gone: Promise
) -> None:
    """Write a new or changed pattern, and take away what is to come of it as it was; what it brings is to be made.

    ``rows`` are all of the kind that it makes. ``since``: the change holds from that local day on, the old pattern ends
    the day before, and ``pattern`` is a new one then. What has begun, or was changed by hand, stays.

    The caller holds whom it is of. Raises Stale, saying ``gone``, when it is; Refusal when the day is past.
    """
    old = _held(pattern, gone) if pattern.pk else None
    if old:
        pattern.skipped = old.skipped
        _coming(rows, old, now, since).delete()
        if since and splits(old, since, base):
            begin_anew(pattern, old, since)
    pattern.generated_until = None
    pattern.save()
    if old and old.pk != pattern.pk:
        rows.filter(pattern=old.pk, on__gte=since).update(pattern=pattern)


def withdraw(
    pattern: Recurring, rows: "QuerySet[Any]", base: PlansAhead, *, now: datetime, since: date | None, gone: Promise
) -> None:
    """Remove a pattern with what is to come of it, or, with ``since``, end it the day before; else as `rewrite`."""
    old = _held(pattern, gone)
    _coming(rows, old, now, since).delete()
    if since and splits(old, since, base):
        end_before(old, since)
    else:
        old.delete()


def _held(pattern: Row, gone: Promise) -> Row:
    """Return the pattern as it stands now; whom it is of is held."""
    row: Row | None = type(pattern)._default_manager.filter(pk=pattern.pk).first()  # noqa: SLF001
    if row is None:
        raise Stale(gone)
    return row


def _coming(rows: "QuerySet[Any]", pattern: Recurring, now: datetime, since: date | None) -> "QuerySet[Any]":
    """Return what the pattern made and has not begun, from that local day on if there is one."""
    coming = rows.filter(pattern=pattern.pk, by_hand=False, period__startswith__gt=now)
    return coming.filter(on__gte=since) if since else coming


def splits(pattern: Recurring, since: date, base: PlansAhead) -> bool:
    """Whether something of the pattern lies before that day. Raises Refusal when the day is past."""
    if since < base.today():
        raise Refusal(_("This day is past. Choose today or a day to come."), field="since")
    return since > pattern.first_day


def end_before(pattern: Recurring, since: date) -> None:
    """Have the pattern end the day before."""
    pattern.last_day = min(since - ONE_DAY, pattern.last_day or date.max)
    pattern.save(update_fields=["last_day"])


def begin_anew(pattern: Row, old: Row, since: date) -> None:
    """End the old pattern the day before, and make of ``pattern`` a new row, to be saved, that begins on that day."""
    was_fortnightly = old.frequency == Frequency.FORTNIGHTLY
    end_before(old, since)
    pattern.pk = None
    pattern._state.adding = True  # noqa: SLF001  how Django tells a copy from its original
    pattern.skipped = [on for on in old.skipped if on >= since]
    first = max(since, pattern.first_day)
    if was_fortnightly and pattern.frequency == Frequency.FORTNIGHTLY and old.recurrence.is_off_week(first):
        # Every other week counts from the week of the first day: the weeks stay those that they were.
        first += timedelta(days=DAYS_PER_WEEK - first.weekday())
    pattern.first_day = first


def days_in_words(pattern: Recurring) -> str:
    """Return on which days a pattern comes back, in a few words."""
    if pattern.month_day:
        return _("On day %(n)d of each month") % {"n": pattern.month_day}
    known = WEEKDAYS.get(frozenset(pattern.weekdays))
    names = str(known) if known else ", ".join(str(Weekday(day).label) for day in sorted(pattern.weekdays))
    if pattern.frequency == Frequency.MONTHLY:
        return _("Each month: %(nth)s %(days)s") % {"nth": Nth(pattern.nth or 1).label.lower(), "days": names}
    if pattern.frequency == Frequency.FORTNIGHTLY:
        return _("Every other week: %(days)s") % {"days": names}
    return _("Every week: %(days)s") % {"days": names}
