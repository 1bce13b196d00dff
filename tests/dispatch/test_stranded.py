"""What a change of driver or vehicle leaves undriven is said to whoever made it, and nothing is taken off."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.models import Mission
from dispatch.queries.stranded import stranded_of_driver, stranded_of_model, stranded_of_vehicle
from drivers.models import Driver
from fleet.models import Vehicle, VehicleModel
from tests.factories import ManagerFactory, UnavailabilityFactory
from tests.life.journeys import Journey, journey_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey() -> Journey:
    return journey_to("assigned")


Break = Callable[[Journey], Any]
BREAKS: dict[str, tuple[Break, str]] = {
    "driver off": (lambda j: Driver.objects.update(enabled=False), "no longer drives on this base"),
    "off duty": (lambda j: j.driver.shifts.all().delete(), "not on duty"),
    "no licence": (lambda j: j.driver.licences.all().delete(), "no licence B"),
    "vehicle off": (lambda j: Vehicle.objects.update(enabled=False), "no longer in the fleet"),
    "other licence": (lambda j: VehicleModel.objects.update(licence="D"), "no licence D"),
}


@pytest.mark.parametrize("why", BREAKS)
def test_every_reason_is_said(journey: Journey, why: str) -> None:
    assert all_stranded(journey) == []
    change, reason = BREAKS[why]
    change(journey)
    found = all_stranded(journey)
    assert {(one.mission, one.ride) for one in found} == {(journey.mission, journey.ride)}
    assert all(reason in " ".join(one.reasons) for one in found)


def all_stranded(journey: Journey) -> list[Any]:
    driver, vehicle = Driver.objects.get(pk=journey.driver.pk), Vehicle.objects.get(pk=journey.vehicle.pk)
    return [
        *stranded_of_driver(driver),
        *stranded_of_vehicle(vehicle),
        *stranded_of_model(vehicle.model, journey.base),
    ]


@pytest.mark.parametrize("state", ["completed", "cancelled", "confirmed"])
def test_what_is_over_or_has_no_driver_is_not_stranded(state: str) -> None:
    journey = journey_to(state)
    Driver.objects.update(enabled=False)
    assert Driver.objects.count() == 0 or stranded_of_driver(Driver.objects.get()) == []
    assert journey.ride.state == state


def test_a_breakdown_that_is_over_strands_nothing(journey: Journey) -> None:
    now = timezone.now()
    UnavailabilityFactory(vehicle=journey.vehicle, period=(now - timedelta(days=2), now - timedelta(days=1)))
    assert all_stranded(journey) == []


class TestOnThePages:
    @pytest.fixture
    def client(self, journey: Journey) -> Client:
        client = Client()
        client.force_login(ManagerFactory(base=journey.base))
        return client

    @pytest.fixture
    def tower(self, journey: Journey) -> str:
        return f"{reverse('tower', args=[journey.base.code])}?ride={journey.ride.code}"

    def test_what_time_alone_stranded(self, client: Client, journey: Journey, tower: str) -> None:
        """Nobody changed anything: a licence ran out on a plan already made."""
        journey.driver.licences.update(expires_on="2020-01-01")
        page = client.get(reverse("base-driver", args=[journey.base.code, journey.driver.pk])).content.decode()
        assert tower in page
        assert "the licence B of" in page
        Mission.objects.update(overrule="The new one is in the post.", despite=["licence"])
        assert (
            tower
            not in client.get(reverse("base-driver", args=[journey.base.code, journey.driver.pk])).content.decode()
        )


def test_nothing_planned_costs_one_question(journey: Journey, django_assert_num_queries: Any) -> None:
    journey_vehicle = journey.vehicle
    journey.mission.state, journey.mission.ended_at = "done", timezone.now()
    journey.mission.save()
    with django_assert_num_queries(1):
        assert stranded_of_vehicle(journey_vehicle) == []
