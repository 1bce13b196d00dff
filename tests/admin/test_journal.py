"""The journal is to be read: nobody writes it here, not even an administrator."""

import pytest
from django.test import Client

from bookings import actions
from echauffeur.journal.models import Entry
from tests.factories import RegulatorFactory, RideFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> Entry:
    ride = RideFactory()
    actions.refuse(ride=ride, by=RegulatorFactory(), reason="no_capacity", words="Toutes les voitures sont prises.")
    return Entry.objects.get()


def test_an_entry_is_found_by_its_ride_and_read(administration: Client, entry: Entry) -> None:
    found = administration.get("/admin/journal/entry/", {"q": entry.code}).content.decode()
    assert f"/admin/journal/entry/{entry.pk}/change/" in found
    page = administration.get(f"/admin/journal/entry/{entry.pk}/change/").content.decode()
    assert "Toutes les voitures sont prises." in page
    assert 'type="submit" value="Save"' not in page


@pytest.mark.parametrize("way", ["add", "change", "delete"])
def test_nobody_writes_it(administration: Client, entry: Entry, way: str) -> None:
    address = "/admin/journal/entry/add/" if way == "add" else f"/admin/journal/entry/{entry.pk}/{way}/"
    before = Entry.objects.values().get()
    assert administration.post(address, {"post": "yes", "words": "Nothing happened."}).status_code == 403
    assert Entry.objects.values().get() == before


def test_nobody_deletes_several(administration: Client, entry: Entry) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    administration.post("/admin/journal/entry/", chosen)
    assert Entry.objects.filter(pk=entry.pk).exists()


def test_the_list_costs_the_same_however_long(
    administration: Client, entry: Entry, django_assert_max_num_queries
) -> None:
    for ride in RideFactory.create_batch(20, base=entry.base):
        actions.confirm(ride=ride, by=entry.by)
    with django_assert_max_num_queries(14):
        administration.get("/admin/journal/entry/")


@pytest.mark.parametrize("day", ["at__year=2026&at__month=99999999999999999999", "at__year=9999", "at__year=0"])
@pytest.mark.parametrize("model", ["journal/entry", "bookings/ride", "notifications/message", "public/contactmessage"])
def test_a_day_that_no_calendar_has_is_no_error(administration: Client, model: str, day: str) -> None:
    field = {"bookings/ride": "pickup_at", "notifications/message": "made_at", "public/contactmessage": "written_at"}
    asked = day.replace("at__", f"{field.get(model, 'at')}__")
    assert administration.get(f"/admin/{model}/?{asked}").status_code in {200, 302}


def test_an_address_that_makes_no_sense_twice_is_said_to(administration: Client) -> None:
    page = administration.get("/admin/journal/entry/?e=1&nonsense=1")
    assert "This list cannot be shown" in page.content.decode()
