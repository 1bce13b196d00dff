"""Every step of a mission through the driver's page, and every way to take it wrongly."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import Traveller, travel

from bookings.models import Ride
from dispatch import actions as dispatch
from dispatch.models import Mission
from echauffeur.journal.models import Entry
from tests import factories
from tests.drivers.conftest import Duty

pytestmark = pytest.mark.django_db

FRAGMENT = {"HX-Request": "true"}
WAY = ["depart", "arrive", "board", "complete"]


def ride_of(mission: Mission) -> Ride:
    ride = Ride.objects.filter(stops__mission=mission).first()
    assert ride is not None
    return ride


def address(mission: Mission, verb: str) -> str:
    if verb in ("acknowledge", "decline"):
        return reverse(f"mission-{verb}", args=[mission.code])
    return reverse(f"ride-{verb.replace('_', '-')}", args=[ride_of(mission).code])


def send(duty: Duty, mission: Mission, verb: str, *, client: Client | None = None, **fields: object):
    """Press the button as the phone does."""
    data = {"tap": uuid4(), "claimed_at": timezone.now().isoformat()} | fields
    return (client or duty.client).post(address(mission, verb), data, headers=FRAGMENT)


def bring_to(duty: Duty, verb: str) -> Mission:
    """Return a mission that is one step before this verb."""
    mission = duty.give()
    beside = {"decline": "acknowledge", "no_show": "board"}
    for earlier in ["acknowledge", *WAY]:
        if earlier == beside.get(verb, verb):
            break
        assert send(duty, mission, earlier).status_code == 200
    return mission


def test_a_whole_mission_by_the_one_button(duty: Duty) -> None:
    mission = duty.give()
    states = []
    for verb in ["acknowledge", *WAY]:
        answer = send(duty, mission, verb)
        assert answer.status_code == 200
        assert answer.content.decode().lstrip().startswith('<div id="live"')
        states.append(ride_of(mission).state)
    assert states == ["acknowledged", "approaching", "waiting", "on_board", "completed"]
    mission.refresh_from_db()
    assert mission.state == "done"


def test_without_script_the_button_leads_back_to_the_day(duty: Duty) -> None:
    mission = duty.give()
    answer = duty.client.post(address(mission, "acknowledge"), {})
    assert (answer.status_code, answer.url) == (302, reverse("my-day"))
    assert duty.client.get(address(mission, "depart")).status_code == 302


@pytest.mark.parametrize("verb", ["acknowledge", *WAY])
def test_the_same_tap_twice_has_one_effect_and_the_same_answer(duty: Duty, verb: str) -> None:
    mission = bring_to(duty, verb)
    key = uuid4()
    first = send(duty, mission, verb, tap=key)
    steps = Entry.objects.count()
    second = send(duty, mission, verb, tap=key)
    assert (first.status_code, second.status_code) == (200, 200)
    assert Entry.objects.count() == steps


def test_a_key_used_again_for_something_else_is_refused(duty: Duty) -> None:
    mission = duty.give()
    key = uuid4()
    send(duty, mission, "acknowledge", tap=key)
    answer = send(duty, mission, "depart", tap=key)
    assert answer.status_code == 422
    assert "already used for something else" in answer.content.decode()
    assert ride_of(mission).state == "acknowledged"


def test_a_key_used_again_with_another_reason_is_refused(duty: Duty) -> None:
    mission = duty.give()
    key = uuid4()
    assert send(duty, mission, "decline", tap=key, reason="too_far").status_code == 200
    assert send(duty, mission, "decline", tap=key, reason="vehicle").status_code == 422


def test_a_broken_key_is_refused_in_words(duty: Duty) -> None:
    mission = duty.give()
    answer = send(duty, mission, "acknowledge", tap="not-a-key")
    assert answer.status_code == 422
    assert "This button is out of date" in answer.content.decode()


@pytest.mark.parametrize("claimed", ["soon", "\x00", "2026-02-30T08:00", "0001-01-01T00:00+14:00", "1e400"])
def test_a_phones_clock_that_cannot_be_read_stops_no_step(duty: Duty, claimed: str) -> None:
    mission = duty.give()
    assert send(duty, mission, "acknowledge", claimed_at=claimed).status_code == 200
    assert Entry.objects.get(subject="ride", verb="acknowledge").claimed_at is None
    assert ride_of(mission).state == "acknowledged"


@pytest.mark.parametrize("verb", ["acknowledge", *WAY])
def test_a_stale_tap_gets_the_new_state_and_a_sentence(duty: Duty, verb: str) -> None:
    mission = bring_to(duty, verb)
    if verb == "complete":
        dispatch.abort(ride=ride_of(mission), by=duty.regulator, reason="incident")
    else:
        dispatch.unassign(ride=ride_of(mission), by=duty.regulator, reason="replan")
    answer = send(duty, mission, verb)
    assert answer.status_code == 409
    assert "The page shows what holds now." in answer.content.decode()
    assert "No mission at the moment" in answer.content.decode()


def test_a_stale_tap_without_script_shows_the_whole_page(duty: Duty) -> None:
    mission = duty.give()
    dispatch.unassign(ride=ride_of(mission), by=duty.regulator, reason="replan")
    answer = duty.client.post(address(mission, "acknowledge"), {})
    assert answer.status_code == 409
    assert answer.content.decode().startswith("<!doctype html>")


@pytest.mark.parametrize("verb", ["acknowledge", "decline", *WAY, "no_show"])
def test_somebody_elses_mission_does_not_exist(duty: Duty, verb: str) -> None:
    mission = bring_to(duty, verb)
    before = Entry.objects.count()
    for stranger in [factories.DriverFactory().user, factories.UserFactory(), duty.regulator]:
        client = Client()
        client.force_login(stranger)
        assert send(duty, mission, verb, client=client, reason="too_far").status_code == 404
    assert Entry.objects.count() == before


def test_a_ride_that_went_to_a_colleague_is_no_longer_mine_to_move(duty: Duty) -> None:
    mission = bring_to(duty, "depart")
    ride = ride_of(mission)
    dispatch.unassign(ride=ride, by=duty.regulator, reason="replan")
    colleague = factories.DriverFactory(base=duty.driver.base)
    vehicle = factories.VehicleFactory(base=duty.driver.base)
    theirs = dispatch.assign(ride=ride, driver=colleague, vehicle=vehicle, by=duty.regulator)
    dispatch.acknowledge(mission=theirs, by=colleague.user)
    for verb, state in [("depart", "acknowledged"), ("arrive", "approaching"), ("board", "waiting")]:
        answer = send(duty, mission, verb)
        assert answer.status_code == 409
        assert "no mission of yours" in answer.content.decode()
        assert ride_of(mission).state == state
        getattr(dispatch, verb)(ride=ride, by=colleague.user)


def test_the_phones_time_is_kept_beside_ours(duty: Duty) -> None:
    mission = duty.give()
    claimed_at = timezone.now() - timedelta(minutes=7)
    send(duty, mission, "acknowledge", claimed_at=claimed_at.isoformat())
    entry = Entry.objects.get(verb="acknowledge", subject="mission")
    assert entry.claimed_at == claimed_at
    assert timezone.now() - entry.at < timedelta(minutes=1)


@pytest.mark.parametrize("claim", ["0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_phones_time_that_cannot_be_is_left_out(duty: Duty, claim: str) -> None:
    mission = duty.give()
    assert send(duty, mission, "acknowledge", claimed_at=claim).status_code == 200
    assert Entry.objects.get(verb="acknowledge", subject="mission").claimed_at is None


class TestDecline:
    def test_gives_the_ride_back_with_reason_and_words(self, duty: Duty) -> None:
        mission = duty.give()
        assert send(duty, mission, "decline", reason="other", words="My replacement did not come.").status_code == 200
        mission.refresh_from_db()
        assert mission.state == "called_off"
        entry = Entry.objects.get(verb="decline")
        assert (entry.reason, entry.words, entry.to_state) == ("other", "My replacement did not come.", "confirmed")

    @pytest.mark.parametrize(
        ("said", "sentence"),
        [
            ({}, "Say why: choose one of the reasons."),
            ({"reason": "nonsense"}, "nonsense"),
            ({"reason": "other"}, "Write what the reason is"),
            ({"reason": "too_far", "words": "x" * 301}, "300"),
        ],
    )
    def test_says_what_is_missing_and_keeps_the_form(self, duty: Duty, said: dict[str, str], sentence: str) -> None:
        mission = duty.give()
        answer = send(duty, mission, "decline", **said)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert said.get("words", "") in answer.content.decode()
        assert ride_of(mission).state == "assigned"

    def test_is_over_once_the_mission_is_acknowledged(self, duty: Duty) -> None:
        mission = bring_to(duty, "depart")
        assert send(duty, mission, "decline", reason="too_far").status_code == 409


class TestNoShow:
    def test_waits_from_arrival_but_not_before_the_promised_time(self, duty: Duty) -> None:
        base = duty.driver.base
        pickup = timezone.now() + timedelta(minutes=30)
        with travel(timezone.now(), tick=False) as clock:
            mission = self.arrived(duty, factories.RideFactory(base=base, wanted_at=pickup))
            self.refused_at(clock, pickup + timedelta(minutes=base.no_show_minutes, seconds=-1), duty, mission)
            clock.move_to(pickup + timedelta(minutes=base.no_show_minutes))
            assert send(duty, mission, "no_show").status_code == 200
        ride = ride_of(mission)
        assert (ride.state, ride.end_reason) == ("cancelled", "no_show")

    def test_counts_from_arrival_when_the_car_is_late(self, duty: Duty) -> None:
        pickup = timezone.now() + timedelta(minutes=5)
        late = pickup + timedelta(minutes=12)
        minutes = timedelta(minutes=duty.driver.base.no_show_minutes)
        with travel(timezone.now(), tick=False) as clock:
            mission = self.arrived(duty, factories.RideFactory(base=duty.driver.base, wanted_at=pickup), clock, late)
            self.refused_at(clock, late + minutes - timedelta(seconds=1), duty, mission)
            clock.move_to(late + minutes)
            assert send(duty, mission, "no_show").status_code == 200

    def arrived(self, duty: Duty, ride: Ride, clock: Traveller | None = None, at: object = None) -> Mission:
        mission = duty.give(ride)
        send(duty, mission, "acknowledge")
        send(duty, mission, "depart")
        if clock:
            clock.move_to(at)  # type: ignore[arg-type]
        send(duty, mission, "arrive")
        return mission

    def refused_at(self, clock: Traveller, moment: object, duty: Duty, mission: Mission) -> None:
        clock.move_to(moment)  # type: ignore[arg-type]
        answer = send(duty, mission, "no_show")
        assert answer.status_code == 422
        assert "Wait 1 min more" in answer.content.decode()
        assert ride_of(mission).state == "waiting"
