"""When a base is open: its week, public holidays, exceptions; on its own clock, whatever the clocks do."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from echauffeur.bases.holidays import HolidayCalendar, holiday_on
from echauffeur.bases.models import Base, OpeningException, OpeningHours
from echauffeur.bases.queries import Special, Timetable, is_open, next_opening, openings, week_in_words
from tests.factories import BaseFactory

pytestmark = pytest.mark.django_db
DAY_SHIFT = (time(6, 15), time(19, 30))
ALL_DAY = (time(0), time(23, 59))
ZONES = ["Europe/Paris", "Pacific/Noumea", "Indian/Reunion", "America/Miquelon", "Pacific/Marquesas"]


def base_in(
    zone: str = "Europe/Paris", *, days: int = 5, hours: tuple[time, time] = DAY_SHIFT, **rules: object
) -> Base:
    base: Base = BaseFactory(time_zone=zone, **rules)
    OpeningHours.objects.bulk_create(
        OpeningHours(base=base, weekday=weekday, opens=hours[0], closes=hours[1]) for weekday in range(days)
    )
    return base


def close(base: Base, first: date, last: date, label: str = "Pont", hours: tuple[time, time] | None = None) -> None:
    opens, closes = hours or (None, None)
    OpeningException.objects.create(base=base, first_day=first, last_day=last, opens=opens, closes=closes, label=label)


def at(base: Base, text: str) -> datetime:
    """Return the moment that the base's clock shows so; a second text after a comma is the fold."""
    return datetime.fromisoformat(text).replace(tzinfo=base.zone)


class TestOnItsOwnClock:
    @pytest.mark.parametrize("zone", ZONES)
    def test_hours_are_those_of_the_base(self, zone: str) -> None:
        base = base_in(zone)
        assert is_open(base, at(base, "2027-03-24 06:15"))
        assert is_open(base, at(base, "2027-03-24 19:30"))
        assert not is_open(base, at(base, "2027-03-24 06:14"))
        assert not is_open(base, at(base, "2027-03-24 19:31"))
        assert next_opening(base, at(base, "2027-03-26 20:00")) == at(base, "2027-03-29 06:15")

    def test_one_moment_is_another_day_elsewhere(self) -> None:
        """Thursday night in Paris is Friday morning in Nouméa, and Thursday noon on the Marquises, 9 h 30 behind."""
        moment = datetime(2027, 3, 25, 22, 0, tzinfo=ZoneInfo("UTC"))
        noumea, marquises = (base_in(f"Pacific/{name}", code=name.lower()) for name in ("Noumea", "Marquesas"))
        assert (noumea.local(moment).isoformat(), marquises.local(moment).isoformat()) == (
            "2027-03-26T09:00:00+11:00",
            "2027-03-25T12:30:00-09:30",
        )
        assert is_open(noumea, moment)
        assert is_open(marquises, moment)
        OpeningHours.objects.filter(base=noumea, weekday=4).delete()
        assert not is_open(noumea, moment)

    @pytest.mark.parametrize(
        ("zone", "on", "hours"),
        [
            ("Europe/Paris", date(2027, 3, 28), 23),
            ("Europe/Paris", date(2027, 10, 31), 25),
            ("America/Miquelon", date(2027, 3, 14), 23),
            ("America/Miquelon", date(2027, 11, 7), 25),
            ("Pacific/Noumea", date(2027, 3, 28), 24),
            ("Indian/Reunion", date(2027, 10, 31), 24),
            ("Pacific/Marquesas", date(2027, 3, 28), 24),
        ],
    )
    def test_a_day_open_day_and_night_has_no_gap(self, zone: str, on: date, hours: int) -> None:
        base = base_in(zone, days=7, hours=ALL_DAY)
        start, end = base.day(on)
        assert (end.astimezone(ZoneInfo("UTC")) - start.astimezone(ZoneInfo("UTC"))) == timedelta(hours=hours)
        timetable = Timetable(base)
        minutes = [start.astimezone(ZoneInfo("UTC")) + timedelta(minutes=n) for n in range(-1, hours * 60 + 1)]
        assert [moment for moment in minutes if not timetable.is_open(moment)] == []

    @pytest.mark.parametrize("zone", ZONES)
    @pytest.mark.parametrize("on", [date(2027, 3, 28), date(2027, 10, 31), date(2027, 3, 14), date(2027, 11, 7)])
    def test_it_is_open_exactly_when_its_clock_says_so(self, zone: str, on: date) -> None:
        """Minute by minute: 06:15 to 19:30 by the clock, on days of 23 and 25 hours too."""
        base = base_in(zone, days=7)
        timetable, (start, end) = Timetable(base), (moment.astimezone(ZoneInfo("UTC")) for moment in base.day(on))
        for n in range(round((end - start).total_seconds() / 60)):
            moment = start + timedelta(minutes=n)
            assert timetable.is_open(moment) == (time(6, 15) <= base.local(moment).time() <= time(19, 30)), moment
        assert timetable.next_opening(start) == at(base, f"{on} 06:15")


class TestWhenTheClocksChange:
    """On 28 March 2027 the clock of Paris goes from 02:00 to 03:00, on 31 October from 03:00 back to 02:00."""

    def test_opening_in_the_hour_that_does_not_exist_is_when_the_clock_passes_it(self) -> None:
        base = base_in(days=7, hours=(time(2, 30), time(22)))
        opening = next_opening(base, at(base, "2027-03-28 01:59"))
        assert opening is not None
        assert base.local(opening).isoformat() == "2027-03-28T03:00:00+02:00"
        assert is_open(base, opening)
        assert not is_open(base, opening - timedelta(minutes=1))

    def test_closing_in_that_hour_too(self) -> None:
        base = base_in(days=7, hours=(time(0), time(2, 30)))
        assert is_open(base, at(base, "2027-03-28 01:59"))
        assert not is_open(base, at(base, "2027-03-28 03:01"))

    def test_opening_in_the_hour_that_comes_twice_is_the_first(self) -> None:
        base = base_in(days=7, hours=(time(2, 30), time(22)))
        opening = next_opening(base, at(base, "2027-10-31 01:00"))
        assert opening is not None
        assert base.local(opening).isoformat() == "2027-10-31T02:30:00+02:00"
        again = at(base, "2027-10-31 02:10").replace(fold=1)
        assert is_open(base, again), "what is open does not close because the clock goes back"

    def test_closing_in_that_hour_is_the_second(self) -> None:
        base = base_in(days=7, hours=(time(0), time(2, 30)))
        assert is_open(base, at(base, "2027-10-31 02:20").replace(fold=1))
        assert not is_open(base, at(base, "2027-10-31 02:40").replace(fold=1))

    def test_a_night_over_new_year(self) -> None:
        base = base_in(days=7, hours=ALL_DAY, holiday_calendar=HolidayCalendar.METROPOLE)
        assert is_open(base, at(base, "2026-12-31 23:59:59"))
        assert not is_open(base, at(base, "2027-01-01 00:00"))
        assert next_opening(base, at(base, "2027-01-01 00:00")) == at(base, "2027-01-02 00:00")


class TestHolidays:
    @pytest.mark.parametrize(
        ("calendar", "on", "name"),
        [
            ("FR", date(2027, 7, 14), "Fête nationale"),
            ("FR", date(2027, 5, 6), "Ascension"),
            ("FR", date(2027, 3, 26), ""),
            ("AM", date(2027, 3, 26), "Vendredi saint"),
            ("AM", date(2027, 12, 26), "Saint-Étienne"),
            ("GP", date(2027, 5, 27), "Abolition de l’esclavage"),
            ("MQ", date(2027, 5, 22), "Abolition de l’esclavage"),
            ("GF", date(2027, 6, 10), "Abolition de l’esclavage"),
            ("RE", date(2027, 12, 20), "Abolition de l’esclavage"),
            ("YT", date(2027, 4, 27), "Abolition de l’esclavage"),
            ("BL", date(2027, 10, 9), "Abolition de l’esclavage"),
            ("MF", date(2027, 5, 28), "Abolition de l’esclavage"),
            ("PM", date(2027, 11, 11), "Armistice"),
            ("NC", date(2027, 9, 24), "Fête de la Citoyenneté"),
            ("PF", date(2027, 3, 5), "Arrivée de l’Évangile"),
            ("PF", date(2024, 6, 29), "Fête de l’autonomie"),
            ("PF", date(2027, 6, 29), ""),  # since 2025 Matāri‘i takes the place of 29 June
            ("PF", date(2027, 11, 20), "Matāri’i"),
            ("WF", date(2027, 6, 29), "Saints Pierre et Paul"),
            ("", date(2027, 7, 14), ""),
        ],
    )
    def test_each_territory_has_its_own(self, calendar: str, on: date, name: str) -> None:
        with override("fr"):
            assert holiday_on(calendar, on).casefold() == name.casefold()

    @pytest.mark.parametrize("calendar", [calendar for calendar in HolidayCalendar.values if calendar])
    def test_every_calendar_has_those_of_the_republic(self, calendar: str) -> None:
        republic = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
        assert [day for day in republic if not holiday_on(calendar, date(2027, *day))] == []

    def test_their_names_are_in_the_language_of_whoever_reads(self) -> None:
        names = {}
        for language in ("fr", "en"):
            with override(language):
                names[language] = holiday_on("FR", date(2027, 7, 14))
        assert names == {"fr": "Fête nationale", "en": "National Day"}

    def test_a_base_is_closed_on_them_and_says_which(self) -> None:
        base = base_in("Pacific/Noumea", holiday_calendar="NC")
        day = Timetable(base).day(date(2027, 9, 24))
        with override("en"):
            day = Timetable(base).day(date(2027, 9, 24))
        assert (day.openings, day.reason) == ((), "public holiday, Citizenship Day")
        assert not is_open(base, at(base, "2027-09-24 10:00"))
        assert next_opening(base, at(base, "2027-09-23 20:00")) == at(base, "2027-09-27 06:15")

    def test_or_open_as_on_any_day_when_it_says_so(self) -> None:
        base = base_in(holiday_calendar="FR", closed_on_holidays=False)
        assert Timetable(base).day(date(2027, 7, 14)) == Timetable(base).day(date(2027, 7, 14))
        assert openings(base, date(2027, 7, 14)) == [DAY_SHIFT]
        assert Timetable(base).day(date(2027, 7, 14)).reason == ""

    def test_who_is_always_open_is_closed_on_them_too(self) -> None:
        base = BaseFactory(holiday_calendar="FR")
        assert openings(base, date(2027, 7, 13))
        assert openings(base, date(2027, 7, 14)) == []


class TestExceptions:
    def test_they_go_before_holidays_and_these_before_the_week(self) -> None:
        base = base_in(holiday_calendar="FR")
        close(base, date(2027, 7, 14), date(2027, 7, 14), "Défilé", (time(5), time(23, 59)))
        close(base, date(2027, 7, 15), date(2027, 7, 16), "Pont")
        timetable = Timetable(base)
        days = [timetable.day(date(2027, 7, on)) for on in (13, 14, 15, 16)]
        assert [(day.openings, day.reason) for day in days] == [
            ((DAY_SHIFT,), ""),
            (((time(5), time(23, 59)),), "Défilé"),
            ((), "Pont"),
            ((), "Pont"),
        ]
        assert is_open(base, at(base, "2027-07-14 23:59:30"))
        assert next_opening(base, at(base, "2027-07-15 00:00")) == at(base, "2027-07-19 06:15")

    def test_the_next_opening_is_found_behind_a_long_one(self) -> None:
        base = base_in()
        close(base, date(2027, 3, 1), date(2027, 8, 31), "Travaux")
        assert next_opening(base, at(base, "2027-03-01 10:00")) == at(base, "2027-09-01 06:15")

    def test_closed_for_more_than_a_year_has_none(self) -> None:
        base = base_in()
        close(base, date(2027, 3, 1), date.max, "Fermée")
        assert next_opening(base, at(base, "2027-03-01 10:00")) is None

    def test_what_comes_is_told_once_for_days_alike(self) -> None:
        base = base_in(holiday_calendar="FR")
        close(base, date(2027, 5, 7), date(2027, 5, 8), "Pont de l’Ascension")
        close(base, date(2027, 5, 12), date(2027, 5, 12), "Sport", (time(6, 15), time(12)))
        with override("en"):
            told = Timetable(base).specials(date(2027, 5, 1), date(2027, 5, 31))
        assert told == [
            Special(date(2027, 5, 1), date(2027, 5, 1), (), "public holiday, Labor Day"),
            Special(date(2027, 5, 6), date(2027, 5, 6), (), "public holiday, Ascension Day"),
            Special(date(2027, 5, 7), date(2027, 5, 8), (), "Pont de l’Ascension"),
            Special(date(2027, 5, 12), date(2027, 5, 12), ((time(6, 15), time(12)),), "Sport"),
            Special(date(2027, 5, 17), date(2027, 5, 17), (), "public holiday, Pentecost Monday"),
        ]

    def test_the_week_is_told_as_it_usually_is(self) -> None:
        base = base_in()
        close(base, base.today(), base.today() + timedelta(days=7), "Pont")
        with override("en"):
            week = week_in_words(base)
        assert week[0] == ("Monday", [DAY_SHIFT])
        assert week[6] == ("Sunday", [])

    def test_a_year_costs_two_queries(self) -> None:
        base = base_in(holiday_calendar="FR")
        close(base, date(2027, 1, 1), date(2027, 12, 31), "Travaux")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            timetable = Timetable(base)
            assert timetable.next_opening(at(base, "2027-01-01 10:00")) == at(base, "2028-01-03 06:15")
            timetable.specials(date(2027, 1, 1), date(2028, 1, 1))
        assert len(queries) == 2
