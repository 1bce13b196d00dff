"""A ride in the words of whoever asked for it: what is asked, where it stands, what happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.forms import RideForm
from bookings.models import Ride
from bookings.rules import hours_in_words
from bookings.states import RideState
from dispatch.actions import no_show_allowed_at
from echauffeur.accounts.models import phone_in_words
from echauffeur.bases.models import Base
from echauffeur.bases.queries import Opening, Special, specials, week_in_words
from echauffeur.common.lifecycle import Party
from echauffeur.journal.models import Entry
from tracking.travel import estimated_seconds

S, P = RideState, Party
# How many days ahead, and how many of them, the exceptions to a base's hours are told.
FARTHEST_NEWS, MOST_NEWS = 60, 5


def day_in_words(base: Base, moment: datetime) -> str:
    """Return today, tomorrow, or the weekday and date, on the base's calendar."""
    day, today = base.local(moment).date(), base.today()
    if day == today:
        return _("today")
    if day == today + timedelta(days=1):
        return _("tomorrow")
    return date_format(day, "l j F" if day.year == today.year else "l j F Y")


def when_in_words(base: Base, moment: datetime) -> str:
    """Return the day and the hour, on the base's own clock."""
    return _("%(day)s at %(clock)s") % {"day": day_in_words(base, moment), "clock": f"{base.local(moment):%H:%M}"}


def day_in_short(base: Base, moment: datetime) -> str:
    """Return today, tomorrow, or the day in the room of a list's first column."""
    day = base.local(moment).date()
    if abs(day - base.today()) <= timedelta(days=1) and day >= base.today():
        return day_in_words(base, moment)
    return date_format(day, "D j N" if day.year == base.today().year else "j N Y")


def week_in_short(base: Base) -> list[tuple[str, str]]:
    """Return each weekday with its opening hours in words, or one line when all days are alike."""
    week = [(day, hours_in_words(hours)) for day, hours in week_in_words(base)]
    alike = {hours for _day, hours in week}
    if alike == {""}:
        return [(_("Every day"), _("day and night"))]
    return [(_("Every day"), alike.pop())] if len(alike) == 1 else week


@dataclass(frozen=True)
class Coming:
    """Days on which a base keeps other hours than usual, in words. ``hours`` is empty when it is closed."""

    days: str
    hours: str
    reason: str


def coming_in_short(base: Base) -> list[Coming]:
    """Return the next exceptions and public holidays that somebody who books now may run into."""
    found = specials(base, min(base.horizon_days, FARTHEST_NEWS))[:MOST_NEWS]
    return [Coming(_days_in_short(base, days), hours_in_words(days.openings), days.reason) for days in found]


def _days_in_short(base: Base, days: Special) -> str:
    first, last = (date_format(day, "D j N") for day in (days.first, days.last))
    if days.first == days.last:
        return _("today") if days.first == base.today() else first
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def party_in_words(ride: "Ride | Recap") -> list[str]:
    """Return who and what travels, each as a phrase."""
    counts = [
        ngettext("%(n)d passenger", "%(n)d passengers", ride.passengers) % {"n": ride.passengers},
        ngettext("%(n)d piece of luggage", "%(n)d pieces of luggage", ride.luggage) % {"n": ride.luggage},
        ngettext("%(n)d wheelchair", "%(n)d wheelchairs", ride.wheelchairs) % {"n": ride.wheelchairs},
    ]
    return [words for words, n in zip(counts, (1, ride.luggage, ride.wheelchairs), strict=True) if n]


@dataclass(frozen=True)
class Recap:
    """What the customer is about to ask."""

    origin: str
    destination: str
    asap: bool
    when: str
    drive_minutes: int
    hours: str
    passengers: int
    luggage: int
    wheelchairs: int
    passenger_name: str
    phone: str
    note: str
    category: str
    motive: str

    @classmethod
    def of(cls, form: RideForm, openings: list[Opening]) -> "Recap":
        """Return the recap of a valid form; ``openings`` are those of the day of the ride."""
        wish, base = form.wish, form.served
        return cls(
            origin=wish.origin.label,
            destination=wish.destination.name,
            asap=wish.wanted_at is None,
            when=when_in_words(base, form.pickup_at),
            drive_minutes=minutes_for(estimated_seconds(base, wish.origin, wish.destination)),
            hours=hours_in_words(openings),
            passengers=wish.passengers,
            luggage=wish.luggage,
            wheelchairs=wish.wheelchairs,
            passenger_name=wish.passenger_name,
            phone=phone_in_words(wish.phone),
            note=wish.note,
            category=wish.category.name if wish.category else "",
            motive=wish.motive,
        )

    @property
    def party(self) -> list[str]:
        return party_in_words(self)


def minutes_for(seconds: float) -> int:
    """Return whole minutes, at least one: nobody believes zero."""
    return max(1, round(seconds / 60))


# --- where it stands -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Headline:
    """A state in large words, and what it means for the customer."""

    title: str
    text: str


Text = str | Promise
# %(driver)s: first name; %(when)s: promised time; %(until)s: end of the wait; %(reason)s, %(words)s: of the ride's end.
HEADLINES: dict[str, tuple[Text, Text]] = {
    S.REQUESTED: (
        gettext_lazy("Request sent"),
        gettext_lazy("The control room of %(base)s decides and answers here. Nothing is promised yet."),
    ),
    S.WAITLISTED: (
        gettext_lazy("On the waiting list"),
        gettext_lazy("Every car is taken at that time. As soon as one is free, the control room confirms here."),
    ),
    S.CONFIRMED: (
        gettext_lazy("Confirmed"),
        gettext_lazy("A car is promised to you. The control room is choosing your driver."),
    ),
    S.ASSIGNED: (
        gettext_lazy("%(driver)s drives you"),
        gettext_lazy("The control room chose %(driver)s, who will take note soon."),
    ),
    S.ACKNOWLEDGED: (
        gettext_lazy("%(driver)s drives you"),
        gettext_lazy("%(driver)s took note of your ride and will be there."),
    ),
    S.APPROACHING: (gettext_lazy("%(driver)s is on the way"), gettext_lazy("Be at “%(origin)s”, %(when)s.")),
    S.WAITING: (
        gettext_lazy("Your car is there"),
        gettext_lazy("%(driver)s is waiting for you at “%(origin)s”, until about %(until)s."),
    ),
    S.ON_BOARD: (gettext_lazy("You are on your way"), gettext_lazy("%(driver)s is driving you to “%(destination)s”.")),
    S.COMPLETED: (gettext_lazy("You have arrived"), gettext_lazy("Your ride to “%(destination)s” is completed.")),
    S.REFUSED: (gettext_lazy("The control room cannot take this ride"), gettext_lazy("%(reason)s. %(words)s")),
    S.CANCELLED: (gettext_lazy("Ride cancelled"), gettext_lazy("%(reason)s. %(words)s")),
}


def headline(ride: Ride, driver: str) -> Headline:
    """Return where the ride stands. ``driver``: the first name, or nothing when nobody drives it."""
    title, text = HEADLINES[ride.state]
    facts = {
        "driver": driver or _("Your driver"),
        "base": ride.base.name,
        "when": when_in_words(ride.base, ride.pickup_at),
        "origin": ride.origin_label,
        "destination": ride.destination.name,
        "until": f"{ride.base.local(no_show_allowed_at(ride)):%H:%M}",
        "reason": ride.reason_in_words,
        "words": ride.end_words,
    }
    return Headline(str(title) % facts, (str(text) % facts).strip())


EXPECTED = gettext_lazy("The car is expected %(when)s"), gettext_lazy("You will see it here once it sets out.")
NO_RIDE = gettext_lazy("There is no ride any more"), gettext_lazy("Ask whoever gave you this link.")
FOR_GUESTS: dict[str, tuple[Text, Text]] = {
    S.APPROACHING: (gettext_lazy("%(driver)s is on the way"), gettext_lazy("The car is expected %(when)s.")),
    S.WAITING: (gettext_lazy("The car is there"), gettext_lazy("%(driver)s is waiting at the pick-up.")),
    S.ON_BOARD: (gettext_lazy("On the way"), gettext_lazy("The passengers are on board.")),
    S.COMPLETED: (gettext_lazy("Arrived"), gettext_lazy("The ride is completed.")),
    S.REFUSED: NO_RIDE,
    S.CANCELLED: NO_RIDE,
}


def headline_for_guests(ride: Ride, driver: str) -> Headline:
    """Return where the car is, without anything about the passengers or why a ride ended."""
    title, text = FOR_GUESTS.get(ride.state, EXPECTED)
    facts = {"driver": driver or _("The driver"), "when": when_in_words(ride.base, ride.pickup_at)}
    return Headline(str(title) % facts, str(text) % facts)


@dataclass(frozen=True)
class Milestone:
    """One step of the line from request to arrival."""

    label: Text
    is_done: bool
    is_current: bool


LINE: list[tuple[Text, list[str]]] = [
    (gettext_lazy("Requested"), [S.REQUESTED, S.WAITLISTED]),
    (gettext_lazy("Confirmed"), [S.CONFIRMED]),
    (gettext_lazy("Driver found"), [S.ASSIGNED, S.ACKNOWLEDGED]),
    (gettext_lazy("On the way"), [S.APPROACHING]),
    (gettext_lazy("Car is there"), [S.WAITING]),
    (gettext_lazy("On board"), [S.ON_BOARD]),
    (gettext_lazy("Arrived"), [S.COMPLETED]),
]


def milestones(ride: Ride) -> list[Milestone]:
    """Return the line with what is done; nothing for a ride that ended off it."""
    here = next((i for i, (_label, states) in enumerate(LINE) if ride.state in states), None)
    if here is None:
        return []
    return [Milestone(label, i < here or ride.is_over, i == here) for i, (label, _states) in enumerate(LINE)]


# --- what happened -------------------------------------------------------------------------------------------------

# By verb and party; a verb alone holds for every party without words of its own. %(driver)s: first name of who took it.
HAPPENED: dict[tuple[str, Party | None], Text] = {
    ("request", P.CUSTOMER): gettext_lazy("You asked for this ride."),
    ("request", None): gettext_lazy("The control room booked this ride for you."),
    ("confirm", P.RULE): gettext_lazy("Confirmed at once, by the base's rule."),
    ("confirm", None): gettext_lazy("The control room confirmed your ride."),
    ("waitlist", None): gettext_lazy("The control room put you on the waiting list."),
    ("refuse", None): gettext_lazy("The control room refused the ride."),
    ("assign", None): gettext_lazy("The control room chose your driver and car."),
    ("unassign", None): gettext_lazy("The control room is looking for another driver."),
    ("acknowledge", None): gettext_lazy("%(driver)s took note of your ride."),
    ("decline", None): gettext_lazy("The driver cannot come: the control room is looking for another."),
    ("depart", None): gettext_lazy("%(driver)s set out."),
    ("arrive", None): gettext_lazy("%(driver)s arrived at the pick-up."),
    ("board", None): gettext_lazy("You got in."),
    ("complete", None): gettext_lazy("You arrived."),
    ("no_show", None): gettext_lazy("Nobody came to the car: the ride was cancelled."),
    ("cancel", P.CUSTOMER): gettext_lazy("You cancelled."),
    ("cancel", None): gettext_lazy("The control room cancelled the ride."),
    ("abort", None): gettext_lazy("The control room ended the ride on the way."),
    ("share", P.CUSTOMER): gettext_lazy("You shared a link to follow the car."),
    ("share", None): gettext_lazy("The control room made a link to follow the car."),
    ("unshare", None): gettext_lazy("You ended the link to follow the car."),
    ("rate", None): gettext_lazy("You rated the ride: %(rating)s of 5."),
}


@dataclass(frozen=True)
class Happening:
    """A step of the journal, told to the customer: staff by their office, only the driver by first name."""

    at: datetime
    text: str


def history_in_words(entries: Iterable[Entry]) -> list[Happening]:
    """Return the ride's steps in the customer's words, oldest first."""
    return [Happening(entry.at, _sentence(entry)) for entry in entries]


def _sentence(entry: Entry) -> str:
    sentence = HAPPENED.get((entry.verb, P(entry.party)), HAPPENED.get((entry.verb, None)))
    driver = (entry.by.first_name if entry.by and entry.party == P.DRIVER else "") or _("Your driver")
    return str(sentence or entry.verb) % {"driver": driver, "rating": entry.data.get("rating", "")}
