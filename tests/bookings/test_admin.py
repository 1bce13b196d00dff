"""Rides in the administration: found by code, told by their journal, changed by nobody."""

import pytest
from django.test import Client
from django.urls import reverse

from bookings.actions import confirm
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from tests.factories import RegulatorFactory, RideFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(db: None) -> Client:
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def test_a_ride_is_found_and_its_journal_read(client: Client, base: Base, customer: User) -> None:
    ride = RideFactory(base=base, customer=customer)
    RideFactory(base=base)
    confirm(ride=ride, by=RegulatorFactory(base=base, last_name="Morvan"))
    found = client.get(reverse("admin:bookings_ride_changelist"), {"q": ride.code})
    assert [row.pk for row in found.context["cl"].result_list] == [ride.pk]
    page = client.get(reverse("admin:bookings_ride_change", args=[ride.pk])).content.decode()
    assert "Morvan" in page


def test_nobody_adds_changes_or_removes_one(client: Client, base: Base) -> None:
    ride = RideFactory(base=base)
    tries = {"add": [], "change": [ride.pk], "delete": [ride.pk]}
    refused = {
        name: client.post(reverse(f"admin:bookings_ride_{name}", args=args), {"state": "completed"}).status_code
        for name, args in tries.items()
    }
    assert set(refused.values()) == {403}
