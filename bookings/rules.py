"""What a base lets be booked: the wish, what forbids it, and which rules a regulator may overrule with a reason.

What no car can do is a `Refusal`. What the base only does not want is a broken rule, and they are all told at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from echauffeur.bases.models import Base, Category, Place
from echauffeur.bases.queries import LAST_MINUTE, Opening, Timetable
from echauffeur.common.distances import distance_in_words
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from fleet.queries import greatest_party

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Origin:
    """Where a ride starts: a place, or a bare point with a label. Degrees WGS 84."""

    label: str
    latitude: float
    longitude: float
    place: Place | None = None

    @classmethod
    def at(cls, place: Place) -> "Origin":
        return cls(place.name, place.latitude, place.longitude, place)


@dataclass(frozen=True)
class Wish:
    """Everything a customer asks of a ride. ``wanted_at`` None means as soon as possible."""

    origin: Origin
    destination: Place
    wanted_at: datetime | None
    passenger_name: str
    phone: str
    passengers: int = 1
    luggage: int = 0
    wheelchairs: int = 0
    note: str = ""
    category: Category | None = None
    motive: str = ""


@dataclass(frozen=True)
class Broken:
    """A rule that the wish breaks: the sentence that quotes it, what to do instead, and the form field.

    ``facts`` are what the journal keeps of it.
    """

    rule: str
    sentence: str
    remedy: str
    field: str
    facts: dict[str, Any]

    @property
    def refusal(self) -> str:
        """The rule, and what to do instead: for whoever cannot overrule it."""
        return f"{self.sentence} {self.remedy}"


class AgainstTheRules(Refusal):
    """The base's rules forbid the wish; a regulator may overrule them with a reason."""

    code = "against_the_rules"

    def __init__(self, broken: list[Broken]):
        self.broken = broken
        super().__init__(" ".join(rule.refusal for rule in broken), field=broken[0].field)


@dataclass(frozen=True)
class Verdict:
    """What the base makes of a wish: when the ride begins, and which rules were overruled for it, and why."""

    pickup_at: datetime
    overruled: tuple[Broken, ...] = ()
    because: str = ""

    @property
    def kept(self) -> dict[str, Any]:
        """What the journal keeps of the rules as they were: changing them later changes no history."""
        return {"overruled": [{"rule": rule.rule, **rule.facts} for rule in self.overruled]} if self.overruled else {}


def check_wish(base: Base, wish: Wish, *, party: Party, overrule: str = "", now: datetime | None = None) -> Verdict:
    """Return when the wished ride begins.

    Raises Refusal when it cannot be driven at all, and AgainstTheRules with every rule of the base that it breaks,
    each with what to do instead. ``overrule``: why a regulator books it all the same; of others it counts for nothing.
    """
    now = now or timezone.now()
    _check_places(base, wish)
    _check_vehicles(base, wish)
    _check_category(base, wish)
    if wish.wanted_at is not None and wish.wanted_at < now - MINUTE:
        raise Refusal(_("This time has passed. Choose a later one, or “as soon as possible”."), field="wanted_at")
    pickup_at = wish.wanted_at or now + timedelta(minutes=base.shortest_notice_minutes)
    broken = [*_party_rules(base, wish), *_time_rules(base, wish, now, pickup_at), *_motive_rules(base, wish)]
    because = overrule.strip() if party == Party.REGULATOR else ""
    if broken and not because:
        raise AgainstTheRules(broken)
    return Verdict(pickup_at, tuple(broken), because if broken else "")


# --- what cannot be done ---


def _check_places(base: Base, wish: Wish) -> None:
    places = [place for place in (wish.origin.place, wish.destination) if place is not None]
    if any(place.base_id != base.pk or not place.enabled for place in places):
        raise Refusal(_("This place is not served by %(base)s. Choose one from the list.") % {"base": base.name})
    if wish.origin.place == wish.destination:
        raise Refusal(_("The ride starts and ends at the same place. Choose another destination."), field="destination")
    check_area(base, wish.origin, "origin")
    check_area(base, Origin.at(wish.destination), "destination")


def check_area(base: Base, end: Origin, name: str) -> None:
    """Raise Refusal when that end of a ride lies outside the base's area. ``name``: the form field it stands in."""
    if (metres := base.metres_beyond(end.latitude, end.longitude)) is None:
        return
    far = {"place": end.label, "base": base.name, "distance": distance_in_words(metres)}
    far["limit"] = distance_in_words(base.area_radius_m)
    if end.place is None:
        sentence = _(
            "You are %(distance)s from %(base)s, whose rides stay within %(limit)s. "
            "Choose a place from the list, or another base."
        )
    else:
        sentence = _(
            "“%(place)s” is %(distance)s from %(base)s, whose rides stay within %(limit)s. "
            "Choose a nearer place, or call the control room."
        )
    raise Refusal(sentence % far, field=name)


def _check_vehicles(base: Base, wish: Wish) -> None:
    party = greatest_party(base, wheelchairs=wish.wheelchairs)
    if wish.passengers > party.seats:
        raise Refusal(
            _(
                "No vehicle of %(base)s carries %(asked)d passengers: the largest carries %(most)d. "
                "Book several rides, or call the control room."
            )
            % {"base": base.name, "asked": wish.passengers, "most": party.seats},
            field="passengers",
        )
    if wish.wheelchairs > party.wheelchair_places:
        raise Refusal(
            _(
                "No vehicle of %(base)s takes %(asked)d wheelchairs: the best equipped takes %(most)d. "
                "Book several rides, or call the control room."
            )
            % {"base": base.name, "asked": wish.wheelchairs, "most": party.wheelchair_places},
            field="wheelchairs",
        )
    if wish.wheelchairs > wish.passengers:
        raise Refusal(
            _("There are more wheelchairs than passengers. Count everybody as a passenger."), field="wheelchairs"
        )


def _check_category(base: Base, wish: Wish) -> None:
    if wish.category is None:
        if base.categories.enabled().exists():
            raise Refusal(_("Choose what kind of transport it is."), field="category")
    elif wish.category.base_id != base.pk or not wish.category.enabled:
        raise Refusal(
            _("%(base)s does not offer this kind of transport. Choose one from the list.") % {"base": base.name},
            field="category",
        )


# --- what the base does not want ---


def _party_rules(base: Base, wish: Wish) -> Iterator[Broken]:
    if base.greatest_party is not None and wish.passengers > base.greatest_party:
        sentence = ngettext(
            "%(base)s takes parties of up to %(most)d passenger.",
            "%(base)s takes parties of up to %(most)d passengers.",
            base.greatest_party,
        )
        remedy, facts = _("Book several rides, or call the control room."), {"most": base.greatest_party}
        yield Broken("greatest_party", sentence % {"base": base.name, **facts}, remedy, "passengers", facts)


def _motive_rules(base: Base, wish: Wish) -> Iterator[Broken]:
    if base.motive_required and not wish.motive.strip():
        sentence, remedy = _("A ride of %(base)s needs a motive."), _("Write in a few words what it is for.")
        yield Broken("motive", sentence % {"base": base.name}, remedy, "motive", {})


def _time_rules(base: Base, wish: Wish, now: datetime, pickup_at: datetime) -> Iterator[Broken]:
    if wish.wanted_at is None:
        yield from _hours_rules(base, [now, pickup_at], "asap")
        return
    earliest, latest = (
        now + timedelta(minutes=base.shortest_notice_minutes),
        now + timedelta(days=base.horizon_days),
    )
    if pickup_at < earliest - MINUTE:
        sentence = ngettext(
            "%(base)s needs %(minutes)d minute’s notice.",
            "%(base)s needs %(minutes)d minutes’ notice.",
            base.shortest_notice_minutes,
        )
        remedy = _("Choose %(earliest)s or later, or “as soon as possible”.")
        facts = {"minutes": base.shortest_notice_minutes}
        told = {"base": base.name, "earliest": f"{base.local(earliest + MINUTE):%H:%M}", **facts}
        yield Broken("shortest_notice", sentence % told, remedy % told, "wanted_at", facts)
    if pickup_at > latest:
        sentence = ngettext(
            "%(base)s takes bookings up to %(days)d day ahead, until %(latest)s.",
            "%(base)s takes bookings up to %(days)d days ahead, until %(latest)s.",
            base.horizon_days,
        )
        facts = {"days": base.horizon_days}
        told = {"base": base.name, "latest": date_format(base.local(latest), "DATE_FORMAT"), **facts}
        yield Broken("horizon", sentence % told, _("Choose an earlier day."), "wanted_at", facts)
    yield from _hours_rules(base, [pickup_at], "wanted_at")


def _hours_rules(base: Base, moments: list[datetime], name: str) -> Iterator[Broken]:
    timetable = Timetable(base)
    closed_at = next((moment for moment in moments if not timetable.is_open(moment)), None)
    if closed_at is None:
        return
    day, opening = timetable.day(base.local(closed_at).date()), timetable.next_opening(closed_at)
    told = {
        "base": base.name,
        "day": date_format(day.on, "l j F"),
        "hours": hours_in_a_sentence(ends := ends_of(day.openings)),
        "reason": day.reason,
        "opening": date_format(base.local(opening), "l j F, H:i") if opening else "",
    }
    facts = {"hours": ends, "because": day.reason}
    rule = str(CLOSED[bool(told["hours"]), bool(told["reason"])]) % told
    remedy = str(OPENS_AGAIN if opening else STAYS_CLOSED) % told
    yield Broken("opening_hours", rule, remedy, name, facts)


def hours_in_words(openings: "tuple[Opening, ...] | list[Opening]") -> str:
    """Return openings as 06:00–22:00, or day and night; nothing for a closed day."""
    if [(opens, closes >= LAST_MINUTE) for opens, closes in openings] == [(time.min, True)]:
        return _("day and night")
    return ", ".join(f"{opens}–{closes}" for opens, closes in ends_of(openings))


def hours_in_a_sentence(ends: list[list[str]]) -> str:
    """Return openings as the end of “is open …”; nothing for a closed day."""
    return ", ".join(_("from %(opens)s to %(closes)s") % {"opens": opens, "closes": closes} for opens, closes in ends)


def ends_of(openings: "tuple[Opening, ...] | list[Opening]") -> list[list[str]]:
    """Return each opening's begin and end as a clock shows them, in any language; the end of the day is 24:00."""
    return [[f"{opens:%H:%M}", "24:00" if closes >= LAST_MINUTE else f"{closes:%H:%M}"] for opens, closes in openings]


CLOSED: dict[tuple[bool, bool], Promise] = {  # by whether the day has hours of its own, and a reason
    (True, False): gettext_lazy("On %(day)s, %(base)s is open %(hours)s."),
    (True, True): gettext_lazy("On %(day)s, %(base)s is open %(hours)s: %(reason)s."),
    (False, False): gettext_lazy("On %(day)s, %(base)s is closed."),
    (False, True): gettext_lazy("On %(day)s, %(base)s is closed: %(reason)s."),
}
OPENS_AGAIN = gettext_lazy("It opens again on %(opening)s: choose a time from then on, or call the control room.")
STAYS_CLOSED = gettext_lazy("It stays closed for more than a year: call the control room.")


# --- what was overruled, in the journal ---

OVERRULED: dict[str, Promise] = {
    "opening_hours": gettext_lazy("open %(hours)s"),
    "shortest_notice": gettext_lazy("%(minutes)s minutes’ notice"),
    "horizon": gettext_lazy("bookings up to %(days)s days ahead"),
    "greatest_party": gettext_lazy("parties of up to %(most)s"),
    "motive": gettext_lazy("a motive is needed"),
}
CLOSED_THAT_DAY = gettext_lazy("closed that day")


def overruled_in_words(data: dict[str, Any]) -> str:
    """Return the rules that a ride was booked against, as its journal entry keeps them; nothing when it kept them."""
    rules = [_rule_in_words(rule) for rule in data.get("overruled", [])]
    return _("Against the rules: %(rules)s") % {"rules": " · ".join(rules)} if rules else ""


def _rule_in_words(rule: dict[str, Any]) -> str:
    if rule["rule"] == "opening_hours" and not rule["hours"]:
        words = str(CLOSED_THAT_DAY)
    elif rule["rule"] == "opening_hours":
        words = str(OVERRULED["opening_hours"]) % {"hours": hours_in_a_sentence(rule["hours"])}
    else:
        words = str(OVERRULED[rule["rule"]]) % rule
    return f"{words} ({rule['because']})" if rule.get("because") else words
