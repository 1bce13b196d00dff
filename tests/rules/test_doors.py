"""Who gets what behind which door: address × method × person × own or other base → code. Each address has its line."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.rules.doors import EVERYBODY, OUTSIDERS, SIGN_IN, SIGNED_IN, World, named, parameters

CUSTOMER = ("customer",)
DRIVER = ("driver",)
DRIVERS = ("driver", "other driver", "foreign driver")
REGULATORS = ("regulator", "administrator")
TOWER = ("regulator", "manager", "administrator")
CONFIGURES = ("manager", "administrator")
TOWERS = (*TOWER, "foreign regulator", "foreign manager")

Answers = dict[str | tuple[str, ...], int | str]
NO_METHOD: Answers = {SIGNED_IN: 405}

# What the ride of the world, whose driver has acknowledged it, answers to a form that is sent empty: 422 asks for what
# is missing, 409 says that the ride is elsewhere in its life. Whoever is not named gets 404, or is asked to sign in.
TABLE: dict[str, tuple[Answers, Answers]] = {
    "home": ({SIGNED_IN: 302}, {SIGNED_IN: 302}),
    "healthz": ({EVERYBODY: 200}, {EVERYBODY: 405}),
    "sign-in": ({OUTSIDERS: 200, SIGNED_IN: 302}, {OUTSIDERS: 200, SIGNED_IN: 302}),
    "sign-out": ({SIGNED_IN: 405}, {SIGNED_IN: SIGN_IN}),
    "set-language": ({EVERYBODY: 405}, {EVERYBODY: 302}),
    "account": ({SIGNED_IN: 200}, NO_METHOD),
    "account-name": (NO_METHOD, {SIGNED_IN: 422}),
    "account-preferences": (NO_METHOD, {SIGNED_IN: 422}),
    "places": ({SIGNED_IN: 404}, NO_METHOD),
    "rides": ({SIGNED_IN: 200}, NO_METHOD),
    "ride-request": ({SIGNED_IN: 200}, {SIGNED_IN: 200}),
    "ride-check": ({SIGNED_IN: 302}, {SIGNED_IN: 302}),
    "ride": ({CUSTOMER: 200}, NO_METHOD),
    "ride-cancel": ({CUSTOMER: 200}, {CUSTOMER: 422}),
    "ride-rate": ({CUSTOMER: 200}, {CUSTOMER: 422}),
    "ride-share": ({CUSTOMER: 302}, {CUSTOMER: 200}),
    "ride-unshare": ({CUSTOMER: 302}, {CUSTOMER: 302}),
    "track-open": ({EVERYBODY: 302}, {EVERYBODY: 405}),
    "track": ({"guest": 200, "anonymous": 404}, {EVERYBODY: 405}),
    "base-map": ({"guest": 200, "anonymous": 404, SIGNED_IN: 200}, {EVERYBODY: 405}),
    "my-day": ({DRIVERS: 200}, NO_METHOD),
    "mission-acknowledge": ({DRIVER: 302}, {DRIVER: 409}),
    "mission-decline": ({DRIVER: 302}, {DRIVER: 422}),
    "ride-depart": ({DRIVER: 302}, {DRIVER: 302}),
    "ride-arrive": ({DRIVER: 302}, {DRIVER: 409}),
    "ride-board": ({DRIVER: 302}, {DRIVER: 409}),
    "ride-complete": ({DRIVER: 302}, {DRIVER: 409}),
    "ride-no-show": ({DRIVER: 302}, {DRIVER: 409}),
    "position": (NO_METHOD, {DRIVERS: 422}),
    "share-position": ({DRIVERS: 302}, {DRIVERS: 422}),
    "tower": ({TOWER: 200}, NO_METHOD),
    "ride-request-for": ({REGULATORS: 200}, {REGULATORS: 200}),
    "ride-confirm": ({REGULATORS: 302}, {REGULATORS: 409}),
    "ride-waitlist": ({REGULATORS: 302}, {REGULATORS: 409}),
    "ride-refuse": ({REGULATORS: 302}, {REGULATORS: 422}),
    "ride-assign": ({REGULATORS: 302}, {REGULATORS: 422}),
    "ride-unassign": ({REGULATORS: 302}, {REGULATORS: 422}),
    "ride-cancel-for": ({REGULATORS: 302}, {REGULATORS: 422}),
    "ride-complete-for": ({REGULATORS: 302}, {REGULATORS: 409}),
    "ride-no-show-for": ({REGULATORS: 302}, {REGULATORS: 409}),
    "ride-share-for": ({REGULATORS: 302}, {REGULATORS: 303}),
    "ride-abort": ({REGULATORS: 302}, {REGULATORS: 422}),
    "base-settings": ({CONFIGURES: 200}, NO_METHOD),
    "base-places": ({CONFIGURES: 200}, NO_METHOD),
    "base-place-add": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-place": ({CONFIGURES: 200}, {CONFIGURES: 422}),
    "base-place-remove": ({CONFIGURES: 200}, {CONFIGURES: 302}),
    "demo": ({TOWERS: 200}, {TOWERS: 302}),
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


def test_every_address_has_its_line() -> None:
    assert set(parameters()) == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_a_page_opens_for_its_people_only(world: World, name: str) -> None:
    for method, answers in zip(("GET", "POST"), TABLE[name], strict=True):
        codes = {persona: world.answer(persona, method, name) for persona in world.people}
        assert codes == {persona: expected(persona, answers) for persona in world.people}, method
    for method in ("PUT", "DELETE"):
        codes = {persona: world.answer(persona, method, name) for persona in ("anonymous", "customer", "driver")}
        assert set(codes.values()) <= {SIGN_IN, 302, 404, 405} | ({200} if name == "sign-in" else set()), codes


@pytest.mark.parametrize("persona", ["anonymous", "customer", "driver", "regulator", "manager", "administrator"])
def test_the_administration_is_for_administrators(world: World, persona: str) -> None:
    client = Client()
    client.cookies.load(world.cookies[persona])
    response = client.get(reverse("admin:index"), follow=True)
    assert response.status_code == (200 if persona in {"administrator", "anonymous"} else 403)
    assert (response.request["PATH_INFO"] == reverse("sign-in")) == (persona == "anonymous")
