"""The dashboard on the driver's phone: read at the start and the end of a shift, with and without a network."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from drivers.actions.patterns import save_pattern
from drivers.models import Shift
from echauffeur.journal.models import Entry
from fleet.actions.readings import remove_reading
from fleet.models import Reading, Vehicle
from tests.drivers.conftest import Duty
from tests.factories import (
    AbsenceFactory,
    DriverFactory,
    ManagerFactory,
    ReadingFactory,
    ShiftFactory,
    ShiftPatternFactory,
    VehicleFactory,
)

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def zoe(duty: Duty) -> Vehicle:
    vehicle: Vehicle = VehicleFactory(base=duty.driver.base, name="Zoé 1")
    return vehicle


def send(duty: Duty, vehicle: Vehicle, kind: str = "start", **fields: Any) -> HttpResponse:
    """Send a reading as the phone does."""
    data = {"tap": uuid4(), "claimed_at": timezone.now().isoformat(), "vehicle": vehicle.pk, "kilometres": 30_000}
    answer: Any = duty.client.post(reverse(f"reading-{kind}"), data | fields, headers=FRAGMENT)
    return answer


def vehicle_of_the_shift(duty: Duty) -> int | None:
    return Shift.objects.get(driver=duty.driver).vehicle_id


def test_the_start_of_a_shift_takes_the_vehicle_over(duty: Duty, zoe: Vehicle) -> None:
    answer = send(duty, zoe, energy_percent=80)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Zoé 1: 30,000 km, saved." in page
    reading = Reading.objects.get()
    assert (reading.kind, reading.by, reading.energy_percent) == ("start", duty.driver.user, 80)
    assert vehicle_of_the_shift(duty) == zoe.pk
    assert duty.driver.stream in Entry.objects.get(verb="read").streams


def test_a_tap_that_comes_again_after_its_reading_was_taken_out_says_so(duty: Duty, zoe: Vehicle) -> None:
    """The phone sends what it could not send before, and did not hear that it had arrived."""
    tap = uuid4()
    assert send(duty, zoe, tap=tap).status_code == 200
    remove_reading(row=Reading.objects.get(), by=ManagerFactory(base=duty.driver.base))
    answer = send(duty, zoe, tap=tap)
    assert answer.status_code == 409
    assert "took this reading out" in answer.content.decode()
    assert not Reading.objects.exists()


def test_the_end_of_a_shift_takes_nothing_over(duty: Duty, zoe: Vehicle) -> None:
    assert send(duty, zoe, "end").status_code == 200
    assert vehicle_of_the_shift(duty) is None


def test_a_shift_that_has_a_vehicle_keeps_it_and_the_driver_is_told(duty: Duty, zoe: Vehicle) -> None:
    planned = VehicleFactory(base=duty.driver.base)
    Shift.objects.update(vehicle=planned)
    page = send(duty, zoe).content.decode()
    assert "call the control room" in page
    assert vehicle_of_the_shift(duty) == planned.pk


def test_a_vehicle_that_somebody_else_has_by_plan_stays_theirs(duty: Duty, zoe: Vehicle) -> None:
    other = DriverFactory(base=duty.driver.base, shift=None)
    ShiftFactory(driver=other, vehicle=zoe)
    page = send(duty, zoe).content.decode()
    assert "call the control room" in page
    assert Reading.objects.count() == 1
    assert duty.driver.shifts.get().vehicle is None


def test_a_vehicle_that_somebody_away_has_by_plan_is_taken_over(duty: Duty, zoe: Vehicle) -> None:
    other = DriverFactory(base=duty.driver.base, shift=None)
    planned = ShiftFactory(driver=other, vehicle=zoe)
    AbsenceFactory(driver=other, period=(planned.period[0], None))
    assert "call the control room" not in send(duty, zoe).content.decode()
    assert vehicle_of_the_shift(duty) == zoe.pk
    assert other.shifts.get().vehicle is None


def test_a_shift_whose_vehicle_was_read_keeps_it_when_its_pattern_changes(duty: Duty, zoe: Vehicle) -> None:
    pattern = ShiftPatternFactory(driver=duty.driver)
    soon = timezone.now() + timedelta(minutes=30)
    on = duty.driver.base.local(soon).date()
    Shift.objects.update(period=(soon, soon + timedelta(hours=8)), pattern=pattern, on=on, by_hand=False)
    send(duty, zoe)
    save_pattern(pattern=pattern, by=duty.regulator)
    assert duty.driver.shifts.get(on=on).vehicle == zoe


def test_who_comes_early_reads_for_the_shift_to_come(duty: Duty, zoe: Vehicle) -> None:
    soon = timezone.now() + timedelta(minutes=30)
    Shift.objects.update(period=(soon, soon + timedelta(hours=8)))
    assert "Start of shift" in duty.client.get(reverse("my-day")).content.decode()
    send(duty, zoe)
    assert vehicle_of_the_shift(duty) == zoe.pk


def test_far_from_any_shift_nothing_is_asked(duty: Duty) -> None:
    later = timezone.now() + timedelta(hours=9)
    Shift.objects.update(period=(later, later + timedelta(hours=8)))
    assert "Kilometres and energy" not in duty.client.get(reverse("my-day")).content.decode()
    before = timezone.now() - timedelta(hours=3)
    Shift.objects.update(period=(before - timedelta(hours=8), before))
    assert "Kilometres and energy" in duty.client.get(reverse("my-day")).content.decode()


def test_the_same_tap_twice_is_one_reading_and_the_same_answer(duty: Duty, zoe: Vehicle) -> None:
    key, claimed_at = uuid4(), timezone.now().isoformat()
    for _ in range(2):
        assert send(duty, zoe, tap=key, claimed_at=claimed_at).status_code == 200
    assert Reading.objects.count() == 1
    assert Entry.objects.filter(verb="read").count() == 1
    answer = send(duty, zoe, tap=key, claimed_at=claimed_at, kilometres=30_001)
    assert answer.status_code == 422
    assert Reading.objects.count() == 1


def test_a_vehicle_renamed_meanwhile_is_still_the_same_tap(duty: Duty, zoe: Vehicle) -> None:
    key = uuid4()
    send(duty, zoe, tap=key)
    Vehicle.objects.filter(pk=zoe.pk).update(name="Zoé 1 bis")
    assert send(duty, zoe, tap=key).status_code == 200
    assert Reading.objects.count() == 1


def test_it_counts_from_the_tap_not_from_its_arrival(duty: Duty, zoe: Vehicle) -> None:
    tapped = timezone.now() - timedelta(hours=2)
    send(duty, zoe, claimed_at=tapped.isoformat())
    assert Reading.objects.get().read_at == tapped


def test_a_clock_that_is_ahead_reads_no_future(duty: Duty, zoe: Vehicle) -> None:
    assert send(duty, zoe, claimed_at=(timezone.now() + timedelta(hours=2)).isoformat()).status_code == 200
    assert Reading.objects.get().read_at <= timezone.now()


def test_what_was_refused_stays_typed_with_the_sentence_at_its_field(duty: Duty, zoe: Vehicle) -> None:
    ReadingFactory(vehicle=zoe, kilometres=30_500)
    answer = send(duty, zoe, kilometres=30_499)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "says 30,500 km" in page
    assert 'value="30499"' in page
    assert 'aria-invalid="true"' in page
    assert "id_start_sure" not in page


def test_what_is_refused_far_from_any_shift_stays_typed_too(duty: Duty, zoe: Vehicle) -> None:
    """The shift was moved while the phone had no network."""
    later = timezone.now() + timedelta(days=2)
    Shift.objects.update(period=(later, later + timedelta(hours=8)))
    answer = send(duty, zoe, kilometres=-1)
    assert answer.status_code == 422
    assert 'value="-1"' in answer.content.decode()


def test_a_jump_is_asked_about_and_then_believed(duty: Duty, zoe: Vehicle) -> None:
    ReadingFactory(vehicle=zoe, kilometres=30_000)
    answer = send(duty, zoe, kilometres=300_000)
    assert answer.status_code == 422
    assert "id_start_sure" in answer.content.decode()
    assert send(duty, zoe, kilometres=300_000, sure="on").status_code == 200


def test_the_shifts_own_vehicle_is_proposed_then_the_missions_then_the_one_that_was_read(
    duty: Duty, zoe: Vehicle
) -> None:
    def proposed() -> str:
        page = duty.client.get(reverse("my-day")).content.decode()
        return page.partition('id="id_start_vehicle"')[2].partition(" selected>")[2].partition("<")[0]

    mission = duty.give()
    assert proposed() == str(mission.vehicle)
    Shift.objects.update(vehicle=zoe)
    assert proposed() == str(zoe)
    other = VehicleFactory(base=duty.driver.base)
    ReadingFactory(vehicle=other, kind="start", by=duty.driver.user)
    assert proposed() == str(other)


def test_without_script_it_leads_back_to_the_day(duty: Duty, zoe: Vehicle) -> None:
    address = reverse("reading-start")
    answer: Any = duty.client.post(address, {"vehicle": zoe.pk, "kilometres": 30_000})
    assert (answer.status_code, answer.url) == (302, reverse("my-day"))
    assert duty.client.get(address).status_code == 302
