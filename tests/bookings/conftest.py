"""A base with two places and a car, and a customer who is signed in."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Ride
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base, Place
from tests.factories import BaseFactory, PlaceFactory, UserFactory, VehicleFactory


@pytest.fixture
def base(db: None) -> Base:
    base: Base = BaseFactory()
    VehicleFactory(base=base)
    return base


@pytest.fixture
def gate(base: Base) -> Place:
    place: Place = PlaceFactory(base=base, name="Porte Nord", latitude=48.39, longitude=-4.49)
    return place


@pytest.fixture
def hospital(base: Base) -> Place:
    place: Place = PlaceFactory(base=base, name="Hôpital", aliases=["HIA"], latitude=48.37, longitude=-4.50)
    return place


@pytest.fixture
def customer(base: Base) -> User:
    user: User = UserFactory(base=base)
    return user


@pytest.fixture
def client(customer: User) -> Client:
    """The customer's browser, signed in."""
    client = Client()
    client.force_login(customer)
    return client


@pytest.fixture
def typed(base: Base, gate: Place, hospital: Place) -> dict[str, Any]:
    """What a form sends whose every field is right: in two hours, from the gate to the hospital."""
    moment = base.local(timezone.now() + timedelta(hours=2))
    return {
        "base": base.code,
        "drawn_for": base.code,
        "draft": "",
        "origin": gate.pk,
        "destination": hospital.pk,
        "latitude": "",
        "longitude": "",
        "when": "at",
        "day": f"{moment:%Y-%m-%d}",
        "clock": f"{moment:%H:%M}",
        "passengers": 2,
        "luggage": 1,
        "wheelchairs": 0,
        "passenger_name": "Camille Durand",
        "phone": "06 12 34 56 78",
        "note": "Blue door",
    }


def send(client: Client, typed: dict[str, Any]) -> Any:
    """Send the form and return the answer, not followed."""
    return client.post(reverse("ride-request"), typed)


def check(client: Client, typed: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Go to the check; return its address and what its form sends."""
    address = send(client, typed).url
    return address, hidden(client.get(address))


def hidden(response: HttpResponse) -> dict[str, str]:
    """Return the hidden fields of the page's own form."""
    form = response.content.decode().partition('<form class="form__actions"')[2].partition("</form>")[0]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def only_ride() -> Ride:
    return Ride.objects.get()
