"""The tower asks the same few questions of the database, however full the day."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Ride
from tests.dispatch.days import busy_day
from tests.factories import ManagerFactory, RegulatorFactory, UserFactory

pytestmark = pytest.mark.django_db
MOST = 12


def asked(client: Client, address: str, **headers: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, headers=headers).status_code == 200
    return len(queries)


@pytest.fixture
def full_and_quiet(client: Client) -> list[str]:
    quiet, full = busy_day("quiet", 10), busy_day("full", 300)
    regulator = RegulatorFactory(base=quiet)
    RegulatorFactory._meta.model.objects.get(pk=regulator.pk).memberships.create(base=full, role="regulator")
    client.force_login(regulator)
    return ["/bases/quiet/tower/", "/bases/full/tower/"]


def test_page_costs_the_same_at_ten_rides_and_at_three_hundred(client: Client, full_and_quiet: list[str]) -> None:
    quiet, full = (asked(client, address) for address in full_and_quiet)
    assert quiet == full <= MOST


def test_fragment_with_a_chosen_ride_costs_no_more(client: Client, full_and_quiet: list[str]) -> None:
    counts = []
    for address in full_and_quiet:
        code = Ride.objects.filter(base__code=address.split("/")[2], state="requested").first().code
        counts.append(asked(client, f"{address}?ride={code}", **{"HX-Request": "true"}))
    assert counts[0] == counts[1] <= MOST


def test_ride_of_another_day_stays_within_the_budget(client: Client, full_and_quiet: list[str]) -> None:
    ride = Ride.objects.filter(base__code="full", state="requested").first()
    Ride.objects.filter(pk=ride.pk).update(pickup_at=ride.pickup_at.replace(year=ride.pickup_at.year + 1))
    assert asked(client, f"{full_and_quiet[1]}?ride={ride.code}") <= MOST


@pytest.mark.parametrize("persona", ["manager", "administrator"])
def test_others_who_see_it_ask_no_more(client: Client, persona: str) -> None:
    base = busy_day("quiet", 10)
    person = ManagerFactory(base=base) if persona == "manager" else UserFactory(base=base, is_superuser=True)
    client.force_login(person)
    assert asked(client, "/bases/quiet/tower/") <= MOST
