"""A car that seems to have arrived: noted once, taken back when it leaves, proposed to some and told to nobody else."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from bookings.models import Ride
from bookings.states import UnassignReason
from dispatch import actions as dispatch
from dispatch import arrivals
from dispatch.models import Mission, Stop, StopKind
from echauffeur.bases.models import Place
from echauffeur.common import hub as hubs
from echauffeur.journal.models import Entry
from tests import factories
from tests.drivers.conftest import Duty
from tests.life.crowd import at_once
from tracking import dwells
from tracking.actions.positions import take_in
from tracking.positions import Position, forget

METRE = 1 / 111_195  # degrees north
PROPOSED = "You seem to be"
HINT = "By its position, the car arrived at"


class Coming(Duty):
    """A driver on the way to pick somebody up, since ten minutes ago; ``ride`` and its ``mission``."""

    def __init__(self, **ride: Any) -> None:
        hubs._resting_until = 0.0
        hubs.ask(lambda client: client.flushdb(), default=None)
        driver = factories.DriverFactory()
        client = Client()
        client.force_login(driver.user)
        super().__init__(driver, factories.RegulatorFactory(base=driver.base), client)
        self.start = timezone.now() - timedelta(minutes=5)
        self.ride = factories.RideFactory(base=driver.base, **ride)
        self.mission = self.give(self.ride)
        dispatch.acknowledge(mission=self.mission, by=driver.user)
        self.take("depart")

    def take(self, verb: str) -> None:
        """Take a driver's step; from ten minutes ago on, positions count for the next."""
        getattr(dispatch, verb)(ride=self.ride, by=self.driver.user)
        Ride.objects.update(state_since=timezone.now() - timedelta(minutes=10))
        self.forget_goal()

    def forget_goal(self) -> None:
        """Let ten seconds pass, after which one asks anew where the driver is expected."""
        hubs.ask(lambda client: client.delete(dwells.goal_key(self.driver.pk)), default=None)

    def stop(self, kind: str = StopKind.PICK_UP) -> Stop:
        return Stop.objects.get(mission=self.mission, kind=kind)

    def be(self, *seconds: float, north: float = 0, kind: str = StopKind.PICK_UP) -> None:
        """Be so many metres north of that stop, at these seconds of the last five minutes; told in one batch."""
        self.drive([(second, north) for second in seconds], kind)

    def drive(self, way: Iterable[tuple[float, float]], kind: str = StopKind.PICK_UP) -> None:
        """Tell in one batch at which seconds the car was how many metres north of that stop."""
        stop, pk = self.stop(kind), self.driver.pk
        positions = [
            Position(pk, stop.latitude + north * METRE, stop.longitude, self.start + timedelta(seconds=at), accuracy=8)
            for at, north in way
        ]
        take_in(driver=self.driver, positions=positions)

    def said(self) -> list[str]:
        return list(Entry.objects.filter(verb__startswith="seem_").order_by("seq").values_list("verb", flat=True))


@pytest.fixture
def coming(db: None) -> Coming:
    return Coming()


def queries(what: Callable[[], None]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        what()
    return len(asked)


class TestNoting:
    def test_a_car_that_stands_at_the_pick_up_is_noted_and_the_ride_does_not_move(self, coming: Coming) -> None:
        coming.be(*range(0, 31, 5))
        assert coming.stop().seems_there_since == coming.start
        assert coming.stop(StopKind.SET_DOWN).seems_there_since is None
        coming.ride.refresh_from_db()
        assert (coming.ride.state, coming.stop().arrived_at) == ("approaching", None)

    def test_base_and_driver_are_told_and_nobody_else(self, coming: Coming) -> None:
        coming.be(*range(0, 31, 5))
        entry = Entry.objects.get(verb="seem_there")
        mission, base = coming.mission, coming.driver.base
        assert entry.streams.keys() == {f"base:{base.pk}", f"mission:{mission.pk}", coming.driver.stream}
        assert (entry.by, entry.party, entry.from_state, entry.to_state) == (None, "rule", "under_way", "under_way")

    def test_it_is_noted_once(self, coming: Coming) -> None:
        for second in range(0, 120, 4):
            coming.be(second)
            coming.forget_goal()
        assert coming.said() == ["seem_there"]

    def test_even_when_redis_has_forgotten_all(self, coming: Coming) -> None:
        coming.be(*range(0, 31, 5))
        hubs.ask(lambda client: client.flushdb(), default=None)
        coming.be(*range(35, 61, 5))
        assert coming.said() == ["seem_there"]

    def test_leaving_takes_it_back_and_coming_again_is_new(self, coming: Coming) -> None:
        coming.be(*range(0, 31, 5))
        coming.be(*range(40, 43), north=150)
        assert coming.stop().seems_there_since is None
        coming.be(*range(60, 91, 5))
        assert coming.stop().seems_there_since == coming.start + timedelta(seconds=60)
        assert coming.said() == ["seem_there", "seem_gone", "seem_there"]

    def test_leaving_is_noticed_by_what_the_row_says_when_redis_has_forgotten(self, coming: Coming) -> None:
        coming.be(*range(0, 31, 5))
        hubs.ask(lambda client: client.flushdb(), default=None)
        coming.be(*range(40, 43), north=150)
        assert coming.said() == ["seem_there", "seem_gone"]

    def test_who_stood_and_left_within_one_burst_was_never_there(self, coming: Coming) -> None:
        coming.drive((second, 200 if second > 40 else 0) for second in range(60, -1, -5))
        assert coming.said() == []

    def test_the_set_down_is_noted_once_the_passengers_are_on_board(self, coming: Coming) -> None:
        coming.be(*range(0, 31, 5), kind=StopKind.SET_DOWN)
        assert coming.said() == []
        coming.take("arrive")
        coming.take("board")
        coming.be(*range(60, 91, 5), kind=StopKind.SET_DOWN)
        assert coming.stop(StopKind.SET_DOWN).seems_there_since == coming.start + timedelta(seconds=60)

    def test_a_driver_who_has_not_set_out_is_expected_nowhere(self, coming: Coming) -> None:
        Ride.objects.update(state="acknowledged")
        Mission.objects.update(state="acknowledged")
        coming.forget_goal()
        coming.be(*range(0, 31, 5))
        assert coming.said() == []

    def test_where_the_car_was_before_it_set_out_does_not_count(self, coming: Coming) -> None:
        Ride.objects.update(state_since=coming.start + timedelta(seconds=20))
        coming.forget_goal()
        coming.be(*range(0, 36, 5))
        assert coming.said() == []
        coming.be(40)
        assert coming.stop().seems_there_since == coming.start + timedelta(seconds=20)

    def test_each_place_has_its_radius(self, coming: Coming) -> None:
        coming.be(*range(0, 31, 5), north=100)
        assert coming.said() == []
        Place.objects.update(arrival_radius_m=120)
        coming.forget_goal()
        coming.be(*range(60, 91, 5), north=100)
        assert coming.said() == ["seem_there"]

    @pytest.mark.parametrize(("north", "said"), [(50, ["seem_there"]), (70, [])])
    def test_an_address_without_a_place_has_the_usual_one(self, db: None, north: float, said: list[str]) -> None:
        coming = Coming(origin=None, origin_label="Here", origin_latitude=48.39, origin_longitude=-4.48)
        coming.be(*range(0, 31, 5), north=north)
        assert coming.said() == said


class TestComingLate:
    """What a car seems to do is looked at again under the lock of its mission."""

    def note(self, coming: Coming) -> None:
        arrivals.seem_there(stop_id=coming.stop().pk, since=timezone.now())

    def test_the_step_was_taken(self, coming: Coming) -> None:
        coming.take("arrive")
        self.note(coming)
        assert coming.said() == []

    def test_the_ride_left_the_mission(self, coming: Coming) -> None:
        dispatch.unassign(ride=coming.ride, by=coming.regulator, reason=UnassignReason.REPLAN)
        self.note(coming)
        assert coming.said() == []

    def test_gone_after_the_step_changes_nothing(self, coming: Coming) -> None:
        self.note(coming)
        coming.take("arrive")
        arrivals.seem_gone(stop_id=coming.stop().pk)
        assert coming.stop().seems_there_since is not None

    def test_a_stop_that_is_none(self, coming: Coming) -> None:
        arrivals.seem_there(stop_id=0, since=timezone.now())
        arrivals.seem_gone(stop_id=0)
        assert coming.said() == []


class TestCost:
    def test_no_query_for_a_driver_who_is_expected_nowhere(self, coming: Coming) -> None:
        Mission.objects.update(state="done", ended_at=timezone.now())
        first, second = (queries(lambda n=n: coming.be(n, north=900)) for n in (0, 1))
        coming.forget_goal()
        third = queries(lambda: coming.be(2, north=900))
        assert (first - second, third) == (1, first)

    def test_no_query_nor_write_while_nothing_changes(self, coming: Coming) -> None:
        far = queries(lambda: coming.be(0, north=900))
        drive = queries(lambda: coming.be(1, north=890))
        coming.be(*range(10, 41, 5))
        stand = queries(lambda: coming.be(60))
        assert (far - drive, stand) == (1, drive)

    def test_what_goes_wrong_costs_nobody_the_position(
        self, coming: Coming, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(*args: object, **kwargs: object) -> None:
            raise ValueError("no goal")

        monkeypatch.setattr(arrivals.MissionGoals, "next_of", broken)
        taken = take_in(driver=coming.driver, positions=[Position(coming.driver.pk, 48.4, -4.5, timezone.now())])
        assert (len(taken.kept), taken.passed_on) == (1, True)
        assert "no goal" in caplog.text

    def test_where_a_car_stood_is_forgotten_with_its_position(self, coming: Coming) -> None:
        coming.be(*range(0, 31, 5))
        key = dwells.dwell_key(coming.driver.pk)
        assert hubs.ask(lambda client: client.exists(key), default=0) == 1
        forget(coming.driver.pk)
        assert hubs.ask(lambda client: client.exists(key), default=1) == 0

    def test_and_with_the_end_of_the_shift(self, coming: Coming) -> None:
        coming.driver.shifts.update(period=(coming.start - timedelta(hours=1), timezone.now() + timedelta(seconds=90)))
        coming.be(*range(0, 31, 5))
        left = hubs.ask(lambda client: client.pttl(dwells.dwell_key(coming.driver.pk)), default=0)
        assert 0 < left <= 90_000


def live(client: Client, name: str, *args: str, look: str = "") -> BeautifulSoup:
    """Return the live part of a page, which is the same by itself as on the whole page."""
    address = reverse(name, args=args) + look
    with travel(timezone.now(), tick=False):
        answers = [client.get(address), client.get(address, headers={"HX-Request": "true"})]
    whole, part = (BeautifulSoup(answer.content, "html.parser").select_one("#live") for answer in answers)
    assert whole is not None
    assert part is not None
    for csrf in [*whole.select("[name=csrfmiddlewaretoken]"), *part.select("[name=csrfmiddlewaretoken]")]:
        csrf["value"] = ""
    assert str(whole) == str(part)
    return whole


class TestPages:
    def test_the_drivers_one_button_is_proposed_until_it_is_pressed(self, coming: Coming) -> None:
        assert PROPOSED not in str(live(coming.client, "my-day"))
        coming.be(*range(0, 31, 5))
        page = live(coming.client, "my-day")
        (button,) = page.select("[data-steps] form:not([hidden]) button.is-proposed")
        assert button.text == "I am there"
        assert f"{PROPOSED} at {coming.stop().label}." in page.select_one(f"#{button['aria-describedby']}").text
        assert page["data-announcement"].startswith(PROPOSED)
        assert not page.select(".alert")
        coming.take("arrive")
        assert not live(coming.client, "my-day").select(".is-proposed, .big-step__proposal")

    def test_and_no_longer_once_the_car_has_left(self, coming: Coming) -> None:
        coming.be(*range(0, 31, 5))
        coming.be(*range(40, 43), north=150)
        assert not live(coming.client, "my-day").select(".is-proposed, .big-step__proposal")

    def test_the_control_room_reads_it_in_the_drivers_row_and_with_the_ride(self, coming: Coming) -> None:
        regulator = Client()
        regulator.force_login(coming.regulator)
        code, look = coming.driver.base.code, f"?ride={coming.ride.code}"
        assert HINT not in str(live(regulator, "tower", code, look=look))
        coming.be(*range(230, 261, 5))
        page = live(regulator, "tower", code, look=look)
        assert page.select_one(f"#driver-{coming.driver.pk} .timeline__there") is not None
        assert HINT in page.select_one("#tower-detail .seems-there").text
        assert "has reached the stop" in page.select_one(".history").text

    def test_it_goes_wrong_after_three_minutes_and_that_is_said_once(self, coming: Coming) -> None:
        regulator = Client()
        regulator.force_login(coming.regulator)
        Stop.objects.filter(pk=coming.stop().pk).update(seems_there_since=timezone.now() - timedelta(seconds=150))
        assert not live(regulator, "tower", coming.driver.base.code).select(".problem")
        Stop.objects.filter(pk=coming.stop().pk).update(seems_there_since=timezone.now() - timedelta(minutes=4))
        page = live(regulator, "tower", coming.driver.base.code, look=f"?ride={coming.ride.code}")
        assert HINT not in str(page)
        (problem,) = page.select("#tower-requests .problem")
        assert problem.text.strip() == "Arrived 4 min ago by its position, but the step is not taken"
        coming.take("arrive")
        assert not live(regulator, "tower", coming.driver.base.code).select(".problem")

    def test_the_customer_learns_nothing_of_it(self, coming: Coming) -> None:
        customer = Client()
        customer.force_login(coming.ride.customer)
        before = str(live(customer, "ride", coming.ride.code).select_one(".history"))
        coming.be(*range(0, 31, 5))
        after = live(customer, "ride", coming.ride.code)
        assert str(after.select_one(".history")) == before
        assert after.select_one(".state-approaching") is not None


# --- two batches at once -------------------------------------------------------------------------------------------

TRIALS = 10


@contextmanager
def unlocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody locks the mission, and both look before either writes."""
    meeting, note = Barrier(2), arrivals._note

    def without_lock(stop_id: int) -> Stop:
        return Stop.objects.select_related("ride", "mission__base").get(pk=stop_id)

    def together(stop: Stop, verb: str, since: datetime | None) -> None:
        try:
            meeting.wait(timeout=2)
        except BrokenBarrierError:
            meeting.reset()
        note(stop, verb, since)

    with monkeypatch.context() as patched:
        patched.setattr(arrivals, "_held", without_lock)
        patched.setattr(arrivals, "_note", together)
        yield


def race(coming: Coming) -> list[str]:
    """Let two batches, of the phone and of a device, say at once that the car has come; return what was written."""
    stop = coming.stop().pk
    outcomes = at_once([lambda: arrivals.seem_there(stop_id=stop, since=timezone.now())] * 2)
    assert outcomes == [None, None]
    return coming.said()


@pytest.mark.django_db(transaction=True)
def test_two_batches_at_once_write_one_entry() -> None:
    coming = Coming()
    for n in range(TRIALS):
        assert race(coming) == ["seem_there", "seem_gone"] * n + ["seem_there"]
        arrivals.seem_gone(stop_id=coming.stop().pk)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_write(monkeypatch: pytest.MonkeyPatch) -> None:
    coming = Coming()
    with unlocked(monkeypatch):
        assert race(coming) == ["seem_there", "seem_there"]
