"""What the phone shows: the next stop, what comes later, what is over, and what others changed."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from bookings.models import Ride
from dispatch import actions as dispatch
from dispatch.models import Mission, Stop
from dispatch.queries.day import Work, day_of
from drivers.models import Driver, Shift
from echauffeur.common.lifecycle import Party
from echauffeur.journal.models import Entry
from tests import factories
from tests.drivers.conftest import Duty

pytestmark = pytest.mark.django_db

BREST = ZoneInfo("Europe/Paris")


def screen(duty: Duty) -> BeautifulSoup:
    answer = duty.client.get(reverse("my-day"))
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def text_of(soup: BeautifulSoup, selector: str) -> str:
    found = soup.select_one(selector)
    assert found is not None, selector
    return " ".join(found.get_text(" ").split())


def a_ride(duty: Duty, **asked: object) -> Ride:
    return factories.RideFactory(base=duty.driver.base, **asked)


def ride_of(mission: Mission) -> Ride:
    return Ride.objects.get(stops__mission=mission, stops__kind="pick_up")


class TestNextStop:
    def test_says_all_that_a_driver_needs(self, duty: Duty) -> None:
        ride = a_ride(
            duty,
            origin__name="Gare maritime",
            origin__access_note="Quai Est, barrière 2",
            destination__name="Hôpital",
            passengers=3,
            luggage=2,
            note="Devant l'accueil",
            wanted_at=timezone.now() + timedelta(minutes=40),
        )
        mission = duty.give(ride)
        shown = screen(duty)
        stop = text_of(shown, "#next-stop")
        for words in [
            "Pick up", "Gare maritime", "Quai Est, barrière 2", "Camille Durand", "3 passengers", "2 pieces of luggage",
            "Devant l'accueil", "Hôpital", mission.vehicle.plate, ride.code,
            f"{duty.driver.base.local(ride.pickup_at):%H:%M}",
        ]:  # fmt: skip
            assert words in stop
        links = {a["href"] for a in shown.select("#next-stop a")}
        assert f"tel:{ride.phone}" in links
        assert f"tel:{duty.driver.base.phone_drivers}" in links
        assert any(link.startswith(f"geo:{ride.origin_latitude},{ride.origin_longitude}?q=") for link in links)

    def test_moves_on_to_the_destination_once_they_are_on_board(self, duty: Duty) -> None:
        mission = duty.give(a_ride(duty, destination__name="Hôpital"))
        dispatch.acknowledge(mission=mission, by=duty.driver.user)
        for step in (dispatch.depart, dispatch.arrive, dispatch.board):
            step(ride=ride_of(mission), by=duty.driver.user)
        shown = screen(duty)
        assert text_of(shown, "#next-stop h2") == "Set down"
        assert text_of(shown, ".next-stop__place") == "Hôpital"

    def test_wheelchairs_stand_out(self, duty: Duty) -> None:
        Driver.objects.update(wheelchair_trained=True)
        ride = a_ride(duty, passengers=2, wheelchairs=1, state="confirmed")
        van = factories.VehicleFactory(
            base=duty.driver.base, model=factories.VehicleModelFactory(name="Van", wheelchair_places=1)
        )
        dispatch.assign(ride=ride, driver=duty.driver, vehicle=van, by=duty.regulator)
        assert text_of(screen(duty), ".is-special") == "1 wheelchair"

    def test_times_are_the_bases_own(self, duty: Duty) -> None:
        duty.driver.base.time_zone = "Indian/Reunion"
        duty.driver.base.save()
        ride = a_ride(duty)
        duty.give(ride)
        shown = text_of(screen(duty), ".next-stop__time")
        assert shown == f"{ride.pickup_at.astimezone(ZoneInfo('Indian/Reunion')):%H:%M}"

    def test_the_one_under_way_comes_before_an_earlier_one(self, duty: Duty) -> None:
        soon = duty.give(a_ride(duty, wanted_at=timezone.now() + timedelta(hours=1)))
        first = duty.give(a_ride(duty, wanted_at=timezone.now() + timedelta(hours=2)))
        dispatch.acknowledge(mission=first, by=duty.driver.user)
        dispatch.depart(ride=ride_of(first), by=duty.driver.user)
        day = day_of(duty.driver, timezone.now())
        assert day.next is not None
        assert day.next.mission == first
        assert [work.mission for work in day.later] == [soon]


class TestSteps:
    def test_are_the_lifecycles_own_in_order(self, duty: Duty) -> None:
        mission = duty.give()
        day = day_of(duty.driver, timezone.now())
        assert day.next is not None
        code = ride_of(mission).code
        assert [(step.url_name, step.code) for step in day.next.steps] == [
            ("mission-acknowledge", mission.code),
            ("ride-depart", code),
            ("ride-arrive", code),
            ("ride-board", code),
            ("ride-complete", code),
        ]

    def test_of_a_shared_mission_follow_its_stops(self, duty: Duty) -> None:
        mission = duty.give()
        first, second = ride_of(mission), a_ride(duty, state="assigned")
        Stop.objects.filter(mission=mission, kind="set_down").update(position=9)
        spot = {"label": "x", "latitude": 48.0, "longitude": -4.0, "planned_at": timezone.now()}
        Stop.objects.create(mission=mission, position=2, kind="pick_up", ride=second, **spot)
        Stop.objects.create(mission=mission, position=3, kind="set_down", ride=second, **spot)
        loaded = Mission.objects.prefetch_related("stops__ride").get(pk=mission.pk)
        assert [(step.verb, step.about) for step in Work(loaded).steps] == [
            ("acknowledge", mission),
            *[(verb, first) for verb in ("depart", "arrive", "board")],
            *[(verb, second) for verb in ("depart", "arrive", "board")],
            ("complete", second),
            ("complete", first),
        ]

    def test_only_the_first_is_offered_at_a_time(self, duty: Duty) -> None:
        duty.give()
        forms = screen(duty).select("[data-steps] form")
        assert [form.has_attr("hidden") for form in forms] == [False, True, True, True, True]

    def test_a_button_has_the_same_key_until_something_happens(self, duty: Duty) -> None:
        mission = duty.give()
        key = screen(duty).select_one("[data-steps] [name=tap]")["value"]  # type: ignore[index]
        assert screen(duty).select_one("[data-steps] [name=tap]")["value"] == key  # type: ignore[index]
        keys = [field["value"] for field in screen(duty).select("[name=tap]")]
        assert len(set(keys)) == len(keys)
        dispatch.acknowledge(mission=mission, by=duty.driver.user)
        assert key not in {field["value"] for field in screen(duty).select("[name=tap]")}

    def test_two_plain_clicks_on_the_same_page_make_one_step(self, duty: Duty) -> None:
        mission = duty.give()
        form = screen(duty).select_one("[data-steps] form")
        assert form is not None
        data = {field["name"]: field.get("value", "") for field in form.select("input")}
        for _ in range(2):
            assert duty.client.post(form["action"], data).status_code == 302
        assert Entry.objects.filter(verb="acknowledge", subject="mission", code=mission.code).count() == 1

    def test_a_fragment_is_the_page_itself(self, duty: Duty) -> None:
        duty.give()
        with travel(timezone.now(), tick=False):
            whole = screen(duty).select_one("#live")
            part = duty.client.get(reverse("my-day"), headers={"HX-Request": "true"})
            alone = BeautifulSoup(part.content, "html.parser").select_one("#live")
        for csrf in [*whole.select("[name=csrfmiddlewaretoken]"), *alone.select("[name=csrfmiddlewaretoken]")]:  # type: ignore[union-attr]
            csrf["value"] = ""
        assert str(alone) == str(whole)


class TestWhatIsShown:
    def test_an_empty_day(self, duty: Duty) -> None:
        shown = screen(duty)
        assert "No mission at the moment" in text_of(shown, "#live")
        assert not shown.select(".big-step")

    def test_off_duty_says_when_the_next_shift_begins(self, duty: Duty) -> None:
        Shift.objects.all().delete()
        with travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False):
            starts = datetime(2026, 11, 24, 6, 0, tzinfo=BREST)
            factories.ShiftFactory(driver=duty.driver, period=(starts, starts + timedelta(hours=8)))
            duty.client.force_login(duty.driver.user)
            shown = screen(duty)
        assert text_of(shown, "#duty") == "Next shift Tue 24 Nov. 06:00–14:00"
        assert "You are not on duty: no position is sent." in text_of(shown, "#sharing")
        assert shown.select_one("#live")["data-turns-at"] == "2026-11-24T06:00:00+01:00"  # type: ignore[index]
        assert not shown.select("[data-sharing]")

    def test_a_night_shift_is_one_day(self, duty: Duty) -> None:
        Shift.objects.all().delete()
        evening = datetime(2026, 11, 23, 22, 0, tzinfo=BREST)
        factories.ShiftFactory(driver=duty.driver, period=(evening, evening + timedelta(hours=8)))
        with travel(evening + timedelta(minutes=5), tick=False):
            mission = duty.give(a_ride(duty, wanted_at=evening + timedelta(hours=6)))
            day = day_of(duty.driver, timezone.now())
        assert day.next is not None
        assert day.next.mission == mission
        assert day.on_duty is not None

    def test_a_mission_left_over_from_yesterday_is_not_lost(self, duty: Duty) -> None:
        mission = duty.give()
        with travel(timezone.now() + timedelta(days=1, hours=6), tick=False):
            day = day_of(duty.driver, timezone.now())
        assert day.next is not None
        assert day.next.mission == mission

    def test_a_mission_that_ends_while_it_is_read_is_left_out(self, duty: Duty) -> None:
        mission = duty.give()
        Stop.objects.filter(mission=mission).update(dropped_at=timezone.now())
        assert "No mission at the moment" in text_of(screen(duty), "#live")

    def test_what_is_over_is_folded_away(self, duty: Duty) -> None:
        mission = duty.give()
        dispatch.cancel(
            ride=ride_of(mission), by=duty.regulator, party=Party.REGULATOR, reason="service"
        )  # fmt: skip
        fold = screen(duty).select_one("details#over")
        assert fold is not None
        assert not fold.has_attr("open")
        assert "Called off" in fold.get_text()

    def test_the_no_show_says_from_when(self, duty: Duty) -> None:
        mission = duty.give(a_ride(duty, wanted_at=timezone.now() + timedelta(minutes=6)))
        dispatch.acknowledge(mission=mission, by=duty.driver.user)
        assert not screen(duty).select("#live .no-show")
        dispatch.depart(ride=ride_of(mission), by=duty.driver.user)
        dispatch.arrive(ride=ride_of(mission), by=duty.driver.user)
        base, ride = duty.driver.base, ride_of(mission)
        allowed = base.local(ride.pickup_at + timedelta(minutes=base.no_show_minutes))
        assert f"possible from {allowed:%H:%M}" in text_of(screen(duty), ".no-show")

    def test_a_colleagues_work_is_not_shown(self, duty: Duty) -> None:
        colleague = factories.DriverFactory(base=duty.driver.base)
        other = Duty(colleague, duty.regulator, duty.client)
        other.give(a_ride(duty, passenger_name="Somebody Else"))
        assert "Somebody Else" not in screen(duty).get_text()

    def test_who_drives_nowhere_has_no_such_page(self) -> None:
        client = Client()
        client.force_login(factories.RegulatorFactory())
        assert client.get(reverse("my-day")).status_code == 404

    def test_costs_the_same_however_long_the_day(
        self, duty: Duty, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for hours in range(1, 3):
            duty.give(a_ride(duty, wanted_at=timezone.now() + timedelta(hours=hours)))
        screen(duty)
        with django_assert_num_queries(14, exact=False) as few:
            screen(duty)
        for hours in range(3, 12):
            duty.give(a_ride(duty, wanted_at=timezone.now() + timedelta(hours=hours)))
        with django_assert_num_queries(len(few)):
            screen(duty)


class TestNotices:
    def test_what_others_took_away_stays_in_sight_for_a_while(self, duty: Duty) -> None:
        mission = duty.give()
        code = ride_of(mission).code
        dispatch.cancel(ride=ride_of(mission), by=duty.regulator, party=Party.CUSTOMER, reason="no_longer_needed")
        sentence = f"The passenger has cancelled ride {code}."
        shown = screen(duty)
        assert sentence in text_of(shown, ".alert")
        assert shown.select_one("#live")["data-announcement"] == sentence  # type: ignore[index]
        later = timezone.now() + timedelta(minutes=16)
        with travel(later, tick=False):
            duty.client.force_login(duty.driver.user)
            assert sentence not in screen(duty).get_text()

    def test_new_work_is_announced_but_shows_itself(self, duty: Duty) -> None:
        mission = duty.give()
        shown = screen(duty)
        assert shown.select_one("#live")["data-announcement"] == f"New mission: ride {ride_of(mission).code}."  # type: ignore[index]
        assert not shown.select(".alert")

    def test_ones_own_steps_are_no_news(self, duty: Duty) -> None:
        mission = duty.give()
        dispatch.decline(mission=mission, by=duty.driver.user, reason="too_far")
        assert [notice.shows_itself for notice in day_of(duty.driver, timezone.now()).notices] == [True]


class TestSharing:
    @pytest.mark.parametrize(("sharing", "before"), [("off", True), ("on", False)])
    def test_is_switched(self, duty: Duty, sharing: str, before: bool) -> None:
        Driver.objects.update(sharing=before)
        answer = duty.client.post(reverse("share-position"), {"sharing": sharing}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        duty.driver.refresh_from_db()
        assert duty.driver.sharing is not before
        switch = BeautifulSoup(answer.content, "html.parser").select_one("[role=switch]")
        assert switch is not None
        assert switch["aria-checked"] == str(not before).lower()

    def test_the_same_tap_twice_switches_once(self, duty: Duty) -> None:
        tap = {"sharing": "off", "tap": uuid4()}
        duty.client.post(reverse("share-position"), tap)
        Driver.objects.update(sharing=True)
        duty.client.post(reverse("share-position"), tap)
        duty.driver.refresh_from_db()
        assert duty.driver.sharing is True

    def test_nonsense_is_refused(self, duty: Duty) -> None:
        answer = duty.client.post(reverse("share-position"), {"sharing": "perhaps"})
        assert answer.status_code == 422
        duty.driver.refresh_from_db()
        assert duty.driver.sharing is True
