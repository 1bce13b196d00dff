"""Ids of another base's rows, in a form or an address that one may send, are refused like ids that do not exist."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import time_machine
from django import forms
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from bookings.models import Ride
from dispatch.actions import unassign
from dispatch.models import Mission
from echauffeur.bases.models import Category
from echauffeur.journal.models import Entry
from tests.rules.doors import Side, World, appearance, code_of
from tests.rules.forms import all_forms
from tests.rules.source import APPS, files

pytestmark = pytest.mark.django_db

Fields = dict[str, Any]
NO_SUCH_ID = 987_654_321


class Sent(NamedTuple):
    """A field that names a row: who sends it where, a form that is right otherwise, and the row of a given side."""

    persona: str
    address: str
    form: Callable[[Side], Fields]
    row: Callable[[Side], Any]
    missing: Any = NO_SUCH_ID


class Asked(NamedTuple):
    """A word of an address's query that names a row."""

    persona: str
    address: str
    row: Callable[[Side], Any]
    missing: Any = NO_SUCH_ID


def wish(side: Side) -> Fields:
    """Return a request for a ride that is right."""
    ride = side.journey.ride
    people = {"passengers": 1, "luggage": 0, "wheelchairs": 0, "passenger_name": "C. D.", "phone": "0612345678"}
    where = {"base": side.base.code, "drawn_for": side.base.code, "origin": ride.origin_id}
    tap = "7b0e3f5c-3a7e-4c63-9a4e-0d4c2f1b9a11"
    return where | people | {"destination": ride.destination_id, "when": "asap", "tap": tap}


def crew(side: Side) -> Fields:
    """Return the choice of a driver and a vehicle that is right for a ride that has none yet."""
    return {"driver": side.journey.driver.pk, "vehicle": side.journey.vehicle.pk}


def pair(side: Side) -> str:
    return f"{side.journey.driver.pk}-{side.journey.vehicle.pk}"


def reason(side: Side) -> Fields:
    return {"reason": "replan"}


def origin(side: Side) -> int | None:
    return side.journey.ride.origin_id


def category(side: Side) -> int:
    """Return the one kind of transport that the base offers; where there is one, every ride says which."""
    return Category.objects.get_or_create(base=side.base, name="Liaison")[0].pk


def of_a_kind(side: Side) -> Fields:
    return {"category": category(side)}


def driver(side: Side) -> int:
    pk: int = side.pattern.driver_id
    return pk


def vehicle(side: Side) -> Fields:
    """Return a vehicle that is right."""
    return {"name": "Zoé 99", "plate": "ZZ-999-ZZ", "model": side.model.pk, "enabled": "on"}


def duty(side: Side) -> Fields:
    """Return a shift that is right; the driver is off duty then."""
    return {"driver": side.pattern.driver_id, "begins": "2027-06-01T08:00", "ends": "2027-06-01T16:00"}


def away(side: Side) -> Fields:
    """Return an absence that is right."""
    return duty(side) | {"kind": "leave"}


def pattern(side: Side) -> Fields:
    """Return a pattern that is right."""
    days = {"frequency": "weekly", "weekdays": [0], "first_day": "2027-06-01"}
    return {"driver": side.pattern.driver_id, "begins": "08:00", "ends": "16:00"} | days


def weeks(side: Side) -> Fields:
    """Return two weeks, in the first of which the driver has a shift."""
    side.shift.refresh_from_db()
    on = side.shift.period.lower.date()
    return {"week": f"{on}", "into": f"{on + timedelta(days=21)}", "driver": side.shift.driver_id}


def wash(side: Side) -> Fields:
    """Return a time out of service that comes back and is right."""
    when = {"begins": "08:00", "ends": "09:00", "first_day": "2026-11-30"}
    return {"reason": "maintenance", "frequency": "weekly", "weekdays": [0]} | when


def label(side: Side) -> dict[str, Any]:
    """Return the name of a new device."""
    return {"label": "Galaxy"}


# One line for each field of a form that names a row: form's class and field.
SENT: dict[str, Sent] = {
    "RideForm.origin": Sent("customer", "ride-request", wish, origin),
    "RideForm.destination": Sent("customer", "ride-request", wish, origin),
    "RideForm.category": Sent("customer", "ride-request", lambda side: wish(side) | of_a_kind(side), category),
    "CallForm.category": Sent("regulator", "ride-request-for", lambda side: wish(side) | of_a_kind(side), category),
    "CallForm.origin": Sent("regulator", "ride-request-for", wish, origin),
    "CallForm.destination": Sent("regulator", "ride-request-for", wish, origin),
    "AssignForm.driver": Sent("regulator", "ride-assign", crew, lambda side: side.journey.driver.pk),
    "AssignForm.vehicle": Sent("regulator", "ride-assign", crew, lambda side: side.journey.vehicle.pk),
    "AssignForm.crew": Sent("regulator", "ride-assign", lambda side: {}, pair, missing=f"{NO_SUCH_ID}-{NO_SUCH_ID}"),
    "UnassignForm.mission": Sent("regulator", "ride-unassign", reason, lambda side: mission(side).code, "M-222222"),
    "VehicleForm.model": Sent("manager", "base-vehicle-add", vehicle, lambda side: side.model.pk),
    "DashboardForm.vehicle": Sent(
        "driver", "reading-start", lambda side: {"kilometres": 30_000}, lambda side: side.journey.vehicle.pk
    ),
    "LendForm.holder": Sent("manager", "base-handset-lend", lambda side: {}, lambda side: side.journey.driver.user_id),
    "NewDeviceForm.driver": Sent("manager", "base-device-add", label, driver),
    "NewDeviceForm.vehicle": Sent("manager", "base-device-add", label, lambda side: side.journey.vehicle.pk),
    "ShiftForm.driver": Sent("regulator", "planning-shift-add", duty, driver),
    "UnavailabilityForm.vehicle": Sent(
        "regulator",
        "planning-unavailability-add",
        lambda side: {"begins": "2098-07-14T08:00", "reason": "lent"},
        lambda side: side.out.vehicle_id,
    ),
    "OutagePatternForm.vehicle": Sent(
        "regulator", "planning-outage-pattern-add", wash, lambda side: side.out.vehicle_id
    ),
    "ShiftForm.vehicle": Sent("regulator", "planning-shift-add", duty, lambda side: side.journey.vehicle.pk),
    "AbsenceForm.driver": Sent("manager", "planning-absence-add", away, driver),
    "PatternForm.driver": Sent("regulator", "planning-pattern-add", pattern, driver),
    "CopyWeekForm.driver": Sent("regulator", "planning-copy-week", weeks, driver),
}
# These name something that is everybody's, or nobody's but one's own; each with the reason why.
HARMLESS = {
    "RideForm.base": "one may ask for a ride on every base",
    "AppCodeForm.code": "a code that one reads off one's own device",
    "SetupForm.code": "a code that one reads off one's own device",
    "SecondStepForm.code": "a code that one reads off one's own device",
    "PreferencesForm.base": "everybody may have every base as their own, to book on",
    "SignUpForm.base": "everybody may have every base as their own, to book on",
    "CodeForm.code": "redeemed by the browser that asked for it alone",
    "NewPasswordForm.code": "redeemed by the browser that asked for it alone",
    "RideForm.draft": "looked up in one's own session",
    "LookForm.ride": "in the table of queries",
    "MapForm.crew": "in the table of queries",
    "BeginForm.driver": "in the table of queries",
    "BeginForm.vehicle": "in the table of queries",
    "GeneralForm.code": "what the base is to be called, once in the whole service",
    "NewBaseForm.code": "what the base is to be called, once in the whole service",
}
# What a page reads of its address: one line for each word that names a row.
ASKED: dict[str, Asked] = {
    "ride": Asked("regulator", "tower", lambda side: side.journey.ride.code, "R-222222"),
    "crew": Asked("regulator", "live-map", driver),
    "driver": Asked("regulator", "planning-shift-add", driver),
    "vehicle": Asked("regulator", "planning-shift-add", lambda side: side.journey.vehicle.pk),
    "again": Asked("customer", "ride-request", lambda side: side.journey.ride.code, "R-222222"),
}
NAMES_NO_ROW = {
    "q": "words to search for",
    "reason": "one of the reasons why a vehicle is out of service",
    "page": "a number",
    "role": "one of the roles",
    "below": "a number in one's own base's journal",
    "code": "the identity provider's, redeemed with the state that this session began with",
    "state": "what this session began to sign in with",
    "error": "the identity provider's word",
    "day": "a day",
    "label": "words to begin with",
    "at": "a time",
    "back": "a switch",
    "kind": "one of the kinds of steps",
    "view": "a week or a day",
    "by": "drivers or vehicles",
    "on": "a day",
    "next": "an address of this site",
    "begins": "a time",
    "ends": "a time",
    "into": "a day",
    "seen": "a number to compare with, on a page that shows everybody the same",
    "fresh": "a switch",
    "blank": "a switch",
    "form": "a kind of file",
    "base": "one may ask for a ride, and so for the places, on every base",
    "draft": "looked up in one's own session",
}
# A field of one of these names holds the row's id or code, whatever its class.
LIKE_A_ROW = re.compile(r"(^|_)(id|pk|ids|code|base|place|driver|vehicle|mission|ride|crew|user|person|draft|token)$")


def mission(side: Side) -> Mission:
    assert side.journey.mission
    return side.journey.mission


def fields_that_name_a_row() -> set[str]:
    """Return the fields by form and name; a field that a subclass inherits is the subclass's too."""
    assert get_resolver().url_patterns, "every form is imported with the pages"
    return {
        f"{form.__name__}.{name}"
        for form in all_forms()
        for name, field in form.base_fields.items()
        if isinstance(field, forms.ModelChoiceField) or LIKE_A_ROW.search(name)
    }


def words_of_addresses() -> set[str]:
    """Return every word that a view reads from the query of its address, and those of the form that reads it."""
    code = "\n".join(path.read_text() for path in files(".py", under=tuple(f"{app}/" for app in APPS)))
    read = re.findall(r"request\.GET(?:\.get(?:list)?\(|\[)\"(\w+)\"|\"(\w+)\" in request\.GET", code)
    readers = set(re.findall(r"(\w+)\(request\.GET", code))
    of_forms = {name for form in all_forms() if form.__name__ in readers for name in form.base_fields}
    return {word for pair in read for word in pair if word} | of_forms


def test_every_field_that_names_a_row_has_its_line() -> None:
    inherited = {"CallForm.base", "CallForm.draft"}  # which the form removes
    assert fields_that_name_a_row() - inherited == set(SENT) | set(HARMLESS)


def test_every_word_of_an_address_has_its_line() -> None:
    assert words_of_addresses() - set(NAMES_NO_ROW) == set(ASKED)


@pytest.fixture
def world() -> World:
    return World()


def send(world: World, sent: Sent, field: str, value: Any) -> HttpResponse:
    """Return the answer to the form with this value."""
    client = Client()
    client.cookies.load(world.cookies[sent.persona])
    return client.post(world.address(sent.address), sent.form(world.own) | {field: value})  # type: ignore[return-value]


def make_ready(world: World, sent: Sent) -> None:
    """Bring the ride to where the form is about it: only one without a driver is given to one."""
    if sent.address == "ride-assign":
        unassign(ride=world.journey.ride, by=world.journey.regulator, reason="replan")


@pytest.mark.parametrize("line", SENT)
def test_a_form_takes_no_row_of_another_base(world: World, line: str) -> None:
    sent, field = SENT[line], line.partition(".")[2]
    make_ready(world, sent)
    before = Entry.objects.count(), Ride.objects.count()
    foreign = send(world, sent, field, sent.row(world.other))
    assert foreign.status_code in {404, 409, 422}
    assert code_of(foreign) == code_of(send(world, sent, field, sent.missing))
    assert (Entry.objects.count(), Ride.objects.count()) == before


@pytest.mark.parametrize("line", SENT)
def test_the_form_is_not_otherwise_wrong(world: World, line: str) -> None:
    sent, field = SENT[line], line.partition(".")[2]
    make_ready(world, sent)
    right = sent.form(world.own).get(field) or sent.row(world.own)
    assert send(world, sent, field, right).status_code in {200, 302, 303}


@pytest.mark.parametrize("word", ASKED)
def test_an_address_shows_no_row_of_another_base(world: World, word: str) -> None:
    asked = ASKED[word]
    seen = {}
    rows = {"own": asked.row(world.own), "foreign": asked.row(world.other), "missing": asked.missing}
    for whose, value in rows.items():
        address = f"{world.address(asked.address)}?{word}={value}"
        with time_machine.travel(world.now, tick=False):
            status, headers, body = appearance(world.ask(asked.persona, "GET", address), address)
        # Only where the address is repeated: a small number stands in times and lists as well.
        seen[whose] = status, headers, body.replace(f"{word}={value}".encode(), b"*")
    assert seen["foreign"] == seen["missing"]
    assert seen["own"] != seen["missing"], "the word shows nothing of one's own either"
