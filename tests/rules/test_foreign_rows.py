"""Ids of another base's rows, in a form that one may send, are refused like ids that do not exist."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.models import Mission
from tests import factories
from tests.rules.doors import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.journey.regulator)
    return client


@pytest.fixture
def foreign() -> dict[str, int]:
    base = factories.BaseFactory(code="cherbourg")
    return {
        "driver": factories.DriverFactory(base=base).pk,
        "vehicle": factories.VehicleFactory(base=base).pk,
        "place": factories.PlaceFactory(base=base).pk,
    }


@pytest.mark.parametrize("field", ["driver", "vehicle"])
def test_no_crew_of_another_base(world: World, client: Client, foreign: dict[str, int], field: str) -> None:
    journey = world.journey
    client.post(reverse("ride-unassign", args=[journey.ride.code]), {"reason": "replan"})
    crew = {"driver": journey.driver.pk, "vehicle": journey.vehicle.pk} | {field: foreign[field]}
    response = client.post(reverse("ride-assign", args=[journey.ride.code]), crew)
    assert response.status_code == 422
    assert Mission.objects.live().count() == 0


@pytest.mark.parametrize("field", ["origin", "destination"])
@pytest.mark.parametrize("name", ["ride-request", "ride-request-for"])
def test_no_place_of_another_base(world: World, client: Client, foreign: dict[str, int], name: str, field: str) -> None:
    ride, base = world.journey.ride, world.journey.base
    form: dict[str, Any] = {"origin": ride.origin_id, "destination": ride.destination_id, "when": "asap"}
    form |= {"passengers": 1, "luggage": 0, "wheelchairs": 0, "passenger_name": "C. D.", "phone": "0612345678"}
    form |= {"base": base.code, "drawn_for": base.code, "tap": "7b0e3f5c-3a7e-4c63-9a4e-0d4c2f1b9a11"}
    assert client.post(world.address(name), form | {field: foreign["place"]}).status_code == 422
    assert client.post(world.address(name), form).status_code in {302, 303}, "the form is not otherwise wrong"
