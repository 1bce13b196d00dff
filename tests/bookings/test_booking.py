"""From the empty form to the request: two plain forms, nothing lost, one ride per wish."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from bookings.models import Ride
from bookings.states import RideState
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base, Place
from tests.bookings.conftest import check, only_ride, send
from tests.factories import PASSWORD, BaseFactory, PlaceFactory, RideFactory, UserFactory, VehicleFactory

pytestmark = pytest.mark.django_db
Typed = dict[str, Any]


def test_a_ride_is_asked_for_in_two_steps(client: Client, typed: Typed, customer: User) -> None:
    address, fields = check(client, typed)
    assert not Ride.objects.exists()
    answer = client.post(address, fields)
    ride = only_ride()
    assert answer.url == reverse("ride", args=[ride.code])
    assert (ride.customer, ride.state, ride.note) == (customer, RideState.REQUESTED, "Blue door")
    assert (ride.origin_label, ride.destination.name, ride.phone) == ("Porte Nord", "Hôpital", "+33612345678")
    assert f"{ride.base.local(ride.pickup_at):%Y-%m-%d %H:%M}" == f"{typed['day']} {typed['clock']}"


def test_the_check_says_what_is_asked_of_whom(client: Client, typed: Typed) -> None:
    page = client.get(send(client, typed).url).content.decode()
    for words in (
        "The control room of Brest decides",
        "06 12 34 56 78",
        "(estimated)",
        "day and night",
        typed["clock"],
    ):
        assert words in page


def test_as_soon_as_possible_ignores_day_and_hour(client: Client, typed: Typed) -> None:
    address, fields = check(client, typed | {"when": "asap", "day": "", "clock": "99:99"})
    client.post(address, fields)
    assert only_ride().asap


def test_the_same_confirmation_twice_makes_one_ride(client: Client, typed: Typed) -> None:
    address, fields = check(client, typed)
    first, second = client.post(address, fields), client.post(address, fields)
    assert first.url == second.url
    only_ride()


def test_the_same_key_with_another_wish_is_refused_and_kept(client: Client, typed: Typed) -> None:
    address, fields = check(client, typed)
    client.post(address, fields)
    answer = client.post(address, fields | {"passengers": "3"})
    assert answer.status_code == 422
    assert "already used" in answer.content.decode()
    assert only_ride().passengers == 2


@pytest.mark.django_db(transaction=True)
def test_a_double_click_that_arrives_at_once_makes_one_ride(client: Client, typed: Typed) -> None:
    address, fields = check(client, typed)

    def confirm(_n: int) -> str:
        twin = Client()
        twin.cookies = client.cookies
        try:
            return str(twin.post(address, fields).url)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        addresses = set(pool.map(confirm, range(8)))
    assert addresses == {reverse("ride", args=[only_ride().code])}


def test_going_back_shows_what_was_typed(client: Client, typed: Typed) -> None:
    check(client, typed)
    page = client.get(reverse("ride-request")).content.decode()
    assert "Blue door" in page
    assert "You had begun this request" in page


def test_after_the_ride_is_asked_for_the_form_is_empty_and_the_check_leads_to_the_ride(
    client: Client, typed: Typed
) -> None:
    address, fields = check(client, typed)
    client.post(address, fields)
    assert "Blue door" not in client.get(reverse("ride-request")).content.decode()
    assert client.get(address).url == reverse("ride", args=[only_ride().code])


def test_a_change_takes_the_place_of_what_it_changed(client: Client, typed: Typed) -> None:
    address, _fields = check(client, typed)
    key = address.rstrip("/").rpartition("/")[2]
    again = client.get(f"{reverse('ride-request')}?draft={key}")
    assert again.context["form"]["note"].value() == "Blue door"
    address, fields = check(client, typed | {"draft": key, "note": "Red door"})
    client.post(address, fields)
    assert "door" not in client.get(reverse("ride-request")).content.decode()


def test_two_tabs_book_two_rides(client: Client, typed: Typed) -> None:
    one, other = check(client, typed), check(client, typed | {"note": "Red door"})
    for address, fields in (other, one):
        client.post(address, fields)
    assert set(Ride.objects.values_list("note", flat=True)) == {"Blue door", "Red door"}


def test_a_session_that_ends_before_the_confirmation_loses_nothing(
    client: Client, typed: Typed, customer: User
) -> None:
    address, fields = check(client, typed)
    client.session.flush()
    to_sign_in = client.post(address, fields)
    assert not Ride.objects.exists()
    signed_in = client.post(to_sign_in.url, {"username": customer.email, "password": PASSWORD, "next": address})
    assert signed_in.url == address
    kept = client.get(address)
    assert "Blue door" in kept.content.decode()
    client.post(address, fields)
    only_ride()


def test_a_session_that_ends_before_the_check_loses_nothing(client: Client, typed: Typed, customer: User) -> None:
    client.session.flush()
    to_sign_in = send(client, typed)
    client.post(to_sign_in.url, {"username": customer.email, "password": PASSWORD})
    assert client.get(reverse("ride-request")).context["form"]["note"].value() == "Blue door"


def test_a_check_that_nobody_began_leads_to_a_new_form(client: Client) -> None:
    unknown = reverse("ride-check", args=["00000000-0000-4000-8000-000000000000"])
    assert client.get(unknown).url == reverse("ride-request")
    assert client.post(unknown, {}).url == reverse("ride-request")


def test_a_wish_that_the_rules_forbid_meanwhile_is_shown_again(client: Client, typed: Typed, gate: Place) -> None:
    address, fields = check(client, typed)
    gate.enabled = False
    gate.save()
    answer = client.post(address, fields)
    assert answer.status_code == 422
    assert "not served any more" in answer.content.decode()


def test_the_base_chosen_is_remembered_and_what_was_typed_stays(client: Client, typed: Typed, customer: User) -> None:
    BaseFactory(code="toulon")
    page = send(client, typed | {"base": "toulon"})
    assert page.context["form"]["note"].value() == "Blue door"
    assert not page.context["form"].errors
    customer.refresh_from_db()
    assert customer.base is not None
    assert customer.base.code == "toulon"


def test_looking_at_another_base_leaves_ones_own(client: Client, customer: User, base: Base) -> None:
    toulon = BaseFactory(code="toulon")
    page = client.get(reverse("ride-request"), {"base": toulon.code})
    assert page.context["form"].served == toulon
    customer.refresh_from_db()
    assert customer.base == base


def test_who_has_no_base_chooses_one(base: Base) -> None:
    client = Client()
    client.force_login(UserFactory(base=None))
    assert "On which base" in client.get(reverse("ride-request")).content.decode()
    page = client.post(reverse("ride-request"), {"base": base.code})
    assert page.context["form"].served == base


def test_booking_again_and_the_way_back(client: Client, customer: User, base: Base) -> None:
    ride = RideFactory(customer=customer, base=base, passengers=3)
    address = f"{reverse('ride-request')}?again={ride.code}"
    again, back = client.get(address).context["form"], client.get(f"{address}&back").context["form"]
    assert [again[name].value() for name in ("origin", "destination")] == [ride.origin_id, ride.destination_id]
    assert [back[name].value() for name in ("origin", "destination")] == [ride.destination_id, ride.origin_id]
    assert again["passengers"].value() == 3


def test_somebody_elses_ride_is_not_booked_again(client: Client, base: Base) -> None:
    assert client.get(f"{reverse('ride-request')}?again={RideFactory(base=base).code}").status_code == 404


def test_from_here_takes_the_place_one_stands_at_or_names_one_nearby(client: Client, typed: Typed, gate: Place) -> None:
    here = typed | {"origin": "", "latitude": str(gate.latitude), "longitude": str(gate.longitude)}
    near = here | {"latitude": str(gate.latitude + 0.002)}
    for sent in (here, near):
        address, fields = check(client, sent)
        client.post(address, fields)
    at, beside = Ride.objects.order_by("pk")
    assert (at.origin, at.origin_label) == (gate, "Porte Nord")
    assert (beside.origin, beside.origin_label) == (None, "Near Porte Nord")


def test_a_name_typed_in_full_needs_no_list(client: Client, typed: Typed, hospital: Place) -> None:
    address, fields = check(client, typed | {"destination": "", "destination_typed": "hia"})
    client.post(address, fields)
    assert only_ride().destination == hospital


def test_the_clock_is_that_of_the_base_not_that_of_the_person() -> None:
    noumea = BaseFactory(code="noumea", time_zone="Pacific/Noumea", latitude=-22.27, longitude=166.45)
    ends = [PlaceFactory(base=noumea).pk, PlaceFactory(base=noumea).pk]
    tomorrow = noumea.today() + timedelta(days=1)
    client = Client()
    client.force_login(UserFactory(base=noumea))
    VehicleFactory(base=noumea)
    form = {
        "base": "noumea", "drawn_for": "noumea", "origin": ends[0], "destination": ends[1], "when": "at",
        "day": tomorrow.isoformat(), "clock": "06:30", "passengers": 1, "luggage": 0, "wheelchairs": 0,
        "passenger_name": "A", "phone": "0612345678",
    }  # fmt: skip
    address, fields = check(client, form)
    client.post(address, fields)
    ride = only_ride()
    assert ride.pickup_at == noumea.at(tomorrow, time(6, 30))
    page = client.get(reverse("ride", args=[ride.code])).content.decode()
    assert "06:30" in page
