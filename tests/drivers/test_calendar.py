"""A driver's shifts on their phone and in their own calendar: read by whoever has the address, and nothing more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from drivers.duty import Duty, weeks_of
from drivers.models import Absence, CalendarFeed, Driver, Shift
from drivers.views import shifts as views
from echauffeur.accounts.models import Membership
from echauffeur.bases.models import Base
from echauffeur.common.limits import Limit
from echauffeur.journal.models import Entry
from tests.factories import BaseFactory, DriverFactory, UserFactory, VehicleFactory
from tests.life.journeys import journey_to
from tests.rules.doors import appearance

pytestmark = pytest.mark.django_db

PILOT = "\U0001f468\u200d✈\ufe0f"
NOW = datetime(2030, 3, 25, 9, tzinfo=UTC)  # a Monday, six days before clocks go forward in Brest


def hours(day: int, begins: int, ends: int) -> DateTimeTZRange:
    """Return the time of a day of March 2030, in UTC; past 24 it is the next day's."""
    midnight = datetime(2030, 3, day, tzinfo=UTC)
    return DateTimeTZRange(midnight + timedelta(hours=begins), midnight + timedelta(hours=ends))


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def yann() -> Driver:
    base = BaseFactory(name=f"Brest; quai 1, {PILOT}")
    yann: Driver = DriverFactory(base=base, shift=None, user__last_name="Le Gall")
    return yann


@pytest.fixture
def client(yann: Driver) -> Client:
    client = Client()
    client.force_login(yann.user)
    return client


def subscribe(client: Client) -> str:
    """Press the button, and return the path that is shown."""
    address = client.post(reverse("my-calendar-make")).context["address"]
    return str(address).removeprefix("http://testserver")


def read(path: str, **headers: str) -> Any:
    """Return what a calendar that nobody signed in reads there."""
    return Client().get(path, headers=headers)


def entries(path: str) -> list[Any]:
    return Calendar.from_ical(read(path).content).events


class TestTheFile:
    def test_holds_shifts_with_breaks_vehicle_and_base(self, yann: Driver, client: Client) -> None:
        car = VehicleFactory(base=yann.base, name=f"Zoé; {PILOT}, la \\ grise", plate="AB-123-CD")
        Shift.objects.create(driver=yann, period=hours(26, 7, 15), breaks=[hours(26, 11, 12)], vehicle=car)
        (entry,) = entries(subscribe(client))
        assert entry["summary"] == f"Shift, Brest; quai 1, {PILOT}"
        assert entry["location"] == f"Brest; quai 1, {PILOT}"
        assert entry["description"] == f"Break: 12:00–13:00\nVehicle: Zoé; {PILOT}, la \\ grise, AB-123-CD"
        assert entry["geo"].to_ical() == "48.383;-4.495"
        assert (entry.start, entry.end) == (hours(26, 7, 15).lower, hours(26, 7, 15).upper)

    def test_is_written_as_the_standard_wants_it(self, yann: Driver, client: Client) -> None:
        Shift.objects.create(driver=yann, period=hours(1, -240, -232))
        for day in range(1, 29):
            Shift.objects.create(driver=yann, period=hours(day, 7, 15), breaks=[hours(day, 9, 10), hours(day, 12, 13)])
        content = read(subscribe(client)).content
        assert content.endswith(b"END:VCALENDAR\r\n")
        lines = content.split(b"\r\n")
        assert all(len(line) <= 75 for line in lines), "lines are folded at 75 octets"
        assert not any(b"\n" in line or b"\r" in line for line in lines)
        for line in lines:
            line.decode()  # no fold tears a sign apart
        unfolded = content.replace(b"\r\n ", b"").decode()
        assert f"LOCATION:Brest\\; quai 1\\, {PILOT}\r\n" in unfolded
        assert "DESCRIPTION:Break: 10:00–11:00\\nBreak: 13:00–14:00\r\n" in unfolded
        assert "DTSTART:20300326T070000Z\r\n" in unfolded
        assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in unfolded
        assert "X-PUBLISHED-TTL:PT1H\r\n" in unfolded
        names = [line for line in unfolded.split("\r\n") if line.startswith("UID:")]
        assert len(names) == len(set(names)) == 28, "from four weeks ago on"

    def test_a_night_in_which_clocks_go_forward_lasts_as_long_as_it_does(self, yann: Driver, client: Client) -> None:
        """From 22:00 until 06:00 in Brest, on the night of 31 March, are seven hours."""
        Shift.objects.create(driver=yann, period=hours(30, 21, 28), breaks=[hours(31, 2, 3)])
        (entry,) = entries(subscribe(client))
        assert entry.end - entry.start == timedelta(hours=7)
        assert entry["description"] == "Break: 04:00–05:00", "on the clock that has gone forward"
        page = client.get(reverse("my-shifts")).content.decode()
        assert "22:00–06:00" in page
        assert "6 h 00" in page

    def test_says_when_one_is_away_and_never_why(self, yann: Driver, client: Client) -> None:
        Shift.objects.create(driver=yann, period=hours(26, 7, 15))
        Shift.objects.create(driver=yann, period=hours(27, 7, 15))
        Absence.objects.create(driver=yann, period=hours(26, 10, 40), kind="sick", note="flu")
        content = read(subscribe(client)).content.decode()
        shift, away = Calendar.from_ical(content).events
        assert shift["description"] == "Away in between: 11:00–16:00"
        assert str(away["summary"]).startswith("Away")
        assert "flu" not in content
        assert "ick" not in content

    def test_leaves_out_a_shift_during_which_one_is_away_throughout(self, yann: Driver, client: Client) -> None:
        Shift.objects.create(driver=yann, period=hours(26, 7, 15))
        Absence.objects.create(driver=yann, period=DateTimeTZRange(hours(26, 0, 1).lower, None), kind="leave")
        (away,) = entries(subscribe(client))
        assert str(away["summary"]).startswith("Away")
        assert away.end > NOW + timedelta(days=yann.base.horizon_days)

    def test_says_nothing_of_passengers_and_missions(self) -> None:
        journey = journey_to("acknowledged")
        client = Client()
        client.force_login(journey.driver.user)
        content = read(subscribe(client)).content.decode()
        assert "BEGIN:VEVENT" in content
        assert journey.mission
        words = (journey.ride.code, journey.mission.code, "Camille", journey.ride.phone, journey.ride.origin_label)
        for word in words:
            assert word not in content

    def test_an_entry_is_known_again_and_newer_after_a_change(self, yann: Driver, client: Client) -> None:
        shift = Shift.objects.create(driver=yann, period=hours(26, 7, 15))
        path = subscribe(client)
        (before,) = entries(path)
        with time_machine.travel(NOW + timedelta(hours=2), tick=False):
            Shift.objects.filter(pk=shift.pk).update(period=hours(26, 8, 16))
            Entry.objects.update(at=timezone.now())
            (after,) = entries(path)
        assert after["uid"] == before["uid"]
        assert after["dtstamp"].dt > before["dtstamp"].dt

    def test_is_in_the_drivers_language(self, yann: Driver, client: Client) -> None:
        Shift.objects.create(driver=yann, period=hours(26, 7, 15))
        path = subscribe(client)
        yann.user.language = "fr"
        yann.user.save()
        answer = Client().get(path, headers={"accept-language": "en"})
        assert Calendar.from_ical(answer.content).events[0]["summary"].startswith(("Service", "Shift"))

    def test_costs_as_little_for_many_shifts(
        self, yann: Driver, client: Client, django_assert_num_queries: Any
    ) -> None:
        path = subscribe(client)
        read(path)
        with django_assert_num_queries(4):
            read(path)
        for day in range(26, 31):
            Shift.objects.create(driver=yann, period=hours(day, 7, 15), vehicle=VehicleFactory(base=yann.base))
        with django_assert_num_queries(4):
            read(path)


class TestTheAddress:
    def test_asked_again_it_costs_no_file(self, yann: Driver, client: Client) -> None:
        Shift.objects.create(driver=yann, period=hours(26, 7, 15))
        path = subscribe(client)
        first = read(path)
        assert first["Content-Type"] == "text/calendar; charset=utf-8"
        assert first["Cache-Control"] == "private, no-cache"
        again = read(path, if_none_match=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        Shift.objects.update(period=hours(26, 8, 16))
        assert read(path, if_none_match=first["ETag"]).status_code == 200

    def test_opens_nothing_once_it_ends(self, yann: Driver, client: Client) -> None:
        first = subscribe(client)
        second = subscribe(client)
        assert [read(path).status_code for path in (first, second)] == [404, 200]
        client.post(reverse("my-calendar-end"))
        assert read(second).status_code == 404

    @pytest.mark.parametrize("ends", ["profile", "account", "role"])
    def test_of_who_no_longer_drives_it_is_like_one_that_never_was(
        self, yann: Driver, client: Client, ends: str
    ) -> None:
        path = subscribe(client)
        assert read(path).status_code == 200
        if ends == "profile":
            Driver.objects.update(enabled=False)
        elif ends == "account":
            type(yann.user).objects.filter(pk=yann.user_id).update(is_active=False)
        else:
            Membership.objects.all().delete()
        gone, never = read(path), read(reverse("my-calendar", args=["never"]))
        assert gone.status_code == never.status_code == 404
        assert appearance(gone, path) == appearance(never, "/calendar/never.ics")

    def test_only_a_digest_of_it_is_kept_and_it_is_shown_once(self, yann: Driver, client: Client) -> None:
        path = subscribe(client)
        token = path.removeprefix("/calendar/").removesuffix(".ics")
        assert len(token) >= 22, "128 bits"
        assert token not in CalendarFeed.objects.get().digest
        page = client.get(reverse("my-shifts")).content.decode()
        assert token not in page
        assert "No calendar has read it yet." in page

    def test_being_read_is_noted_once_an_hour(self, yann: Driver, client: Client) -> None:
        path = subscribe(client)
        noted = []
        for minutes in (0, 30, 61):
            with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
                read(path)
                noted.append(CalendarFeed.objects.get().read_at)
        assert noted == [NOW, NOW, NOW + timedelta(minutes=61)]

    def test_who_tries_too_many_is_told_to_wait(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(views, "READ_FROM_ONE_PLACE", Limit("calendar-read-of-a-test", 2, 3600))
        path = reverse("my-calendar", args=["never"])
        assert [read(path).status_code for _ in range(3)] == [404, 404, 429]

    def test_is_the_drivers_own_to_make_and_end(self, yann: Driver, client: Client) -> None:
        path = subscribe(client)
        stranger = Client()
        stranger.force_login(UserFactory(base=yann.base))
        for name in ("my-calendar-make", "my-calendar-end"):
            assert stranger.post(reverse(name)).status_code == 404
        other = Client()
        other.force_login(DriverFactory(base=yann.base).user)
        other.post(reverse("my-calendar-end"))
        assert read(path).status_code == 200

    def test_making_and_ending_it_is_a_step(self, yann: Driver, client: Client) -> None:
        subscribe(client)
        client.post(reverse("my-calendar-end"))
        client.post(reverse("my-calendar-end"))
        steps = Entry.objects.filter(subject="driver", data__fields=["feed"])
        assert [(step.verb, step.by) for step in steps] == [("change", yann.user)] * 2


class TestThePage:
    def test_hours_of_a_week_are_those_worked(self, yann: Driver, client: Client) -> None:
        Shift.objects.create(driver=yann, period=hours(26, 7, 15), breaks=[hours(26, 11, 12)])
        Shift.objects.create(driver=yann, period=hours(27, 7, 15))
        Absence.objects.create(driver=yann, period=hours(27, 11, 48), kind="other")
        Shift.objects.create(driver=yann, period=hours(31, 30, 38))
        weeks = weeks_of(yann, NOW)
        assert [week.worked for week in weeks] == [timedelta(hours=11), timedelta(hours=8)]
        assert [type(entry) for week in weeks for entry in week.entries].count(Duty) == 3
        assert "11 h 00" in client.get(reverse("my-shifts")).content.decode()

    def test_an_absence_that_covers_a_break_counts_once(self, yann: Driver) -> None:
        Shift.objects.create(driver=yann, period=hours(26, 7, 15), breaks=[hours(26, 11, 12)])
        Absence.objects.create(driver=yann, period=hours(26, 10, 13), kind="other")
        assert weeks_of(yann, NOW)[0].worked == timedelta(hours=5)

    def test_is_empty_without_shifts(self, client: Client) -> None:
        assert "No shift planned" in client.get(reverse("my-shifts")).content.decode()

    def test_shows_ones_own_only(self, yann: Driver, client: Client) -> None:
        DriverFactory(base=yann.base)
        assert "No shift planned" in client.get(reverse("my-shifts")).content.decode()

    def test_is_on_the_bases_clock(self, yann: Driver, client: Client) -> None:
        Base.objects.update(time_zone="Pacific/Noumea")
        Shift.objects.create(driver=yann, period=hours(26, 20, 28))
        page = client.get(reverse("my-shifts")).content.decode()
        assert "07:00–15:00" in page
