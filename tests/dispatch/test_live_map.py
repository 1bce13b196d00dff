"""The live map: who stands on it, in which state, found by which words; and that a full one asks no more."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.models import Ride
from dispatch import actions
from dispatch.models import Mission
from dispatch.queries.live_map import Crew, Group, LiveMap, live_map_of
from drivers.models import Driver, Shift
from echauffeur.accounts.actions.roles import withdraw
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from tests.factories import AbsenceFactory, BaseFactory, DriverFactory, RegulatorFactory, VehicleFactory
from tracking.positions import Position, keep_and_tell

pytestmark = pytest.mark.django_db
MAP = "/bases/brest/map/"


def seen(base: Base, **look: object) -> LiveMap:
    return live_map_of(base, now=timezone.now(), **look)


def only(base: Base) -> Crew:
    (crew,) = seen(base).crews
    return crew


def names(live_map: LiveMap) -> list[str]:
    return [crew.driver.user.last_name for crew in live_map.shown]


def stand(driver: Driver, seconds: int = 5, latitude: float = 48.38) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=seconds)
    keep_and_tell(driver.base_id, [Position(driver.pk, latitude, -4.49, at, 90)], until=at + timedelta(hours=1))


@pytest.fixture
def driver(base: Base) -> Driver:
    driver: Driver = DriverFactory(base=base)
    return driver


def test_a_ride_is_seen_from_the_way_to_it_until_its_end(assigned: Ride, base: Base, crew: SimpleNamespace) -> None:
    by = crew.driver.user
    before = only(base)
    assert (before.state, before.coming, before.stop) == ("free", assigned, None)
    assert before.vehicle == crew.vehicle
    actions.acknowledge(mission=Mission.objects.get(), by=by)
    for step, state in ((actions.depart, "approaching"), (actions.arrive, "waiting"), (actions.board, "on_board")):
        assigned.refresh_from_db()
        step(ride=assigned, by=by)
        now = only(base)
        assert (now.state, now.ride, now.coming) == (state, assigned, None)
    assert now.stop.label == assigned.destination.name
    assert [stop.done_at is None for stop in now.work.stops] == [False, True]


def test_who_is_not_on_duty_is_not_on_the_map(base: Base, regulator: object) -> None:
    DriverFactory(base=base, shift=None)
    DriverFactory(base=base, enabled=False)
    left = DriverFactory(base=base)
    manager = RegulatorFactory(base=base, is_superuser=True)
    withdraw(user=left.user, base=base, role=Role.DRIVER, by=manager)
    DriverFactory(base=BaseFactory(code="toulon"))
    assert seen(base).crews == []


def test_a_break_and_leave_are_said(base: Base) -> None:
    now = timezone.now()
    pausing, away = DriverFactory.create_batch(2, base=base)
    Shift.objects.filter(driver=pausing).update(breaks=[(now - timedelta(minutes=5), now + timedelta(minutes=5))])
    AbsenceFactory(driver=away, period=(now - timedelta(hours=1), None), kind="sick")
    assert {crew.driver: (crew.state, str(crew.state_label)) for crew in seen(base).crews} == {
        pausing: ("break", "On a break"),
        away: ("off", "Away"),
    }
    assert len(seen(base, group=Group.IDLE).shown) == 2


def test_the_vehicle_of_the_shift_is_theirs(driver: Driver, base: Base) -> None:
    assert only(base).vehicle is None
    vehicle = VehicleFactory(base=base)
    Shift.objects.filter(driver=driver).update(vehicle=vehicle)
    assert only(base).vehicle == vehicle


def test_a_position_is_seen_unless_sharing_is_off(driver: Driver, base: Base) -> None:
    assert only(base).position is None
    stand(driver)
    assert only(base).position.heading == 90
    Driver.objects.update(sharing=False)
    assert only(base).position is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("kerbrat", 1),
        ("KERBRÀT", 1),
        ("zoe 77", 1),
        ("zz-777", 1),
        ("kerbrat zoe", 1),
        ("kerbrat other", 0),
        ("free", 2),
    ],
)
def test_words_find_whom_the_list_says(base: Base, words: str, found: int) -> None:
    named, _other = DriverFactory(base=base, user__last_name="Kerbrat"), DriverFactory(base=base)
    vehicle = VehicleFactory(base=base, name="Zoé 77", plate="ZZ-777-ZZ")
    Shift.objects.filter(driver=named).update(vehicle=vehicle)
    assert len(seen(base, words=words).shown) == found


def test_groups_say_how_many_they_would_show(base: Base) -> None:
    seen_driver, _unseen = DriverFactory(base=base, user__last_name="A"), DriverFactory(base=base, user__last_name="B")
    stand(seen_driver)
    counts = dict(seen(base).groups)
    assert (counts[Group.FREE], counts[Group.UNSEEN], counts[Group.WAITING]) == (2, 1, 0)
    assert names(seen(base, group=Group.UNSEEN)) == ["B"]
    assert names(seen(base, group=Group.WAITING)) == []


@pytest.mark.parametrize("nonsense", ["?state=flying", "?crew=x", "?crew=-1", "?q=%00", "?crew=99999999999999999999"])
def test_nonsense_in_the_address_asks_for_nothing(
    client: Client, regulator: object, driver: Driver, nonsense: str
) -> None:
    answer = client.get(MAP + nonsense)
    assert answer.status_code == 200
    assert f'id="crew-{driver.pk}"' in answer.content.decode()


def test_a_driver_of_another_base_cannot_be_chosen(client: Client, regulator: object, driver: Driver) -> None:
    other = DriverFactory(base=BaseFactory(code="toulon"))
    page = client.get(f"{MAP}?crew={other.pk}").content.decode()
    assert "data-selected" not in page
    assert other.user.last_name not in page
    assert "data-selected" in client.get(f"{MAP}?crew={driver.pk}").content.decode()


def test_a_full_map_asks_no_more_than_a_quiet_one(client: Client) -> None:
    quiet, full = BaseFactory(code="quiet"), BaseFactory(code="full")
    for base, size in ((quiet, 10), (full, 100)):
        for driver in DriverFactory.create_batch(size, base=base):
            Shift.objects.filter(driver=driver).update(vehicle=VehicleFactory(base=base))
            stand(driver)
    counts = []
    for base in (quiet, full):
        client.force_login(RegulatorFactory(base=base))
        address = f"/bases/{base.code}/map/?crew={base.drivers.first().pk}"
        for headers in ({}, {"HX-Request": "true"}):
            client.get(address, headers=headers)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address, headers=headers).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 14
