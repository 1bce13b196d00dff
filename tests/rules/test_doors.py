"""Who gets what behind which door: address × method × person × own or other base → code. Each address has its line."""

from collections.abc import Iterator
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async
from django.test import Client
from django.urls import reverse

from dispatch.models import Mission
from echauffeur.sockets import sockets
from tests import factories
from tests.rules.doors import OUTSIDERS, SIGN_IN, World, parameters
from tests.sockets import close_hub, listening

EVERYBODY, SIGNED_IN = "everybody", "signed in"
CUSTOMER = ("customer",)
DRIVER = ("driver",)
DRIVERS = ("driver", "other driver", "foreign driver")
REGULATORS = ("regulator", "administrator")
TOWER = ("regulator", "manager", "administrator")
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
    "demo": ({TOWERS: 200}, {TOWERS: 302}),
}
SOCKETS = {
    "live/base/<slug:code>/": TOWER,
    "live/rides/": SIGNED_IN,
    "live/ride/<str:code>/": CUSTOMER,
    "live/driver/": DRIVERS,
    "live/track/": ("guest",),
}
SIGN_IN_AGAIN, RIGHT_WITHDRAWN = 4401, 4403


@pytest.fixture
def world(db: None) -> World:
    return World()


def named(persona: str, group: str | tuple[str, ...]) -> bool:
    """Whether the persona is one of those that a line of the table names."""
    if group == SIGNED_IN:
        return persona not in OUTSIDERS
    return group == EVERYBODY or persona in (group if isinstance(group, tuple) else (group,))


def expected(persona: str, answers: Answers) -> int | str:
    otherwise = SIGN_IN if persona in OUTSIDERS else 404
    return next((code for group, code in answers.items() if named(persona, group)), otherwise)


def test_every_address_has_its_line() -> None:
    assert set(parameters()) == set(TABLE)
    assert {str(socket.pattern) for socket in sockets} == set(SOCKETS)


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


class TestForeignRows:
    """Ids of another base's rows in a form that one may send are refused like ids that do not exist."""

    @pytest.fixture
    def client(self, world: World) -> Iterator[Client]:
        client = Client()
        client.force_login(world.journey.regulator)
        return client

    @pytest.fixture
    def foreign(self) -> dict[str, int]:
        base = factories.BaseFactory(code="cherbourg")
        return {
            "driver": factories.DriverFactory(base=base).pk,
            "vehicle": factories.VehicleFactory(base=base).pk,
            "place": factories.PlaceFactory(base=base).pk,
        }

    @pytest.mark.parametrize("field", ["driver", "vehicle"])
    def test_no_crew_of_another_base(self, world: World, client: Client, foreign: dict[str, int], field: str) -> None:
        journey = world.journey
        client.post(reverse("ride-unassign", args=[journey.ride.code]), {"reason": "replan"})
        crew = {"driver": journey.driver.pk, "vehicle": journey.vehicle.pk} | {field: foreign[field]}
        response = client.post(reverse("ride-assign", args=[journey.ride.code]), crew)
        assert response.status_code == 422
        assert Mission.objects.live().count() == 0

    @pytest.mark.parametrize("field", ["origin", "destination"])
    @pytest.mark.parametrize("name", ["ride-request", "ride-request-for"])
    def test_no_place_of_another_base(
        self, world: World, client: Client, foreign: dict[str, int], name: str, field: str
    ) -> None:
        ride, base = world.journey.ride, world.journey.base
        form: dict[str, Any] = {"origin": ride.origin_id, "destination": ride.destination_id, "when": "asap"}
        form |= {"passengers": 1, "luggage": 0, "wheelchairs": 0, "passenger_name": "C. D.", "phone": "0612345678"}
        form |= {"base": base.code, "drawn_for": base.code, "tap": "7b0e3f5c-3a7e-4c63-9a4e-0d4c2f1b9a11"}
        assert client.post(world.address(name), form | {field: foreign["place"]}).status_code == 422
        assert client.post(world.address(name), form).status_code in {302, 303}, "the form is not otherwise wrong"


class TestSockets:
    """The same for live sockets: who is let in, and with which code the others are sent away."""

    @pytest_asyncio.fixture(autouse=True)
    async def own_hub(self) -> Any:
        yield
        await close_hub()

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.asyncio
    @pytest.mark.parametrize("route", SOCKETS)
    async def test_a_socket_opens_for_its_people_only(self, transactional_db: None, route: str) -> None:
        world = await database_sync_to_async(World)()
        code = world.journey.base.code if "base" in route else world.journey.ride.code
        path = "/" + route.replace("<slug:code>", code).replace("<str:code>", code)
        for persona in world.people:
            cookie = "; ".join(f"{name}={value}" for name, value in world.cookies[persona].items())
            async with listening(path, cookie=cookie) as page:
                if named(persona, SOCKETS[route]):
                    assert (await page.hear("hello"))["seq"] >= 0, persona
                else:
                    away = SIGN_IN_AGAIN if persona in OUTSIDERS else RIGHT_WITHDRAWN
                    assert await page.closed() == away, persona
