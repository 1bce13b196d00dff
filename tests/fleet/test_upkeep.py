"""The vehicles as whoever plans sees them: what is due, what was read, what is done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry
from fleet.models import Reading, Unavailability, Vehicle
from tests.factories import ReadingFactory, RegulatorFactory, UnavailabilityFactory, VehicleFactory
from tests.life.journeys import journey_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def regulator(base: Base) -> User:
    regulator: User = RegulatorFactory(base=base)
    return regulator


@pytest.fixture
def control(regulator: User) -> Client:
    """A browser in which a regulator is signed in."""
    client = Client()
    client.force_login(regulator)
    return client


@pytest.fixture
def overdue(base: Base) -> Vehicle:
    vehicle: Vehicle = VehicleFactory(
        base=base, name="Zoé 1", inspection_until=base.today() - timedelta(days=1), maintenance_due_km=31_000
    )
    ReadingFactory(vehicle=vehicle, kilometres=30_500, energy_percent=12)
    return vehicle


class TestTheList:
    def test_what_presses_comes_first_with_what_to_do(self, control: Client, base: Base, overdue: Vehicle) -> None:
        VehicleFactory(base=base, name="Alpha")
        out = UnavailabilityFactory(vehicle__base=base, vehicle__name="Zorro").vehicle
        page = control.get(reverse("planning-vehicles", args=[base.code])).content.decode()
        order = [page.index(f'id="fleet-{pk}"') for pk in (out.pk, overdue.pk)]
        assert order == sorted(order) < [page.index("Alpha")]
        for words in (
            "Technical inspection held until",
            "Maintenance due at 31,000 km, 30,500 km read",
            "12 % energy left",
        ):
            assert words in page
        assert page.count(reverse("planning-vehicle-done", args=[base.code, overdue.pk])) == 1

    def test_the_managers_list_says_it_too(self, client: Client, base: Base, overdue: Vehicle) -> None:
        page = client.get(reverse("base-vehicles", args=[base.code])).content.decode()
        assert "Technical inspection held until" in page
        assert "In service" not in page

    def test_it_asks_no_more_for_many(self, control: Client, base: Base, django_assert_max_num_queries: Any) -> None:
        for vehicle in VehicleFactory.create_batch(100, base=base, inspection_until=base.today()):
            ReadingFactory(vehicle=vehicle)
        with django_assert_max_num_queries(8):
            control.get(reverse("planning-vehicles", args=[base.code]))


class TestDone:
    def send(self, client: Client, vehicle: Vehicle, **typed: Any) -> HttpResponse:
        answer: Any = client.post(reverse("planning-vehicle-done", args=[vehicle.base.code, vehicle.pk]), typed)
        return answer

    def test_the_next_dates_are_written_and_told(self, control: Client, base: Base, overdue: Vehicle) -> None:
        following = base.today() + timedelta(days=365)
        typed = {"inspection_until": following.isoformat(), "maintenance_due_km": 50_000}
        assert self.send(control, overdue, **typed).status_code == 303
        overdue.refresh_from_db()
        assert (overdue.inspection_until, overdue.maintenance_due_km) == (following, 50_000)
        entry = Entry.objects.get()
        assert (entry.party, entry.data["fields"]) == ("regulator", ["inspection_until", "maintenance_due_km"])

    @pytest.mark.parametrize(
        ("field", "days"), [("inspection_until", -2), ("maintenance_due_on", -1), ("maintenance_due_km", None)]
    )
    def test_what_would_be_over_at_once_is_refused(
        self, control: Client, base: Base, overdue: Vehicle, field: str, days: int | None
    ) -> None:
        limit = 30_500 if days is None else (base.today() + timedelta(days=days)).isoformat()
        answer = self.send(control, overdue, **{field: limit})
        assert answer.status_code == 422
        assert "Write when it is due next." in answer.content.decode()
        assert not Entry.objects.exists()

    def test_of_two_that_are_overdue_one_may_be_done_first(self, control: Client, base: Base, overdue: Vehicle) -> None:
        Vehicle.objects.update(maintenance_due_km=30_000)
        before, following = overdue.inspection_until, base.today() + timedelta(days=365)
        assert before
        as_it_was = {"inspection_until": before.isoformat(), "maintenance_due_km": 30_000}
        assert self.send(control, overdue, **as_it_was).status_code == 422, "nothing was done"
        assert self.send(control, overdue, **(as_it_was | {"maintenance_due_km": 45_000})).status_code == 303
        overdue.refresh_from_db()
        assert (overdue.inspection_until, overdue.maintenance_due_km) == (before, 45_000)
        assert self.send(control, overdue, inspection_until=following.isoformat()).status_code == 303

    def test_a_date_before_a_planned_mission_asks_what_becomes_of_it(self) -> None:
        with time_machine.travel(datetime(2026, 11, 30, 8, tzinfo=UTC), tick=False):
            journey = journey_to("assigned", minutes=25 * 60)
            client = Client()
            client.force_login(journey.regulator)
            typed = {"inspection_until": journey.base.today().isoformat()}
            answer = self.send(client, journey.vehicle, **typed)
            assert answer.status_code == 422
            assert 'value="release"' in answer.content.decode()
            seen = {"way_out": "release", "way_out_seen": journey.ride.code}
            assert self.send(client, journey.vehicle, **typed, **seen).status_code == 303
        journey.ride.refresh_from_db()
        assert journey.ride.state == "confirmed"

    def test_what_is_back_from_the_workshop_goes_into_service(
        self, control: Client, base: Base, overdue: Vehicle
    ) -> None:
        out = UnavailabilityFactory(vehicle=overdue, reason="inspection")
        typed = {"inspection_until": (base.today() + timedelta(days=700)).isoformat()}
        assert self.send(control, overdue, **typed).status_code == 303
        assert Unavailability.objects.get(pk=out.pk).period.upper > timezone.now()
        assert self.send(control, overdue, **typed, back="on").status_code == 303
        assert Unavailability.objects.get(pk=out.pk).period.upper <= timezone.now()


class TestReadings:
    def address(self, vehicle: Vehicle) -> str:
        return reverse("planning-readings", args=[vehicle.base.code, vehicle.pk])

    def test_a_regulator_adds_one(self, control: Client, overdue: Vehicle, regulator: User) -> None:
        page = control.get(self.address(overdue)).content.decode()
        assert "30,500 km" in page
        now = timezone.localtime(timezone.now(), overdue.base.zone)
        typed = {"kilometres": 30_600, "kind": "check", "read_at": f"{now:%Y-%m-%dT%H:%M}", "energy_percent": 90}
        answer: Any = control.post(self.address(overdue), typed)
        assert (answer.status_code, answer.url) == (303, self.address(overdue))
        reading = Reading.objects.first()
        assert reading is not None
        assert (reading.kilometres, reading.energy_percent, reading.by) == (30_600, 90, regulator)
        assert Entry.objects.get().party == "regulator"
        assert "100 km" in control.get(self.address(overdue)).content.decode()

    def test_a_jump_shows_the_box_to_tick(self, control: Client, overdue: Vehicle) -> None:
        now = timezone.localtime(timezone.now(), overdue.base.zone)
        typed = {"kilometres": 90_000, "kind": "check", "read_at": f"{now:%Y-%m-%dT%H:%M}"}
        assert "id_sure" not in control.get(self.address(overdue)).content.decode()
        answer = control.post(self.address(overdue), typed)
        assert answer.status_code == 422
        assert 'id="id_sure"' in answer.content.decode()
        assert control.post(self.address(overdue), typed | {"sure": "on"}).status_code == 303

    def test_a_manager_takes_a_wrong_one_out_a_regulator_does_not(
        self, client: Client, control: Client, base: Base, overdue: Vehicle
    ) -> None:
        address = reverse("planning-reading-remove", args=[base.code, Reading.objects.get().pk])
        assert address not in control.get(self.address(overdue)).content.decode()
        assert control.post(address).status_code == 404
        assert address in client.get(self.address(overdue)).content.decode()
        assert "The journal keeps" in client.get(address).content.decode()
        assert client.post(address).status_code == 303
        assert not Reading.objects.exists()
        assert Entry.objects.get().verb == "remove_reading"
