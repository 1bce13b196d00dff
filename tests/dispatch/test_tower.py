"""What the tower shows: whom to help first, who can, what goes wrong, and the same by fragment as afresh."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from bookings import actions as rides
from bookings.models import Ride
from bookings.states import RideState
from dispatch import actions
from dispatch.queries.detail import detail_of
from dispatch.queries.tower import Tower, tower_of
from drivers.models import Shift
from echauffeur.bases.models import Base
from echauffeur.common.refusals import Refusal
from tests.factories import (
    BaseFactory,
    DriverFactory,
    LicenceFactory,
    PlaceFactory,
    RideFactory,
    UserFactory,
    VehicleFactory,
    VehicleModelFactory,
)

NOON = "2026-11-23T11:00:00Z"  # 12:00 in Brest


@pytest.fixture(autouse=True)
def at_noon() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


def seen(base: Base, **look: object) -> Tower:
    return tower_of(base, now=timezone.now(), **look)


def soon(minutes: int) -> object:
    return timezone.now() + timedelta(minutes=minutes)


def told(tower: Tower, ride: Ride) -> list[str]:
    watch = tower.troubled.get(ride.pk)
    return [problem.text for problem in watch.problems] if watch else []


def test_most_urgent_request_comes_first_and_other_days_are_counted(base: Base, crew: SimpleNamespace) -> None:
    later, sooner = RideFactory(base=base, pickup_at=soon(90)), RideFactory(base=base, pickup_at=soon(20))
    confirmed = RideFactory(base=base, pickup_at=soon(50), state=RideState.CONFIRMED)
    RideFactory(base=base, pickup_at=soon(2 * 24 * 60))
    forgotten = RideFactory(base=base, pickup_at=soon(-3 * 24 * 60))
    RideFactory(base__code="toulon", pickup_at=soon(5))
    tower = seen(base)
    assert [request.ride for request in tower.requests] == [sooner, confirmed, later]
    assert tower.elsewhere == [(base.local(forgotten.pickup_at).date(), 1), (base.today() + timedelta(days=2), 1)]


def test_chosen_ride_of_another_day_brings_its_day(base: Base) -> None:
    ride = RideFactory(base=base, pickup_at=soon(2 * 24 * 60))
    assert seen(base, code=ride.code).day.on == base.today() + timedelta(days=2)
    assert seen(base, code="R-NOSUCH").day.on == base.today()


@pytest.mark.django_db
def test_base_in_another_zone_has_its_own_day() -> None:
    base = BaseFactory(code="noumea", time_zone="Pacific/Noumea")
    late = RideFactory(base=base, pickup_at=soon(60))  # 23:00 there
    tomorrow = RideFactory(base=base, pickup_at=soon(180))
    assert [request.ride for request in seen(base).requests] == [late]
    assert [request.ride for request in seen(base, on=base.today() + timedelta(days=1)).requests] == [late, tomorrow]


def test_nearest_free_driver_is_proposed_with_the_vehicle_they_have(base: Base, regulator: object) -> None:
    near, far = PlaceFactory(base=base, latitude=48.38, longitude=-4.5), PlaceFactory(base=base, latitude=48.45)
    by, off = DriverFactory(base=base), DriverFactory(base=base)
    VehicleFactory.create_batch(2, base=base)
    own = VehicleFactory(base=base, name="Own")
    for driver, place, vehicle in ((by, near, own), (off, far, VehicleFactory(base=base))):
        earlier = RideFactory(base=base, destination=place, pickup_at=soon(30), minutes=10, state=RideState.CONFIRMED)
        actions.assign(ride=earlier, driver=driver, vehicle=vehicle, by=regulator)
    RideFactory(base=base, origin=near, pickup_at=soon(120))
    proposals = seen(base).requests[0].proposals
    assert (proposals[0].driver, proposals[0].vehicle) == (by, own)
    assert proposals[0].minutes == 5 < proposals[1].minutes


def test_the_vehicle_of_the_shift_is_proposed_before_any_other(base: Base, crew: SimpleNamespace) -> None:
    larger = VehicleFactory(base=base, model=VehicleModelFactory(seats=8), name="Zzz")
    RideFactory(base=base, pickup_at=soon(30))
    assert seen(base).requests[0].proposals[0].vehicle == crew.vehicle
    Shift.objects.filter(driver=crew.driver).update(vehicle=larger)
    assert seen(base).requests[0].proposals[0].vehicle == larger


def test_proposals_are_what_the_action_accepts(base: Base, regulator: object) -> None:
    """One truth: every pair on the screen can be assigned, and each that is not says why and cannot."""
    drivers = [DriverFactory(base=base), DriverFactory(base=base, licence=None), DriverFactory(base=base)]
    LicenceFactory(driver=drivers[1], category="D")
    coach = VehicleModelFactory(name="Coach", seats=50, licence="D")
    VehicleFactory(base=base), VehicleFactory(base=base, model=coach)
    blocker = RideFactory(base=base, pickup_at=soon(60), state=RideState.CONFIRMED)
    actions.assign(ride=blocker, driver=drivers[2], vehicle=VehicleFactory(base=base), by=regulator)
    ride = RideFactory(base=base, pickup_at=soon(62), state=RideState.CONFIRMED, passengers=9)
    choice = detail_of(seen(base, code=ride.code)).choice
    assert [(p.driver, p.vehicle.model) for p in choice.proposals] == [(drivers[1], coach)]
    reasons = {candidate.name: candidate.obstacles for candidate in choice.impossible}
    assert any("on mission" in reason for reason in reasons[drivers[2].short_name])
    assert any("4 seats for 9 passengers" in reason for found in reasons.values() for reason in found)
    proposal = choice.proposals[0]
    actions.assign(ride=ride, driver=proposal.driver, vehicle=proposal.vehicle, by=regulator)


def test_ride_that_would_make_the_next_mission_late_is_not_proposed(base: Base, regulator: object) -> None:
    far = PlaceFactory(base=base, latitude=48.60, longitude=-4.50)
    driver, vehicle = DriverFactory(base=base), VehicleFactory(base=base)
    following = RideFactory(base=base, origin__latitude=48.38, pickup_at=soon(90), state=RideState.CONFIRMED)
    actions.assign(ride=following, driver=driver, vehicle=vehicle, by=regulator)
    ride = RideFactory(base=base, destination=far, pickup_at=soon(60), minutes=20)
    tower = seen(base, code=ride.code)
    assert tower.requests[0].proposals == []
    assert "No driver with a vehicle is free at that time" in told(tower, ride)
    (candidate,) = detail_of(tower).choice.drivers
    assert "min late for mission" in candidate.obstacles[0]


def test_driver_behind_time_is_not_free_before_the_ride_in_hand_is_done(
    base: Base, crew: SimpleNamespace, regulator: object
) -> None:
    running = RideFactory(base=base, pickup_at=soon(10), minutes=15, state=RideState.CONFIRMED)
    mission = actions.assign(ride=running, driver=crew.driver, vehicle=crew.vehicle, by=regulator)
    actions.acknowledge(mission=mission, by=crew.driver.user)
    actions.depart(ride=running, by=crew.driver.user)
    with time_machine.travel(timezone.now() + timedelta(minutes=40), tick=False):  # 30 minutes late, nobody on board
        ride = RideFactory(base=base, pickup_at=soon(10))
        (candidate,) = detail_of(seen(base, code=ride.code)).choice.drivers
        assert candidate.obstacles == [f"on mission {mission.code} from 12:05 to 12:55"]
        with pytest.raises(Refusal, match="from 12:05 to 12:55"):
            actions.assign(ride=ride, driver=crew.driver, vehicle=crew.vehicle, by=regulator, confirming=True)
        later = RideFactory(base=base, pickup_at=soon(30))
        assert detail_of(seen(base, code=later.code)).choice.proposals


def test_overdue_request_is_proposed_for_the_next_time_that_can_be_kept(base: Base, crew: SimpleNamespace) -> None:
    ride = RideFactory(base=base, pickup_at=soon(-10))
    (request,) = seen(base).requests
    assert request.promise == soon(6)
    assert told(seen(base), ride) == ["10 min late"]


def test_a_request_left_over_from_days_ago_is_judged_by_who_is_free_now(
    base: Base, crew: SimpleNamespace, regulator: object
) -> None:
    ride = RideFactory(base=base, pickup_at=soon(-3 * 24 * 60))
    tower = seen(base, code=ride.code)
    (request,) = tower.requests
    assert [proposal.crew for proposal in request.proposals] == [crew.pair]
    (proposal,) = detail_of(tower).choice.proposals
    actions.assign(
        ride=ride, driver=proposal.driver, vehicle=proposal.vehicle, by=regulator, pickup_at=request.promise,
        confirming=True,
    )  # fmt: skip


@pytest.mark.parametrize(("on", "hours"), [(date(2027, 3, 28), 23), (date(2026, 10, 25), 25), (date(2027, 1, 1), 24)])
def test_a_day_on_which_the_clocks_change_has_the_hours_that_pass(base: Base, on: date, hours: int) -> None:
    day = seen(base, on=on).day
    assert len(day.hours) == len(set(day.hours)) == hours
    assert base.local(day.hours[-1]).date() == on


def test_alerts_follow_the_clock(base: Base, crew: SimpleNamespace, regulator: object) -> None:
    ride = RideFactory(base=base, pickup_at=soon(30), state=RideState.CONFIRMED)
    mission = actions.assign(ride=ride, driver=crew.driver, vehicle=crew.vehicle, by=regulator)
    mission.refresh_from_db()
    assert told(seen(base), ride) == []
    with time_machine.travel(mission.starts_at - timedelta(minutes=5), tick=False):
        assert told(seen(base), ride) == ["The driver has not answered yet"]
        actions.acknowledge(mission=mission, by=crew.driver.user)
        assert told(seen(base), ride) == []
    with time_machine.travel(mission.starts_at + timedelta(minutes=3), tick=False):
        assert told(seen(base), ride) == ["Should have set off 3 min ago"]
        actions.depart(ride=ride, by=crew.driver.user)
        assert told(seen(base), ride) == []
    with time_machine.travel(ride.pickup_at + timedelta(minutes=4), tick=False):
        tower = seen(base)
        assert told(tower, ride) == ["4 min late"]
        assert [watch.ride for watch in tower.late] == [ride]
        actions.arrive(ride=ride, by=crew.driver.user)
        assert told(seen(base), ride) == []


def test_declined_ride_says_by_whom_until_it_is_given_away_again(
    base: Base, crew: SimpleNamespace, regulator: object
) -> None:
    ride = RideFactory(base=base, pickup_at=soon(60), state=RideState.CONFIRMED)
    mission = actions.assign(ride=ride, driver=crew.driver, vehicle=crew.vehicle, by=regulator)
    actions.decline(mission=mission, by=crew.driver.user, reason="vehicle")
    assert told(seen(base), ride) == [f"{crew.driver} declined: Vehicle problem"]
    actions.assign(ride=ride, driver=crew.driver, vehicle=crew.vehicle, by=regulator)
    with time_machine.travel(timezone.now() + timedelta(seconds=5), tick=False):
        actions.unassign(ride=ride, by=regulator, reason="replan")
    assert told(seen(base), ride) == []


def test_lanes_say_who_does_what(base: Base, crew: SimpleNamespace, regulator: object) -> None:
    ride = RideFactory(base=base, pickup_at=soon(10), state=RideState.CONFIRMED)
    mission = actions.assign(ride=ride, driver=crew.driver, vehicle=crew.vehicle, by=regulator)
    (lane,) = seen(base).drivers
    assert (lane.state, lane.vehicle, [bar.ride for bar in lane.bars]) == ("free", crew.vehicle, [ride])
    actions.acknowledge(mission=mission, by=crew.driver.user)
    actions.depart(ride=ride, by=crew.driver.user)
    (lane,) = seen(base).drivers
    assert (lane.state, lane.ride) == (RideState.APPROACHING, ride)
    assert [bar.ride for bar in seen(base).vehicles[0].bars] == [ride]


def test_history_tells_who_and_why(base: Base, crew: SimpleNamespace, regulator: object) -> None:
    ride = RideFactory(base=base, pickup_at=soon(60))
    rides.confirm(ride=ride, by=regulator)
    mission = actions.assign(ride=ride, driver=crew.driver, vehicle=crew.vehicle, by=regulator)
    actions.decline(mission=mission, by=crew.driver.user, reason="too_far", words="Stuck at the gate")
    history = detail_of(seen(base, code=ride.code)).history
    assert [line.text for line in history][:2] == ["Confirmed", f"Given to {crew.driver} with {crew.vehicle.name}"]
    assert (history[-1].who, history[-1].why, history[-1].words) == (
        str(crew.driver),
        "Cannot be there in time",
        "Stuck at the gate",
    )
    assert seen(base).announcement == f"{ride.code}: Declined by {crew.driver}"


def test_fragment_is_what_the_page_shows_afresh(client: Client, base: Base, regulator: object) -> None:
    ride = RideFactory(base=base, pickup_at=soon(60))
    DriverFactory(base=base), VehicleFactory(base=base)
    for address in ("/bases/brest/tower/", f"/bases/brest/tower/?ride={ride.code}&at=13:30"):
        page = BeautifulSoup(client.get(address).content, "html.parser").select_one("#live")
        fragment = BeautifulSoup(client.get(address, headers={"HX-Request": "true"}).content, "html.parser")
        for csrf in [*page.select("[name=csrfmiddlewaretoken]"), *fragment.select("[name=csrfmiddlewaretoken]")]:
            csrf.decompose()
        assert str(fragment).strip() == str(page)


@pytest.mark.parametrize(
    "look", ["day=yesterday", "ride=%00", "at=25:99", "day=9999-12-31", "day=0001-01-01", "ride=x&at=12:00"]
)
def test_nonsense_in_the_address_is_no_error(client: Client, base: Base, regulator: object, look: str) -> None:
    assert client.get(f"/bases/brest/tower/?{look}").status_code == 200


def test_customer_has_no_tower(client: Client, base: Base) -> None:
    client.force_login(UserFactory(base=base))
    assert client.get("/bases/brest/tower/").status_code == 404
