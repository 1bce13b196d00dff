"""Finding a base's places, and whether a base is open."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.postgres.lookups import Unaccent
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, F, FloatField, Func, Q, TextField, Value, When
from django.db.models.functions import Greatest
from geopy.distance import great_circle

from echauffeur.bases.models import BY_NAME, Base, OpeningHours, Place, PlaceQuerySet


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


def openings(base: Base, on: date) -> list[tuple[time, time]]:
    """Return the base's openings on that local date, in order; an empty list means closed."""
    hours = list(base.opening_hours.all())
    if not hours:
        return [(time.min, time.max)]
    return [(h.opens, h.closes) for h in hours if h.weekday == on.weekday()]


def is_open(base: Base, moment: datetime) -> bool:
    """Return whether the base carries people at that moment."""
    local = base.local(moment)
    clock = local.time()
    return any(
        opens <= clock and (clock <= closes or closes >= time(23, 59)) for opens, closes in openings(base, local.date())
    )


def next_opening(base: Base, moment: datetime) -> datetime | None:
    """Return the first moment from then on at which the base opens, within eight days."""
    if is_open(base, moment):
        return moment
    local = base.local(moment)
    for days in range(9):
        on = local.date() + timedelta(days=days)
        for opens, _closes in openings(base, on):
            if (opening := base.at(on, opens)) >= moment:
                return opening
    return None


def week_in_words(base: Base) -> list[tuple[str, list[tuple[time, time]]]]:
    """Return each weekday's name with its openings, Monday first."""
    by_day: dict[int, list[tuple[time, time]]] = defaultdict(list)
    for hours in base.opening_hours.all():
        by_day[hours.weekday].append((hours.opens, hours.closes))
    return [(str(OpeningHours.Weekday(day).label), by_day[day]) for day in range(7)]


def nearest_place(base: Base, latitude: float, longitude: float) -> tuple[Place, float] | None:
    """Return the base's enabled place nearest to that point (WGS 84 degrees), and how many metres away it is."""
    here = (latitude, longitude)
    distances = [
        (great_circle(here, (place.latitude, place.longitude)).meters, place) for place in base.places.enabled()
    ]
    metres, place = min(distances, key=lambda pair: pair[0], default=(0.0, None))
    return (place, metres) if place else None
