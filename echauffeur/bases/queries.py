"""Finding a base's places, and when a base is open."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.contrib.postgres.lookups import Unaccent
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, F, FloatField, Func, Max, Q, TextField, Value, When
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from echauffeur.bases.holidays import holiday_on
from echauffeur.bases.models import (
    BY_NAME,
    Base,
    OpeningException,
    Place,
    PlaceQuerySet,
)
from echauffeur.common.distances import metres_between
from echauffeur.common.recurrence import Weekday

Opening = tuple[time, time]
ALWAYS: list[Opening] = [(time.min, time.max)]
LAST_MINUTE = time(23, 59)
# How far a closed base is asked when it opens again; who closes for longer is closed until further notice.
LONGEST_CLOSING = 400


def places_matching(base: Base, text: str) -> PlaceQuerySet:
    """Return the base's enabled places whose name or alias holds or resembles the text, best first."""
    text = text.replace("\x00", "").strip()
    if not text:
        return base.places.enabled()
    names = Func(F("aliases"), Value(" · "), function="array_to_string", output_field=TextField())
    plain: Any = Unaccent(Value(text))  # the stubs know only text here, Django takes expressions
    return (
        base.places.enabled()
        .annotate(plain_name=Unaccent("name"), plain_aliases=Unaccent(names))
        .annotate(
            rank=Case(
                When(plain_name__istartswith=plain, then=3.0),
                When(plain_name__icontains=plain, then=2.0),
                When(plain_aliases__icontains=plain, then=2.0),
                default=Greatest(TrigramSimilarity("plain_name", plain), TrigramSimilarity("plain_aliases", plain)),
                output_field=FloatField(),
            )
        )
        .filter(Q(rank__gt=0.25))
        .order_by("-rank", BY_NAME)
    )


def places_to_configure(base: Base, words: str = "") -> PlaceQuerySet:
    """Return the base's places by name, switched off ones too; with words, those whose name or alias holds them."""
    places: PlaceQuerySet = base.places.order_by(BY_NAME)
    if not words:
        return places
    plain: Any = Unaccent(Value(words))
    names = Func(F("aliases"), Value(" · "), function="array_to_string", output_field=TextField())
    searched = places.annotate(plain_name=Unaccent("name"), plain_aliases=Unaccent(names))
    return searched.filter(Q(plain_name__icontains=plain) | Q(plain_aliases__icontains=plain))


@dataclass(frozen=True)
class Day:
    """A base's openings on one local date, in order; none means closed. ``reason``: why they are not the week's."""

    on: date
    openings: tuple[Opening, ...]
    reason: str = ""


@dataclass(frozen=True)
class Special:
    """Days in a row, both included, on which a base keeps other hours than its week says, and why."""

    first: date
    last: date
    openings: tuple[Opening, ...]
    reason: str


class Timetable:
    """When a base carries people: its week, public holidays and exceptions, read once for any number of questions."""

    def __init__(self, base: Base):
        self.base = base
        self.week: dict[int, list[Opening]] = defaultdict(list)
        for hours in base.opening_hours.all():
            self.week[hours.weekday].append((hours.opens, hours.closes))
        self.exceptions: list[OpeningException] = list(base.opening_exceptions.all())

    def day(self, on: date) -> Day:
        """Return that day's openings: an exception goes before a public holiday, which goes before the weekday."""
        for exception in self.exceptions:
            if exception.first_day <= on <= exception.last_day:
                hours = (exception.opens, exception.closes)
                openings = () if hours[0] is None or hours[1] is None else ((hours[0], hours[1]),)
                return Day(on, openings, exception.label)
        if self.base.closed_on_holidays and (name := holiday_on(self.base.holiday_calendar, on)):
            return Day(on, (), _("public holiday, %(name)s") % {"name": name})
        return Day(on, tuple(self.week[on.weekday()] if self.week else ALWAYS))

    def is_open(self, moment: datetime) -> bool:
        """Return whether the base carries people at that moment."""
        return any(start <= moment <= end for start, end in self.spans(self.base.local(moment).date()))

    def next_opening(self, moment: datetime) -> datetime | None:
        """Return the first moment from then on at which the base is open; None when it stays closed for a year."""
        today = self.base.local(moment).date()
        for days in range(LONGEST_CLOSING):
            for start, end in self.spans(today + timedelta(days=days)):
                if moment <= end:
                    return max(start, moment)
        return None

    def specials(self, first: date, last: date) -> list[Special]:
        """Return the days from the first to the last whose hours are not the week's; alike in a row is one."""
        days = (self.day(first + timedelta(days=n)) for n in range((last - first).days + 1))
        alike = groupby(days, key=lambda day: (day.openings, day.reason))
        return [
            Special(row[0].on, row[-1].on, openings, reason)
            for (openings, reason), group in alike
            if reason and (row := list(group))
        ]

    def spans(self, on: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield that day's openings as moments, both included; on a day of 23 or 25 hours too."""
        for opens, closes in self.day(on).openings:
            end = _moment(self.base, on, closes, is_end=True)
            if closes >= LAST_MINUTE:
                end = self.base.day(on)[1] - timedelta(microseconds=1)
            yield _moment(self.base, on, opens), end


def _moment(base: Base, on: date, clock: time, *, is_end: bool = False) -> datetime:
    """Return when the base's clock shows this, or passes it when the clocks go forward over it.

    Of two such moments, an opening takes the earlier and a closing the later.
    """
    wanted = datetime.combine(on, clock)
    moment = base.at(on, clock.replace(fold=1)).astimezone(UTC)
    if base.local(moment).replace(tzinfo=None) == wanted:
        return moment if is_end else base.at(on, clock).astimezone(UTC)
    while base.local(moment).replace(tzinfo=None) < wanted:  # it does not exist: the moment before leads to the gap
        moment += timedelta(minutes=1)
    return moment


def openings(base: Base, on: date) -> list[Opening]:
    """Return the base's openings on that local date, in order; an empty list means closed."""
    return list(Timetable(base).day(on).openings)


def is_open(base: Base, moment: datetime) -> bool:
    """Return whether the base carries people at that moment."""
    return Timetable(base).is_open(moment)


def next_opening(base: Base, moment: datetime) -> datetime | None:
    """Return the first moment from then on at which the base is open; None when it stays closed for a year."""
    return Timetable(base).next_opening(moment)


def specials(base: Base, days: int) -> list[Special]:
    """Return the exceptions and public holidays that change the base's hours from its today on, for so many days."""
    return Timetable(base).specials(base.today(), base.today() + timedelta(days=days))


def week_in_words(base: Base) -> list[tuple[str, list[Opening]]]:
    """Return each weekday's name with its usual openings, Monday first. What differs on a date is in `specials`."""
    week = Timetable(base).week
    return [(str(Weekday(day).label), week[day]) for day in range(7)]


def nearest_place(base: Base, latitude: float, longitude: float) -> tuple[Place, float] | None:
    """Return the base's enabled place nearest to that point (WGS 84 degrees), and how many metres away it is."""
    here = (latitude, longitude)
    distances = [(metres_between(here, (place.latitude, place.longitude)), place) for place in base.places.enabled()]
    metres, place = min(distances, key=lambda pair: pair[0], default=(0.0, None))
    return (place, metres) if place else None


def week_of(base: Base) -> dict[int, list[tuple[time, time]]]:
    """Return the base's openings by weekday, 0 for Monday, in order; a day without any has no key."""
    week: dict[int, list[tuple[time, time]]] = defaultdict(list)
    for hours in base.opening_hours.order_by("weekday", "opens", "closes"):
        week[hours.weekday].append((hours.opens, hours.closes))
    return dict(week)


def digest_of_week(week: dict[int, list[tuple[time, time]]]) -> str:
    """Return a short name of exactly these hours: the same name, the same hours."""
    return hashlib.blake2b(repr(sorted(week.items())).encode(), digest_size=8).hexdigest()


def next_order(base: Base) -> int:
    """Return the order of a category that is offered after all others."""
    return (base.categories.aggregate(last=Max("order"))["last"] or 0) + 1


@dataclass(frozen=True)
class Holiday:
    """A public holiday of the base's calendar. ``exception``: the one that holds instead on that day, if any."""

    on: date
    name: str
    exception: OpeningException | None


def coming_holidays(base: Base, first: date, last: date) -> list[Holiday]:
    """Return the public holidays of the base's calendar from the first day to the last, both included."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    named = ((on, holiday_on(base.holiday_calendar, on)) for on in days)
    exceptions = list(base.opening_exceptions.filter(last_day__gte=first))
    return [
        Holiday(on, name, next((one for one in exceptions if one.first_day <= on <= one.last_day), None))
        for on, name in named
        if name
    ]
