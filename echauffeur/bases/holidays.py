"""Public holidays, mainland and overseas, from the library that knows them."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class HolidayCalendar(models.TextChoices):
    """Whose public holidays hold on a base. Overseas they are those of the mainland, and the territory's own."""

    NONE = "", _("None")
    METROPOLE = "FR", _("Metropolitan France")
    ALSACE_MOSELLE = "AM", _("Alsace and Moselle")
    GUADELOUPE = "GP", _("Guadeloupe")
    MARTINIQUE = "MQ", _("Martinique")
    GUYANE = "GF", _("French Guiana")
    REUNION = "RE", _("Réunion")
    MAYOTTE = "YT", _("Mayotte")
    SAINT_BARTHELEMY = "BL", _("Saint-Barthélemy")
    SAINT_MARTIN = "MF", _("Saint-Martin")
    SAINT_PIERRE = "PM", _("Saint-Pierre and Miquelon")
    NOUVELLE_CALEDONIE = "NC", _("New Caledonia")
    POLYNESIE = "PF", _("French Polynesia")
    WALLIS_ET_FUTUNA = "WF", _("Wallis and Futuna")


# What the library calls the calendars that it does not know as France.
SUBDIVISIONS = {
    HolidayCalendar.ALSACE_MOSELLE: "57",
    HolidayCalendar.GUADELOUPE: "971",
    HolidayCalendar.MARTINIQUE: "972",
    HolidayCalendar.GUYANE: "973",
    HolidayCalendar.REUNION: "974",
    HolidayCalendar.MAYOTTE: "976",
}


@lru_cache(maxsize=256)
def _holidays_of(calendar: str, year: int, language: str) -> Mapping[date, str]:
    """Return the public holidays of a year with their names, from the library; none of a year that it cannot say."""
    if calendar == HolidayCalendar.NONE:
        return {}
    subdivision = None if calendar == HolidayCalendar.METROPOLE else SUBDIVISIONS.get(calendar, calendar)  # type: ignore[call-overload]
    days = holidays.country_holidays("FR", subdiv=subdivision, years=year, language=language)
    return {day: name.replace("'", "’") for day, name in days.items()}


def holiday_on(calendar: str, on: date) -> str:
    """Return the name of that day's public holiday, in the person's language; nothing on other days."""
    language = "fr" if (get_language() or "").startswith("fr") else "en_US"
    return _holidays_of(calendar, on.year, language).get(on, "")
