"""Who and what is free from A to B, and if not, why not: one truth, in one query each, for pages and actions alike."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.queries.stranded import stranded_of_driver
from dispatch.queries.tower import tower_of
from drivers.actions.absences import remove_absence
from drivers.models import Absence, Driver, Shift
from drivers.queries.availability import driver_availability
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.obstacles import Against
from fleet.commitments import Conflict, WayOut
from fleet.models import Reading, Unavailability, Vehicle
from fleet.queries.availability import vehicle_availability
from tests.factories import (
    AbsenceFactory,
    BaseFactory,
    DriverFactory,
    RegulatorFactory,
    RideFactory,
    ShiftFactory,
    VehicleFactory,
)
from tests.life.journeys import Journey, journey_to

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def base() -> Base:
    return BaseFactory(time_zone="Europe/Paris")


@pytest.fixture
def yann(base: Base) -> Driver:
    return DriverFactory(base=base, user__last_name="Le Gall", user__first_name="Yann")


@pytest.fixture
def zoe(base: Base) -> Vehicle:
    return VehicleFactory(base=base, name="Zoé")


@pytest.fixture
def start() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0) + 2 * HOUR


def said_of(driver: Driver, start: datetime, **wanted: Any) -> dict[str, str]:
    """Return every reason against the driver for an hour from then, by its kind."""
    found = driver_availability(driver.base, start, start + HOUR, **wanted)
    (answer,) = [one for one in found if one.row == driver]
    assert answer.is_free is not bool(answer.obstacles)
    return {obstacle.kind.value: str(obstacle) for obstacle in answer.obstacles}


def against(vehicle: Vehicle, start: datetime, **wanted: Any) -> dict[str, str]:
    found = vehicle_availability(vehicle.base, start, start + HOUR, **wanted)
    (answer,) = [one for one in found if one.row == vehicle]
    return {obstacle.kind.value: str(obstacle) for obstacle in answer.obstacles}


def notes(vehicle: Vehicle, start: datetime, **wanted: Any) -> list[str]:
    """Return why the vehicle is free for an hour from then, where the plan has it for somebody."""
    found = vehicle_availability(vehicle.base, start, start + HOUR, **wanted)
    return next(answer.notes for answer in found if answer.row == vehicle)


class TestADriver:
    def test_who_is_there_is_free(self, yann: Driver, start: datetime) -> None:
        assert said_of(yann, start, licence="B") == {}

    def test_off_duty(self, yann: Driver, start: datetime) -> None:
        yann.shifts.update(period=(start + HOUR / 2, start + 5 * HOUR))
        local = yann.base.local
        words = f"not on duty from {local(start):%H:%M} to {local(start + HOUR):%H:%M}"
        assert said_of(yann, start) == {"off_duty": words}
        assert said_of(yann, start + HOUR) == {}

    def test_on_a_break_with_its_times(self, yann: Driver, start: datetime) -> None:
        yann.shifts.update(breaks=[(start + HOUR / 2, start + HOUR)])
        local = yann.base.local
        words = f"on a break from {local(start + HOUR / 2):%H:%M} to {local(start + HOUR):%H:%M}"
        assert said_of(yann, start) == {"break": words}
        assert said_of(yann, start + HOUR) == {}, "the end is excluded"

    @pytest.mark.parametrize("end", [HOUR, None])
    def test_away_and_never_why(self, yann: Driver, start: datetime, end: timedelta | None) -> None:
        until = start + end if end else None
        Absence.objects.create(driver=yann, period=(start, until), kind="sick", note="Broken arm")
        assert said_of(yann, start) == {"away": "away"}
        assert said_of(yann, start + 3 * HOUR) == ({} if end else {"away": "away"})

    def test_a_licence_is_missing_or_has_ended(self, yann: Driver, start: datetime) -> None:
        assert said_of(yann, start, licence="D") == {"licence": "Y. Le Gall has no licence D"}
        day = yann.base.local(start).date()
        yann.licences.update(expires_on=day)
        assert said_of(yann, start, licence="B") == {}, "its last day is a whole day"
        yann.licences.update(expires_on=date(2026, 1, 31))
        assert said_of(yann, start, licence="B") == {"licence": "the licence B of Y. Le Gall ended on 01/31/2026"}

    def test_wheelchairs(self, yann: Driver, start: datetime) -> None:
        assert said_of(yann, start, wheelchairs=True) == {"training": "not trained for wheelchairs"}
        Driver.objects.update(wheelchair_trained=True)
        assert said_of(yann, start, wheelchairs=True) == {}
        Driver.objects.update(wheelchair_until=date(2026, 1, 31))
        ended = {"training": "training for wheelchairs ended on 01/31/2026"}
        assert said_of(yann, start, wheelchairs=True) == ended
        assert said_of(yann, start) == {}

    def test_no_longer_drives(self, yann: Driver, start: datetime) -> None:
        yann.user.memberships.all().delete()
        assert said_of(yann, start) == {"left": "no longer drives on this base"}


class TestAVehicle:
    def test_what_is_there_is_free(self, zoe: Vehicle, start: datetime) -> None:
        assert against(zoe, start) == {}

    def test_out_of_service_with_the_reason(self, zoe: Vehicle, start: datetime) -> None:
        Unavailability.objects.create(vehicle=zoe, period=(start, None), reason="lent")
        assert against(zoe, start) == {"out_of_service": "out of service: Lent out"}
        assert against(zoe, start - HOUR) == {}

    def test_overdue_on_that_day(self, zoe: Vehicle, start: datetime) -> None:
        Vehicle.objects.update(inspection_until=zoe.base.local(start).date())
        assert against(zoe, start) == {}
        assert list(against(zoe, start + 24 * HOUR)) == ["overdue"]

    def test_the_mileage_is_reached(self, zoe: Vehicle, start: datetime) -> None:
        Vehicle.objects.update(maintenance_due_km=20_000)
        assert against(zoe, start) == {}
        Reading.objects.create(vehicle=zoe, kind="check", read_at=timezone.now(), kilometres=20_000)
        assert against(zoe, start) == {"overdue": "maintenance due at 20,000 km, 20,000 km read"}

    def test_given_to_another_drivers_shift(self, zoe: Vehicle, yann: Driver, start: datetime) -> None:
        Shift.objects.filter(driver=yann).update(vehicle=zoe)
        assert list(against(zoe, start)) == ["given"]
        assert against(zoe, start)["given"].startswith("with Y. Le Gall from ")
        assert against(zoe, start, driver=yann.pk) == {}

    @pytest.mark.parametrize("end", [5 * HOUR, None])
    def test_given_to_who_is_away_it_is_free_and_says_so(
        self, zoe: Vehicle, yann: Driver, start: datetime, end: timedelta | None
    ) -> None:
        Shift.objects.filter(driver=yann).update(vehicle=zoe)
        until = start + end if end else None
        Absence.objects.create(driver=yann, period=(start, until), kind="sick", note="Broken arm")
        assert against(zoe, start) == {}
        (note,) = notes(zoe, start)
        assert note.startswith("planned for Y. Le Gall from ")
        assert note.endswith(", who is away")
        assert against(zoe, start, driver=yann.pk) == {}
        assert notes(zoe, start, driver=yann.pk) == []

    def test_given_to_who_is_away_for_a_part_it_is_not_free(self, zoe: Vehicle, yann: Driver, start: datetime) -> None:
        Shift.objects.filter(driver=yann).update(vehicle=zoe)
        Absence.objects.create(driver=yann, period=(start, start + HOUR / 2), kind="leave")
        assert list(against(zoe, start)) == ["given"]
        Absence.objects.create(driver=yann, period=(start + HOUR / 2, start + HOUR), kind="training")
        assert against(zoe, start) == {}, "away without a gap"
        assert list(against(zoe, start + HOUR)) == ["given"], "back again"

    @pytest.mark.parametrize("off", ["profile", "account", "role"])
    def test_given_to_who_no_longer_drives_it_is_free_and_says_so(
        self, zoe: Vehicle, yann: Driver, start: datetime, off: str
    ) -> None:
        Shift.objects.filter(driver=yann).update(vehicle=zoe)
        if off == "profile":
            Driver.objects.update(enabled=False)
        elif off == "account":
            User.objects.filter(pk=yann.user_id).update(is_active=False)
        else:
            yann.user.memberships.all().delete()
        assert against(zoe, start) == {}
        (note,) = notes(zoe, start)
        assert note.endswith(", who no longer drives")

    def test_no_longer_in_the_fleet(self, zoe: Vehicle, start: datetime) -> None:
        Vehicle.objects.update(enabled=False)
        assert against(zoe, start) == {"retired": "no longer in the fleet"}


def test_a_mission_takes_both() -> None:
    journey = journey_to("assigned")
    journey.mission.refresh_from_db()
    start = journey.mission.starts_at
    for kinds in (said_of(journey.driver, start), against(journey.vehicle, start)):
        assert kinds["busy"].startswith(f"on mission {journey.mission.code} from ")
    journey.mission.state, journey.mission.ended_at = "called_off", timezone.now()
    journey.mission.save()
    assert said_of(journey.driver, start) == against(journey.vehicle, start) == {}


@pytest.mark.parametrize("count", [3, 30])
def test_one_query_each_however_many(base: Base, start: datetime, count: int, django_assert_num_queries: Any) -> None:
    for driver in DriverFactory.create_batch(count, base=base):
        ShiftFactory(driver=driver, period=(start + 99 * HOUR, start + 100 * HOUR), vehicle=VehicleFactory(base=base))
        Absence.objects.create(driver=driver, period=(start, start + HOUR), kind="leave")
    with django_assert_num_queries(1):
        answers = driver_availability(base, start, start + HOUR, licence="D", wheelchairs=True)
        assert [len(answer.obstacles) for answer in answers] == [3] * count
    with django_assert_num_queries(1):
        assert len(vehicle_availability(base, start + 99 * HOUR, start + 100 * HOUR)) == count


def test_another_bases_are_not_asked(base: Base, yann: Driver, start: datetime) -> None:
    other = BaseFactory(code="toulon")
    assert driver_availability(other, start, start + HOUR) == []
    assert vehicle_availability(other, start, start + HOUR) == []


# --- on plans already made -----------------------------------------------------------------------------------------


def given(journey: Journey) -> None:
    other = DriverFactory(base=journey.base, user__first_name="Camille", shift=None)
    ShiftFactory(driver=other, period=journey.mission.period, vehicle=journey.vehicle)


LATER: dict[str, tuple[Callable[[Journey], Any], str, str]] = {
    "licence": (lambda j: j.driver.licences.update(expires_on=date(2020, 1, 1)), "the licence B of", "licence"),
    "break": (lambda j: j.driver.shifts.update(breaks=[j.mission.period]), "on a break from", "break"),
    "inspection": (
        lambda j: Vehicle.objects.update(inspection_until=date(2020, 1, 1)),
        "technical inspection held",
        "overdue",
    ),
    "given": (given, "with C. Durand", "given"),
}


@pytest.mark.parametrize("name", LATER)
def test_what_comes_in_the_way_of_a_plan_is_said(name: str) -> None:
    journey = journey_to("acknowledged")
    change, words, kind = LATER[name]
    change(journey)
    watched = tower_of(journey.base, now=timezone.now()).watched
    assert any(words in problem.text for watch in watched for problem in watch.problems)
    (one,) = stranded_of_driver(journey.driver)
    assert any(words in reason for reason in one.reasons)
    type(journey.mission).objects.update(overrule="They come in for it.", despite=["other"])
    assert stranded_of_driver(journey.driver), "it was kept for something else"
    type(journey.mission).objects.update(despite=[kind])
    assert stranded_of_driver(journey.driver) == []
    assert tower_of(journey.base, now=timezone.now()).watched == []


def test_the_timeline_shows_breaks_and_absences() -> None:
    base = BaseFactory()
    driver, now = DriverFactory(base=base), timezone.now()
    client = Client()
    client.force_login(RegulatorFactory(base=base))
    driver.shifts.update(breaks=[(now - HOUR / 2, now + HOUR / 2)])
    page = client.get(reverse("tower", args=[base.code])).content.decode()
    assert "timeline__out--break" in page
    assert "On a break" in page
    Absence.objects.create(driver=driver, period=(now - HOUR, None), kind="sick", note="Broken arm")
    page = client.get(reverse("tower", args=[base.code])).content.decode()
    assert ">Away<" in page
    assert "Broken arm" not in page
    assert "Sick" not in page


def test_the_tower_says_why_a_vehicle_of_somebody_away_can_be_taken(yann: Driver, zoe: Vehicle) -> None:
    ride = RideFactory(base=yann.base, state="confirmed")
    Shift.objects.filter(driver=yann).update(vehicle=zoe)
    Absence.objects.create(driver=yann, period=(timezone.now() - HOUR, None), kind="sick", note="Broken arm")
    client = Client()
    client.force_login(RegulatorFactory(base=yann.base))
    page = client.get(reverse("tower", args=[yann.base.code]), {"ride": ride.code}).content.decode()
    option = page.partition(f'<option value="{zoe.pk}">')[2].partition("</option>")[0]
    assert "planned for Y. Le Gall from" in option
    assert "who is away" in option


def test_who_comes_back_to_a_vehicle_that_was_given_away_is_a_conflict() -> None:
    """Their colleague drives with it: the regulator reads so before the absence goes."""
    journey = journey_to("assigned")
    journey.mission.refresh_from_db()
    other = DriverFactory(base=journey.base, shift=None)
    away = AbsenceFactory(driver=other, period=journey.mission.period, kind="leave")
    ShiftFactory(driver=other, period=journey.mission.period, vehicle=journey.vehicle)
    assert stranded_of_driver(journey.driver) == []
    by = RegulatorFactory(base=journey.base)
    with pytest.raises(Conflict, match=journey.ride.code), transaction.atomic():
        remove_absence(row=away, by=by)
    remove_absence(row=away, by=by, way_out=WayOut("keep", "They share it."))


def test_every_kind_has_words_for_the_history() -> None:
    assert all(str(kind.label) for kind in Against)
