"""Before a request is sent, its check says when nobody is free as things stand; it never stops anybody."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from echauffeur.bases.models import Base
from fleet.models import Unavailability, Vehicle
from tests.bookings.conftest import only_ride, send
from tests.factories import DriverFactory

SAID = 'id="nobody-free"'


def shown(client: Client, typed: dict[str, Any]) -> str:
    return str(client.get(send(client, typed).url).content.decode())


def test_without_a_driver(client: Client, typed: dict[str, Any]) -> None:
    assert SAID in shown(client, typed)


def test_without_a_vehicle(client: Client, base: Base, typed: dict[str, Any]) -> None:
    DriverFactory(base=base)
    now = timezone.now()
    period = (now, now + timedelta(days=1))
    Unavailability.objects.create(vehicle=Vehicle.objects.get(), period=period, reason="maintenance")
    assert SAID in shown(client, typed)


def test_nothing_when_somebody_is_free(client: Client, base: Base, typed: dict[str, Any]) -> None:
    DriverFactory(base=base)
    assert SAID not in shown(client, typed)


def test_it_never_stops_anybody(client: Client, typed: dict[str, Any]) -> None:
    address = send(client, typed).url
    assert client.post(address, typed).status_code == 302
    assert only_ride().state == "requested"


def test_it_costs_three_questions_however_many(
    client: Client, base: Base, typed: dict[str, Any], django_assert_num_queries: Any
) -> None:
    DriverFactory.create_batch(3, base=base)
    address = send(client, typed).url
    client.get(address)
    with django_assert_num_queries(30, exact=False) as few:
        client.get(address)
    DriverFactory.create_batch(27, base=base)
    with django_assert_num_queries(len(few)):
        client.get(address)
