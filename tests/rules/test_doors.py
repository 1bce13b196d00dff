"""Who gets what behind which door: address × method × person × own or other base → code. Each address has its line."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.env import IN_CI
from tests.rules.doors import (
    EVERYBODY,
    OUTSIDERS,
    SIGN_IN,
    SIGNED_IN,
    Door,
    World,
    appearance,
    code_of,
    doors,
    named,
)

pytestmark = pytest.mark.django_db

CUSTOMER = ("customer",)
DRIVER = ("driver",)
DRIVERS = ("driver", "other driver")
REGULATORS = ("regulator", "administrator")
TOWER = ("regulator", "manager", "administrator")
PLANS = ("regulator", "manager", "administrator")
CONFIGURES = ("manager", "administrator")

Answers = dict[str | tuple[str, ...], int | str]


class Line(NamedTuple):
    """What GET and POST answer to whom; whoever is not named gets 404, or is asked to sign in.

    ``elsewhere`` is for an address that some may use on every base: what GET answers there. Unless it is said, the
    other base is as closed as if it did not exist, and only the administrator finds it open.
    """

    get: Answers
    post: Answers
    elsewhere: Answers | None = None


# Quick by default, complete in CI.
READING = ("GET", "HEAD") if IN_CI else ("GET",)
OTHERS = ("OPTIONS", "PUT", "PATCH", "DELETE") if IN_CI else ("OPTIONS",)
METHODS = (*READING, "POST", *OTHERS[:2])
# What a look may write: a session what one did not send and which link one follows, and, behind single doors,
WRITTEN_BY_LOOKING = {"accounts_session"}
WRITTEN_BEHIND = {
    "second-factor": {"otp_totp_totpdevice"},  # the secret that is shown, not in force before its first code comes back
    "my-calendar": {"drivers_calendarfeed"},  # when it was last read
    "base-export": {"journal_entry", "journal_stream"},  # who took which rows along
    "base-import-check": {"bases_place"},  # tried out, and taken back at once
}
LEADING_TO_ROWS = [name for name, door in doors().items() if door.leads_to_rows]
CLOSED = {404, 405, SIGN_IN}
NO_METHOD: Answers = {SIGNED_IN: 405}

# What the ride of the world, whose driver has acknowledged it, answers to a form that is sent empty: 422 asks for what
# is missing, 409 says that the ride is elsewhere in its life.
TABLE: dict[str, tuple[Answers, ...]] = {
    "home": ({OUTSIDERS: 200, SIGNED_IN: 302}, {EVERYBODY: 405}),
    "help": ({EVERYBODY: 200}, {EVERYBODY: 405}),
    "conditions": ({EVERYBODY: 200}, {EVERYBODY: 405}),
    "accessibility": ({EVERYBODY: 200}, {EVERYBODY: 405}),
    "privacy": ({EVERYBODY: 200}, {EVERYBODY: 405}),
    "contact": ({EVERYBODY: 200}, {EVERYBODY: 422}),
    "contact-sent": ({EVERYBODY: 200}, {EVERYBODY: 405}),
    "my-data": ({SIGNED_IN: 200}, NO_METHOD),
    "my-data-file": ({SIGNED_IN: 200}, NO_METHOD),
    "delete-account": ({SIGNED_IN: 200}, {SIGNED_IN: 422}),
    "healthz": ({EVERYBODY: 200}, {EVERYBODY: 405}),
    "sign-in": ({OUTSIDERS: 200, SIGNED_IN: 302}, {OUTSIDERS: 422, SIGNED_IN: 302}),
    "sign-up": ({OUTSIDERS: 200, SIGNED_IN: 302}, {OUTSIDERS: 422, SIGNED_IN: 302}),
    "sign-up-code": ({EVERYBODY: 302}, {EVERYBODY: 302}),
    "sign-up-again": ({EVERYBODY: 302}, {EVERYBODY: 302}),
    "forgotten-password": ({OUTSIDERS: 200, SIGNED_IN: 302}, {OUTSIDERS: 422, SIGNED_IN: 302}),
    "new-password": ({EVERYBODY: 302}, {EVERYBODY: 302}),
    "consent": ({SIGNED_IN: 302}, {SIGNED_IN: 302}),
    "sign-out": ({SIGNED_IN: 405}, {SIGNED_IN: SIGN_IN}),
    "set-language": ({EVERYBODY: 405}, {EVERYBODY: 302}),
    "choose-base": ({SIGNED_IN: 200}, {SIGNED_IN: 422}),
    "account": ({SIGNED_IN: 200}, NO_METHOD),
    "account-name": (NO_METHOD, {SIGNED_IN: 422}),
    "account-preferences": (NO_METHOD, {SIGNED_IN: 422}),
    "second-step": ({OUTSIDERS: SIGN_IN, SIGNED_IN: 302}, {OUTSIDERS: SIGN_IN, SIGNED_IN: 302}),
    "second-step-setup": ({OUTSIDERS: SIGN_IN, SIGNED_IN: 302}, {OUTSIDERS: SIGN_IN, SIGNED_IN: 302}),
    "provider-sign-in": ({EVERYBODY: 404}, {EVERYBODY: 405}),
    "provider-callback": ({EVERYBODY: 404}, {EVERYBODY: 405}),
    "signed-out": ({OUTSIDERS: SIGN_IN, SIGNED_IN: SIGN_IN}, {EVERYBODY: 405}),
    "provider-sign-out": ({OUTSIDERS: SIGN_IN, SIGNED_IN: SIGN_IN}, {EVERYBODY: 405}),
    "provider-link": ({}, {}),
    "provider-unlink": (NO_METHOD, {CUSTOMER: 302}),
    "second-factor": ({SIGNED_IN: 200}, {SIGNED_IN: 422}),
    "second-factor-codes": ({SIGNED_IN: 302}, {SIGNED_IN: 302}),
    "second-factor-remove": ({SIGNED_IN: 302}, {SIGNED_IN: 302}),
    "sessions-end": (NO_METHOD, {SIGNED_IN: SIGN_IN}),
    "sessions-end-others": (NO_METHOD, {SIGNED_IN: 302}),
    "session-end": (NO_METHOD, {CUSTOMER: 302}),
    "account-password": ({SIGNED_IN: 200}, {SIGNED_IN: 422}),
    "account-phone": ({SIGNED_IN: 200}, {SIGNED_IN: 422}),
    "account-phone-code": ({SIGNED_IN: 302}, {SIGNED_IN: 302}),
    "account-phone-remove": (NO_METHOD, {SIGNED_IN: 302}),
    "places": ({SIGNED_IN: 404}, NO_METHOD),
    "rides": ({SIGNED_IN: 200}, NO_METHOD),
    "ride-request": ({SIGNED_IN: 200}, {SIGNED_IN: 200}),
    "ride-check": ({SIGNED_IN: 302}, {SIGNED_IN: 302}),
    "ride": ({CUSTOMER: 200}, NO_METHOD),
    "ride-file": ({CUSTOMER: 200}, NO_METHOD),
    "ride-cancel": ({CUSTOMER: 200}, {CUSTOMER: 422}),
    "ride-rate": ({CUSTOMER: 200}, {CUSTOMER: 422}),
    "ride-share": ({CUSTOMER: 302}, {CUSTOMER: 200}),
    "ride-unshare": ({CUSTOMER: 302}, {CUSTOMER: 302}),
    "track-open": ({EVERYBODY: 302}, {EVERYBODY: 405}, {EVERYBODY: 302}),
    "track": ({"guest": 200, "anonymous": 404}, {EVERYBODY: 405}),
    "base-map": ({"guest": 200, "anonymous": 404, SIGNED_IN: 200}, {EVERYBODY: 405}, {OUTSIDERS: 404, SIGNED_IN: 200}),
    "my-day": ({DRIVERS: 200}, NO_METHOD),
    "my-shifts": ({DRIVERS: 200}, NO_METHOD),
    "my-calendar-make": ({DRIVERS: 302}, {DRIVERS: 200}),
    "my-calendar-end": ({DRIVERS: 302}, {DRIVERS: 302}),
    "my-calendar": ({EVERYBODY: 200}, {EVERYBODY: 405}, {EVERYBODY: 200}),
    "mission-acknowledge": ({DRIVER: 302}, {DRIVER: 409}),
    "mission-decline": ({DRIVER: 302}, {DRIVER: 422}),
    "ride-depart": ({DRIVER: 302}, {DRIVER: 302}),
    "ride-arrive": ({DRIVER: 302}, {DRIVER: 409}),
    "ride-board": ({DRIVER: 302}, {DRIVER: 409}),
    "ride-complete": ({DRIVER: 302}, {DRIVER: 409}),
    "ride-no-show": ({DRIVER: 302}, {DRIVER: 409}),
    "positions": (NO_METHOD, {DRIVERS: 422}),
    "reading-start": ({DRIVERS: 302}, {DRIVERS: 422}),
    "reading-end": ({DRIVERS: 302}, {DRIVERS: 422}),
    "share-position": ({DRIVERS: 302}, {DRIVERS: 422}),
    "tower": ({TOWER: 200}, NO_METHOD),
    "live-map": ({TOWER: 200}, NO_METHOD),
    "planning": ({TOWER: 200}, NO_METHOD),
    "ride-request-for": ({REGULATORS: 200}, {REGULATORS: 200}),
    "ride-confirm": ({REGULATORS: 302}, {REGULATORS: 409}),
    "ride-waitlist": ({REGULATORS: 302}, {REGULATORS: 409}),
    "ride-refuse": ({REGULATORS: 302}, {REGULATORS: 422}),
    "ride-assign": ({REGULATORS: 302}, {REGULATORS: 422}),
    "ride-unassign": ({REGULATORS: 302}, {REGULATORS: 422}),
    "ride-cancel-for": ({REGULATORS: 302}, {REGULATORS: 422}),
    "ride-complete-for": ({REGULATORS: 302}, {REGULATORS: 409}),
    "ride-no-show-for": ({REGULATORS: 302}, {REGULATORS: 409}),
    "trip": ({TOWER: 200}, {TOWER: 422}),
    "trip-look": ({"regulator": 200}, NO_METHOD),
    "trip-trail": ({"regulator": 200}, NO_METHOD),
    "my-looks": ({DRIVERS: 200}, NO_METHOD),
    "ride-share-for": ({REGULATORS: 302}, {REGULATORS: 303}),
    "ride-abort": ({REGULATORS: 302}, {REGULATORS: 422}),
    "base-settings": ({CONFIGURES: 200}, NO_METHOD),
    "bases": ({CONFIGURES: 200}, {SIGNED_IN: 405}),
    "base-new": ({"administrator": 200}, {"administrator": 422}),
    "base-general": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-hours": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-exceptions": ({CONFIGURES: 200}, NO_METHOD),
    "base-exception-add": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-exception": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-exception-remove": ({CONFIGURES: 200}, {CONFIGURES: 302}),
    "base-holidays": ({CONFIGURES: 200}, {CONFIGURES: 302}),
    "base-rules": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-categories": ({CONFIGURES: 200}, NO_METHOD),
    "base-category-add": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-category": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-category-move": (NO_METHOD, {CONFIGURES: 302}),
    "base-category-remove": ({CONFIGURES: 200}, {CONFIGURES: 302}),
    "base-places": ({CONFIGURES: 200}, NO_METHOD),
    "base-place-add": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-place": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-place-remove": ({CONFIGURES: 200}, {CONFIGURES: 302}),
    "base-import": ({CONFIGURES: 200}, NO_METHOD),
    "base-import-kind": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-import-check": ({"manager": 200}, {"manager": 409}),
    "base-import-forget": (NO_METHOD, {"manager": 302}),
    "base-export": ({CONFIGURES: 200}, NO_METHOD),
    "base-people": ({CONFIGURES: 200}, NO_METHOD),
    "base-journal": ({CONFIGURES: 200}, NO_METHOD),
    "base-person-add": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-person": ({CONFIGURES: 200}, NO_METHOD),
    "base-person-grant": (NO_METHOD, {CONFIGURES: 422}),
    "base-person-withdraw": (NO_METHOD, {CONFIGURES: 422}),
    "demo-mail": ({EVERYBODY: 200}, {EVERYBODY: 405}),
    "base-vehicles": ({CONFIGURES: 200}, NO_METHOD),
    "base-vehicle-add": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-vehicle": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-vehicle-remove": ({CONFIGURES: 200}, {CONFIGURES: 302}),
    "planning-vehicles": ({TOWER: 200}, NO_METHOD),
    "planning-vehicle-done": ({TOWER: 200}, {TOWER: 303}),
    "planning-readings": ({TOWER: 200}, {TOWER: 422}),
    "planning-reading-remove": ({CONFIGURES: 200}, {CONFIGURES: 303}),
    "planning-vehicle": ({TOWER: 200}, NO_METHOD),
    "planning-unavailability-add": ({TOWER: 200}, {TOWER: 422}),
    "planning-unavailability": ({TOWER: 200}, {TOWER: 422}),
    "planning-unavailability-end": (NO_METHOD, {TOWER: 303}),
    "planning-unavailability-move": (NO_METHOD, {TOWER: 303}),
    "planning-outage-pattern-add": ({TOWER: 200}, {TOWER: 422}),
    "planning-outage-pattern": ({TOWER: 200}, {TOWER: 422}),
    "planning-outage-pattern-remove": ({TOWER: 200}, {TOWER: 303}),
    "base-models": ({CONFIGURES: 200}, NO_METHOD),
    "base-model-add": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-model": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-model-remove": ({CONFIGURES: 200}, {CONFIGURES: 302}),
    "base-drivers": ({CONFIGURES: 200}, NO_METHOD),
    "base-driver-add": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-driver": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-driver-remove": ({CONFIGURES: 200}, {CONFIGURES: 302}),
    "planning-driver": ({PLANS: 200}, NO_METHOD),
    "planning-shift-add": ({PLANS: 200}, {PLANS: 422}),
    "planning-shift": ({PLANS: 200}, {PLANS: 422}),
    "planning-shift-move": (NO_METHOD, {PLANS: 303}),
    "planning-shift-remove": ({PLANS: 200}, {PLANS: 422}),
    "planning-pattern-add": ({PLANS: 200}, {PLANS: 422}),
    "planning-pattern": ({PLANS: 200}, {PLANS: 422}),
    "planning-pattern-remove": ({PLANS: 200}, {PLANS: 303}),
    "planning-absence-add": ({PLANS: 200}, {PLANS: 422}),
    "planning-absence": ({PLANS: 200}, {PLANS: 422}),
    "planning-absence-move": (NO_METHOD, {PLANS: 303}),
    "planning-absence-remove": ({PLANS: 200}, {PLANS: 303}),
    "planning-copy-week": ({PLANS: 200}, {PLANS: 422}),
    "base-handsets": ({CONFIGURES: 200}, NO_METHOD),
    "base-handset-add": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-handset": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-handset-remove": ({CONFIGURES: 200}, {CONFIGURES: 302}),
    "base-handset-lend": (NO_METHOD, {CONFIGURES: 422}),
    "base-handset-take-back": (NO_METHOD, {CONFIGURES: 302}),
    "base-handset-report-broken": (NO_METHOD, {CONFIGURES: 302}),
    "base-handset-repair": (NO_METHOD, {CONFIGURES: 302}),
    "base-handset-report-lost": (NO_METHOD, {CONFIGURES: 302}),
    "base-handset-find": (NO_METHOD, {CONFIGURES: 302}),
    "base-handset-retire": (NO_METHOD, {CONFIGURES: 302}),
    "base-devices": ({CONFIGURES: 200}, NO_METHOD),
    "base-device-add": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-device": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-device-renew": (NO_METHOD, {CONFIGURES: 200}),
    "base-device-revoke": (NO_METHOD, {CONFIGURES: 302}),
    "base-device-remove": ({CONFIGURES: 200}, {CONFIGURES: 302}),
    "my-devices": ({DRIVERS: 200}, {DRIVERS: 422}),
    "my-device-renew": (NO_METHOD, {DRIVER: 200}),
    "my-device-revoke": (NO_METHOD, {DRIVER: 302}),
    # Devices have no account: a key that is none answers everybody alike.
    "device-osmand": ({EVERYBODY: 404}, {EVERYBODY: 404}),
    "device-owntracks": ({EVERYBODY: 405}, {EVERYBODY: 404}),
    "demo": ({TOWER: 200}, {TOWER: 302}),
}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all doors: what happens behind one is taken back before the next."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def expected(persona: str, answers: Answers) -> int | str:
    otherwise = SIGN_IN if persona in OUTSIDERS else 404
    return next((code for group, code in answers.items() if named(persona, group)), otherwise)


def expected_elsewhere(persona: str, name: str, method: str) -> int | str:
    """Return what the table lets a person expect at the other base's row."""
    get, post, elsewhere = Line(*TABLE[name])
    answers = post if method == "POST" else get
    if elsewhere is not None:
        return expected(persona, elsewhere if method != "POST" else post)
    if persona == "administrator" or 405 in answers.values():
        return expected(persona, answers)
    return expected(persona, {})


def let_in(world: World, method: str, door: Door) -> list[str]:
    """Return whom the door of one's own base lets in: whoever finds that closed finds all others closed."""
    home = world.at_home(door)
    return [persona for persona in world.people if code_of(world.ask(persona, method, home)) not in CLOSED]


def test_every_address_has_its_line() -> None:
    assert set(doors()) == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_a_page_opens_for_its_people_only(world: World, name: str) -> None:
    line, address = Line(*TABLE[name]), world.address(name)
    for method in (*READING, "POST"):
        answers = line.post if method == "POST" else line.get
        codes = {persona: code_of(world.ask(persona, method, address)) for persona in world.people}
        assert codes == {persona: expected(persona, answers) for persona in world.people}, method


@pytest.mark.parametrize("name", TABLE)
def test_looking_changes_nothing(world: World, name: str) -> None:
    for method in READING:
        for persona in world.people:
            address = world.address(name)
            world.ask(persona, method, address)
            assert world.written[persona, method, address] <= WRITTEN_BY_LOOKING | WRITTEN_BEHIND.get(name, set()), (
                persona,
                method,
            )


@pytest.mark.parametrize("name", TABLE)
def test_no_other_method_opens_more(world: World, name: str) -> None:
    line, address = Line(*TABLE[name]), world.address(name)
    for method in OTHERS:
        for persona in world.people:
            answer = world.ask(persona, method, address)
            known = {expected(persona, line.get), expected(persona, line.post), 405}
            is_list_of_methods = method == "OPTIONS" and answer.content == b""
            assert is_list_of_methods or code_of(answer) in known, (persona, method)


@pytest.mark.parametrize("name", LEADING_TO_ROWS)
def test_a_row_of_another_base_is_like_one_that_does_not_exist(world: World, name: str) -> None:
    door = doors()[name]
    there, nowhere = world.there(door), world.nowhere(door)
    for method in METHODS:
        for persona in world.people if IN_CI else let_in(world, method, door):
            answer = world.ask(persona, method, there)
            if method not in OTHERS:
                assert code_of(answer) == expected_elsewhere(persona, name, method), (persona, method)
            if Line(*TABLE[name]).elsewhere is None and persona != "administrator":
                missing = world.ask(persona, method, nowhere)
                assert appearance(answer, there) == appearance(missing, nowhere), (persona, method)


@pytest.mark.parametrize("name", [name for name in LEADING_TO_ROWS if len(doors()[name].parameters) > 1])
def test_a_row_is_not_found_under_a_base_that_it_does_not_belong_to(world: World, name: str) -> None:
    door = doors()[name]
    for address, nowhere in world.mixed(door).items():
        for method in METHODS:
            for persona in let_in(world, method, door):
                answer, missing = world.ask(persona, method, address), world.ask(persona, method, nowhere)
                assert appearance(answer, address) == appearance(missing, nowhere), (persona, method, address)


@pytest.mark.parametrize("persona", ["anonymous", "customer", "driver", "regulator", "manager", "administrator"])
def test_the_administration_is_for_administrators(world: World, persona: str) -> None:
    client = Client()
    client.cookies.load(world.cookies[persona])
    response = client.get(reverse("admin:index"), follow=True)
    assert response.status_code == (200 if persona in {"administrator", "anonymous"} else 403)
    assert (response.request["PATH_INFO"] == reverse("sign-in")) == (persona == "anonymous")
