"""Setting a base up, and what cannot be taken away any more."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.translation import override

from bookings import actions
from bookings.models import Ride
from echauffeur.bases.models import Base, OpeningException, Place
from tests.factories import BaseFactory, PlaceFactory, RegulatorFactory, RideFactory

pytestmark = pytest.mark.django_db


def base_form(**changes: Any) -> dict[str, Any]:
    """What the page sends for a base with one opening and two places."""
    form = {
        "name": "Évreux", "code": "evreux", "time_zone": "Europe/Paris", "latitude": "49.02", "longitude": "1.22",
        "phone_customers": "02 32 29 84 10", "phone_drivers": "+33 2 32 29 84 11",
        "shortest_notice_minutes": "15", "horizon_days": "60", "ride_minutes": "20", "no_show_minutes": "10",
        "mean_speed_kmh": "28", "winding_factor": "1.35",
        "opening_hours-TOTAL_FORMS": "1", "opening_hours-INITIAL_FORMS": "0",
        "opening_hours-0-weekday": "0", "opening_hours-0-opens": "07:00", "opening_hours-0-closes": "19:00",
        "area_radius_m": "60000", "holiday_calendar": "", "closed_on_holidays": "on", "greatest_party": "",
        "opening_exceptions-TOTAL_FORMS": "0", "opening_exceptions-INITIAL_FORMS": "0",
        "categories-TOTAL_FORMS": "0", "categories-INITIAL_FORMS": "0",
        "places-TOTAL_FORMS": "2", "places-INITIAL_FORMS": "0",
        "places-0-name": "Porte Nord", "places-0-aliases": "Entrée, Poste 1", "places-0-kind": "gate",
        "places-0-latitude": "49.03", "places-0-longitude": "1.21", "places-0-enabled": "on",
        "places-1-name": "Mess", "places-1-aliases": "", "places-1-kind": "mess",
        "places-1-latitude": "49.02", "places-1-longitude": "1.22", "places-1-enabled": "on",
    }  # fmt: skip
    return form | changes


def exceptions(*rows: tuple[str, str, str, str, str]) -> dict[str, str]:
    """What the page sends for exceptions to the opening hours: label, first and last day, opening and closing."""
    names = ("label", "first_day", "last_day", "opens", "closes")
    sent = {
        f"opening_exceptions-{n}-{name}": value
        for n, row in enumerate(rows)
        for name, value in zip(names, row, strict=True)
    }
    return sent | {"opening_exceptions-TOTAL_FORMS": str(len(rows))}


def categories(*names: str) -> dict[str, str]:
    sent = {f"categories-{n}-name": name for n, name in enumerate(names)}
    return (
        sent | {f"categories-{n}-order": "0" for n in range(len(names))} | {"categories-TOTAL_FORMS": str(len(names))}
    )


def add(administration: Client, **changes: Any) -> Any:
    return administration.post("/admin/bases/base/add/", base_form(**changes))


def complaints(answer: Any) -> str:
    assert answer.status_code == 200, "nothing was refused"
    assert not Base.objects.filter(code="evreux").exists()
    formsets = answer.context["inline_admin_formsets"]
    errors = [answer.context["errors"], *(f.formset.errors for f in formsets)]
    return str([*errors, *(f.formset.non_form_errors() for f in formsets)])


def test_a_base_with_hours_and_places_is_one_form(administration: Client) -> None:
    assert add(administration).status_code == 302
    base = Base.objects.get(code="evreux")
    assert (base.phone_customers, base.phone_drivers) == ("+33232298410", "+33232298411")
    assert [str(hours) for hours in base.opening_hours.all()] == ["Monday 07:00–19:00"]
    assert base.places.get(kind="gate").aliases == ["Entrée", "Poste 1"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"time_zone": "Europe/Evreux"}, "is not a time zone"),
        ({"phone_drivers": "12"}, "is not a phone number"),
        ({"latitude": "91"}, "less than or equal to 90"),
        ({"winding_factor": "0.5"}, "Write a number from 1 to"),
        ({"opening_hours-0-closes": "06:00"}, "Closing time comes after opening time"),
        ({"area_radius_m": "99"}, "greater than or equal to 100"),
        ({"greatest_party": "0"}, "Write a number from 1 to"),
        (exceptions(("Pont", "2027-05-07", "2027-05-06", "", "")), "The last day comes after the first"),
        (exceptions(("Pont", "2027-05-07", "2027-05-07", "08:00", "")), "Write both hours"),
        (exceptions(("Pont", "2027-05-07", "2027-05-07", "08:00", "07:00")), "Write both hours"),
        (categories("Liaison", "Liaison"), "duplicate"),
        ({"places-1-name": "Porte Nord"}, "duplicate"),
        ({"places-1-longitude": "-181"}, "greater than or equal to -180"),
        ({"places-0-aliases": "x" * 61}, "at most 60 characters"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(administration: Client, changes: dict[str, str], sentence: str) -> None:
    with override("en"):
        assert sentence in complaints(add(administration, **changes))


def test_every_field_of_a_table_has_a_name(administration: Client) -> None:
    page = administration.get("/admin/bases/base/add/").content.decode()
    assert 'aria-label="Opens"' in page
    assert 'aria-label="Latitude"' in page


def test_a_second_base_of_that_code_is_refused(administration: Client) -> None:
    BaseFactory(code="evreux")
    with override("en"):
        assert "already exists" in str(add(administration).context["errors"])


def test_the_page_of_a_base_leads_to_what_it_still_lacks(administration: Client) -> None:
    base = BaseFactory(code="evreux")
    page = administration.get(f"/admin/bases/base/{base.pk}/change/").content.decode()
    for model in ["bases/place", "fleet/vehicle", "accounts/membership", "drivers/driver"]:
        assert f"/admin/{model}/add/?base={base.pk}" in page


def test_exceptions_and_categories_are_kept(administration: Client) -> None:
    days = exceptions(
        ("Pont", "2027-05-07", "2027-05-08", "", ""),
        ("Journée des familles", "2027-05-09", "2027-05-09", "08:00", "12:00"),
    )
    assert add(administration, **days, **categories("Liaison", "Sanitaire")).status_code == 302
    base = Base.objects.get(code="evreux")
    assert [(row.label, row.is_closed) for row in base.opening_exceptions.all()] == [
        ("Pont", True),
        ("Journée des familles", False),
    ]
    assert [row.name for row in base.categories.all()] == ["Liaison", "Sanitaire"]


def test_two_exceptions_never_hold_on_one_day(administration: Client) -> None:
    base = BaseFactory(code="evreux")
    pont = OpeningException(base=base, label="Pont", first_day=date(2027, 5, 6), last_day=date(2027, 5, 9))
    pont.full_clean()
    pont.save()
    other = OpeningException(base=base, label="Fête", first_day=date(2027, 5, 9), last_day=date(2027, 5, 9))
    with override("en"), pytest.raises(ValidationError, match="Another exception already holds"):
        other.full_clean()
    with pytest.raises(IntegrityError, match="exceptions_of_a_base_never_overlap"), transaction.atomic():
        other.save()
    OpeningException.objects.create(
        base=BaseFactory(code="lille"), label="Fête", first_day=other.first_day, last_day=other.last_day
    )
    OpeningException.objects.create(base=base, label="Fête", first_day=date(2027, 5, 10), last_day=date(2027, 5, 10))


@pytest.mark.parametrize("what", ["base", "place"])
@pytest.mark.parametrize("way", ["one", "several"])
def test_what_has_a_past_is_not_deleted_and_says_what_to_do(administration: Client, what: str, way: str) -> None:
    ride = RideFactory()
    RideFactory.create_batch(8, base=ride.base, origin=ride.origin, destination=ride.destination)
    actions.confirm(ride=ride, by=RegulatorFactory(base=ride.base))
    row = ride.base if what == "base" else ride.origin
    if way == "one":
        answer = administration.post(f"/admin/bases/{what}/{row.pk}/delete/", {"post": "yes"})
    else:
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        answer = administration.post(f"/admin/bases/{what}/", chosen)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Its history is kept" in text
    assert "/bookings/ride/" in text or "Ride: R-" in text, "the journal is named, not the rides"
    assert "more</li>" in text, "thousands of rides would be listed one by one"
    assert Ride.objects.count() == 9
    assert type(row).objects.filter(pk=row.pk).exists()


def test_a_place_without_a_past_can_go(administration: Client) -> None:
    place = PlaceFactory()
    administration.post(f"/admin/bases/place/{place.pk}/delete/", {"post": "yes"})
    assert not Place.objects.exists()


def test_times_are_those_of_the_administrators_base(administration: Client, administrator) -> None:
    Base.objects.filter(pk=administrator.base_id).update(time_zone="Pacific/Noumea")
    page = administration.get("/admin/bases/base/").content.decode()
    assert 'data-admin-utc-offset="39600"' in page
