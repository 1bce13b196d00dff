"""Everybody who may stand at a door, and two bases with the same rows and people behind it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http.cookies import SimpleCookie
from itertools import product
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from bookings import actions as booking
from dispatch.actions import look
from dispatch.states import LookReason
from drivers.actions.calendar import make_feed
from echauffeur.accounts.models import Session, User
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry
from tests import factories
from tests.life.journeys import Journey, journey_to
from tests.visitor import Visitor
from tracking.actions.trails import write
from tracking.positions import Position
from tracking.trails import pack, unpack

OUTSIDERS = ("anonymous", "guest")
SIGN_IN = "sign-in"
EVERYBODY, SIGNED_IN = "everybody", "signed in"

Row = str | int | UUID
# What a parameter names is told by the word before it in the route: ``rides/<str:code>/`` is a ride's code. These name
# no row of a base: one and the same whichever base one is on.
ANYWHERE: dict[str, Row] = {"new": UUID(int=1), "import": "places", "export": "places"}
# What names no row, by the parameter's converter.
NOTHING: dict[str, Row] = {
    "StringConverter": "R-222222",
    "SlugConverter": "nowhere",
    "IntConverter": 987_654_321,
    "UUIDConverter": UUID(int=404),
}
# Differs between two drawings of the same answer.
TOKEN = re.compile(rb"\b[A-Za-z0-9]{64}\b")
CHANGING = ("Expires", "Content-Length")


class Side:
    """One base with a ride on its way to its customer, and everybody who works or travels there."""

    def __init__(self, code: str) -> None:
        self.base: Base = factories.BaseFactory(code=code)
        self.journey: Journey = journey_to("acknowledged", base=self.base)
        self.token = booking.share(ride=self.journey.ride, by=self.journey.customer)
        self.feed = make_feed(driver=self.journey.driver, by=self.journey.driver.user)
        self.exception = factories.OpeningExceptionFactory(base=self.base)
        self.category = factories.CategoryFactory(base=self.base, enabled=False)
        self.people: dict[str, User | None] = {
            "anonymous": None,
            "guest": None,
            "customer": self.journey.customer,
            "other customer": factories.UserFactory(base=self.base),
            "driver": self.journey.driver.user,
            "other driver": factories.DriverFactory(base=self.base).user,
            "regulator": self.journey.regulator,
            "manager": factories.ManagerFactory(base=self.base),
            "administrator": factories.UserFactory(base=self.base, is_staff=True, is_superuser=True),
        }
        self.upload = factories.UploadFactory(base=self.base, by=self.people["manager"])
        self.model = factories.VehicleModelFactory(base=self.base, name=f"Jumper, {code}")
        self.out = factories.UnavailabilityFactory(vehicle__base=self.base)
        self.outage_pattern = factories.UnavailabilityPatternFactory(vehicle=self.out.vehicle)
        self.reading = factories.ReadingFactory(vehicle=self.journey.vehicle)
        self.handset = factories.HandsetFactory(base=self.base)
        self.device = factories.DeviceFactory(driver=self.journey.driver)
        self.pattern = factories.ShiftPatternFactory(driver__base=self.base)
        self.shift = factories.ShiftFactory(
            driver=self.pattern.driver, pattern=self.pattern, on=self.pattern.first_day, by_hand=False
        )
        self.absence = factories.AbsenceFactory(driver=self.pattern.driver)
        self.trip = driven(self.base, self.people["regulator"])
        self.identity = factories.IdentityFactory(user=self.journey.customer)
        Client().force_login(self.journey.customer)
        self.session = Session.objects.get(user=self.journey.customer)

    @property
    def rows(self) -> dict[str, Row]:
        """Return this base's row by the word that stands before it in a route: one line for each kind of row."""
        journey = self.journey
        assert journey.mission
        return {
            "bases": self.base.code,
            "base": self.base.code,
            "rides": journey.ride.code,
            "ride": journey.ride.code,
            "missions": journey.mission.code,
            "trips": self.trip.code,
            "looks": self.trip.pk,
            "places": journey.ride.destination_id,
            "check": self.upload.key,
            "people": journey.customer.pk,
            "exceptions": self.exception.pk,
            "categories": self.category.pk,
            "t": self.token,
            "calendar": self.feed,
            "sessions": self.session.handle,
            "vehicles": journey.vehicle.pk,
            "models": self.model.pk,
            "unavailabilities": self.out.pk,
            "outage-patterns": self.outage_pattern.pk,
            "readings": self.reading.pk,
            "drivers": journey.driver.pk,
            "shifts": self.shift.pk,
            "patterns": self.pattern.pk,
            "absences": self.absence.pk,
            "handsets": self.handset.pk,
            "devices": self.device.pk,
            "identities": self.identity.pk,
        }


def driven(base: Base, regulator: User | None) -> Entry:
    """Return the entry in which the regulator said why to look at a mission that is over, of which a trail is kept."""
    journey = journey_to("completed", base=base)
    assert journey.mission
    assert regulator
    journey.mission.refresh_from_db()
    here = Position(journey.driver.pk, 48.38, -4.49, journey.mission.ended_at)  # type: ignore[arg-type]
    write(unpack(pack([here])))
    return look(mission=journey.mission, by=regulator, reason=LookReason.COMPLAINT)


@dataclass(frozen=True)
class Door:
    """An address of the site: its name, and for each parameter the word before it and its converter."""

    name: str
    parameters: dict[str, tuple[str, str]]

    @property
    def leads_to_rows(self) -> bool:
        return any(word not in ANYWHERE for word, _converter in self.parameters.values())

    def address(self, *sides: dict[str, Row] | None) -> str:
        """Return the address with each parameter's row taken from its own side; None is a row that does not exist."""
        given = {
            parameter: NOTHING[converter] if rows is None else (ANYWHERE | rows)[word]
            for (parameter, (word, converter)), rows in zip(self.parameters.items(), sides, strict=True)
        }
        return reverse(self.name, kwargs=given)


class World:
    """Brest, where everybody who knocks belongs, and Cherbourg, its twin with the same rows and people."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.own, self.other = Side("brest"), Side("cherbourg")
        self.journey, self.token, self.people = self.own.journey, self.own.token, self.own.people
        self.cookies = {persona: cookies_of(user, self.token, persona) for persona, user in self.people.items()}
        self._client = Visitor()
        self._answers: dict[tuple[str, str, str], HttpResponse] = {}
        # Which tables were written for which request.
        self.written: dict[tuple[str, str, str], set[str]] = {}

    def at_home(self, door: Door) -> str:
        """Return the address that leads to the rows of one's own base."""
        return door.address(*[self.own.rows] * len(door.parameters))

    def there(self, door: Door) -> str:
        """Return the address that leads to the same rows of the other base."""
        return door.address(*[self.other.rows] * len(door.parameters))

    def mixed(self, door: Door) -> dict[str, str]:
        """Return the addresses that name rows of both bases at once, each with its like under which there is no row."""
        ways = product((self.own.rows, self.other.rows), repeat=len(door.parameters))
        like = {door.address(*way): door.address(way[0], *[None] * (len(way) - 1)) for way in ways}
        return {
            address: none for address, none in like.items() if address not in (self.at_home(door), self.there(door))
        }

    def nowhere(self, door: Door) -> str:
        """Return the address that leads to rows which do not exist."""
        return door.address(*[None] * len(door.parameters))

    def address(self, name: str) -> str:
        """Return the address of that name that leads to the rows of one's own base."""
        return self.at_home(doors()[name])

    def ask(self, persona: str, method: str, address: str) -> HttpResponse:
        """Return the answer. Nothing is kept of what was done for it."""
        key = persona, method, address
        if key not in self._answers:
            self._client.cookies = SimpleCookie(self.cookies[persona])
            with transaction.atomic():
                with connection.execute_wrapper(partial(_note_table, self.written.setdefault(key, set()))):
                    self._answers[key] = self._client.generic(method, address, b"")  # type: ignore[assignment]
                transaction.set_rollback(True)
        return self._answers[key]


def cookies_of(user: User | None, token: str, persona: str) -> dict[str, str]:
    """Return the cookies of somebody who has signed in, or as a guest has opened the tracking link of that token."""
    client = Client()
    if user is not None:
        client.force_login(user)
    elif persona == "guest":
        client.get(reverse("track-open", args=[token]))
    return {name: morsel.value for name, morsel in client.cookies.items()}


def _note_table(tables: set[str], execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Note which table a statement writes, and execute it."""
    if found := re.match(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)', sql):
        tables.add(found[1])
    return execute(sql, *rest)


def code_of(response: HttpResponse) -> int | str:
    """Return the code of the answer, or that it leads to the sign-in page."""
    is_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("sign-in"))
    return SIGN_IN if is_sign_in else response.status_code


def appearance(response: HttpResponse, address: str) -> tuple[int, dict[str, str], bytes]:
    """Return all that can be told of an answer from outside, whichever row its address names."""
    body = TOKEN.sub(b"TOKEN", response.content)
    headers = {name: str(value) for name, value in response.items() if name not in CHANGING}
    for said in (address, quote(address, safe="")):
        body = body.replace(said.encode(), b"ADDRESS")
        headers = {name: value.replace(said, "ADDRESS") for name, value in headers.items()}
    return response.status_code, headers, body


def doors() -> dict[str, Door]:
    """Return every named address of the site; the administration's are its own business."""
    return {door.name: door for door in _doors(get_resolver(), "")}


def _doors(resolver: URLResolver, before: str) -> Iterator[Door]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from _doors(pattern, route)
        else:
            yield Door(str(pattern.name), dict(_parameters(route, pattern)))


def _parameters(route: str, pattern: URLPattern) -> Iterator[tuple[str, tuple[str, str]]]:
    for word, parameter in re.findall(r"([\w.-]+)/<(?:\w+:)?(\w+)>", route):
        yield parameter, (word, type(pattern.pattern.converters[parameter]).__name__)


def named(persona: str, group: str | tuple[str, ...]) -> bool:
    """Whether the persona is one of those that a line of the table names."""
    if group == SIGNED_IN:
        return persona not in OUTSIDERS
    return group == EVERYBODY or persona in (group if isinstance(group, tuple) else (group,))
