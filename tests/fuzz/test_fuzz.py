"""Thousands of made-up requests by everybody: never an error of ours, never another base's data, no broken promise."""

import logging
import random
import traceback
from collections import Counter
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Concat
from django.http import HttpResponse
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bookings.models import Ride
from dispatch.actions import assign
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.bases.models import Place
from echauffeur.common import hub
from fleet.models import Vehicle
from tests.env import FUZZ_REQUESTS, FUZZ_SEED
from tests.fuzz.forms import WALKERS, Form, all_forms
from tests.fuzz.requests import Request, odd_address, spoiled_form, wrong_body
from tests.life.checks import check_database
from tests.life.journeys import Journey
from tests.rules.doors import World, doors
from tests.visitor import Visitor

pytestmark = [
    pytest.mark.django_db,
    # What failed is written out by ourselves, in short, before Hypothesis does so in full.
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),
]

SERVER_ERROR = 500
REQUESTS_AT_ONCE = 10
# A word that stands in what is secret of the other base, and that nobody sends.
CANARY = "Quetzalcoatlus"
CANARY_PHONE = "+33698765432"


class Fuzz:
    """The world with everybody's forms, and how to send something in it."""

    def __init__(self) -> None:
        self.world = World()
        hide_canaries(self.world)
        self.forms: list[Form] = list(all_forms(self.world, more_work(self.world)))
        self.addresses = [
            (persona, address)
            for persona in WALKERS
            for door in doors().values()
            for address in {self.world.at_home(door), self.world.there(door)}
        ] + [("administrator", form.page) for form in self.forms if form.persona == "administrator"]
        self.foreign = foreign_ids(self.world)
        self.client = Visitor()
        self.errors: list[str] = []
        self.codes: Counter[int] = Counter()
        self.answered: Counter[str] = Counter()

    def requests(self) -> st.SearchStrategy[Request]:
        """Return made-up requests. Each form comes as often as the next, however many people meet it."""
        site, administration = {}, {}
        for form in self.forms:
            kinds = administration if form.route.startswith("admin:") else site
            kinds.setdefault((form.method, form.route, form.names), []).append(form)
        spoiled = [spoiled_form(list(kinds.values()), self.foreign) for kinds in (site, site, site, administration)]
        return st.one_of(*spoiled, wrong_body(self.forms), odd_address(self.addresses, self.foreign))

    def send(self, request: Request) -> HttpResponse:
        """Send it, and fail on an error of ours and on what belongs to another base."""
        self.errors.clear()
        self.client.cookies = SimpleCookie(self.world.cookies[request.persona])
        response: HttpResponse = self.client.generic(  # type: ignore[assignment]
            request.method, request.path, request.body, request.content_type, headers=request.headers
        )
        self.codes[response.status_code] += 1
        assert response.status_code < SERVER_ERROR or response.status_code == 503, "".join(self.errors)
        if request.persona != "administrator":
            body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
            for canary in (CANARY, CANARY_PHONE, CANARY_PHONE[3:]):
                assert canary.encode() not in body, f"another base's data: {canary}"
        return response

    def note(self, sender: Any, **_: Any) -> None:
        self.errors.append(traceback.format_exc(limit=-3, chain=False))


def more_work(world: World) -> list[str]:
    """Add a ride that waits for an answer and one that waits for its driver, and return where they are seen."""
    own = world.own
    who = {"base": own.base, "customer": own.journey.customer, "regulator": own.journey.regulator}
    waiting, given = Journey(**who), Journey(**who, minutes=300)  # type: ignore[arg-type]
    given.take("confirm")
    assign(ride=given.ride, driver=own.journey.driver, vehicle=own.journey.vehicle, by=own.journey.regulator)
    tower = reverse("tower", args=[own.base.code])
    return [f"{tower}?ride={journey.ride.code}" for journey in (waiting, given)]


def hide_canaries(world: World) -> None:
    """Write words into the other base's rows by which they would be known in any answer."""
    base = world.other.base
    users = [user.pk for user in world.other.people.values() if user]
    User.objects.filter(pk__in=users).update(last_name=CANARY, phone=CANARY_PHONE)
    Vehicle.objects.filter(base=base).update(name=Concat(Value(f"{CANARY} "), "pk", output_field=CharField()))
    Ride.objects.filter(base=base).update(passenger_name=CANARY, note=CANARY, phone=CANARY_PHONE)


def foreign_ids(world: World) -> list[str]:
    """Return ids and codes of the other base's rows."""
    base, people = world.other.base, [user for user in world.other.people.values() if user]
    rows = [
        *Vehicle.objects.filter(base=base), *Driver.objects.filter(base=base), *Place.objects.filter(base=base),
        *Ride.objects.filter(base=base), *people, base,
    ]  # fmt: skip
    ids = {str(row.pk) for row in rows} | {str(row) for row in world.other.rows.values()}
    pairs = {f"{driver.pk}-{vehicle.pk}" for driver in Driver.objects.all() for vehicle in Vehicle.objects.all()}
    return sorted(ids | pairs)


@pytest.fixture(scope="module")
def fuzz(django_db_setup: None, django_db_blocker: Any) -> Iterator[Fuzz]:
    """One world and one walk through it for all tests; each takes back what it did."""
    logging.disable(logging.CRITICAL)  # each refusal is a line in the log
    with django_db_blocker.unblock(), transaction.atomic():
        fuzz = Fuzz()
        got_request_exception.connect(fuzz.note)
        yield fuzz
        got_request_exception.disconnect(fuzz.note)
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)
    forget_limits()


def forget_limits() -> None:
    """Have nobody wait for what they did too often before: behind the limit nothing would be tried."""
    hub.ask(lambda client: client.flushdb(), default=None)


def play(fuzz: Fuzz, requests: int, number: int) -> None:
    """Send so many requests, made up from this number."""

    @seed(number)
    @settings(
        max_examples=requests // REQUESTS_AT_ONCE,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # what was sent is printed; making it smaller takes minutes
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(st.lists(fuzz.requests(), min_size=REQUESTS_AT_ONCE, max_size=REQUESTS_AT_ONCE))
    def send_all(requests: list[Request]) -> None:
        forget_limits()
        with transaction.atomic():
            for request in requests:
                with transaction.atomic():
                    try:
                        fuzz.send(request)
                    except (AssertionError, UnicodeError, ValueError) as error:
                        raise AssertionError(f"FUZZ_SEED={number}\n{request}\n{error}") from error
            check_database()
            transaction.set_rollback(True)

    send_all()


def test_nothing_that_is_sent_breaks_anything(fuzz: Fuzz) -> None:
    play(fuzz, FUZZ_REQUESTS, FUZZ_SEED or random.randrange(10**9))
    refused = sum(fuzz.codes[code] for code in (400, 404, 422))
    assert fuzz.codes[200] > FUZZ_REQUESTS / 20, fuzz.codes
    assert refused > FUZZ_REQUESTS / 20, fuzz.codes


def test_the_walk_meets_every_form(fuzz: Fuzz) -> None:
    """A form that nobody meets is never tried: each address that takes one is reached by somebody."""
    met = {form.route for form in fuzz.forms}
    assert {"ride-request", "ride-check", "ride-assign", "sign-in", "set-language", "mission-decline"} <= met
    assert any(route.startswith("admin:") for route in met)
    assert {form.persona for form in fuzz.forms} == set(WALKERS)


def test_another_base_s_data_would_be_seen(fuzz: Fuzz, monkeypatch: pytest.MonkeyPatch) -> None:
    ride = fuzz.world.other.journey.ride
    address = reverse("tower", args=[ride.base.code])
    monkeypatch.setitem(fuzz.world.cookies, "regulator", fuzz.world.cookies["administrator"])
    with pytest.raises(AssertionError, match="another base's data"):
        fuzz.send(Request("regulator", "GET", f"{address}?ride={ride.code}"))


def test_an_error_of_ours_would_be_seen(fuzz: Fuzz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("echauffeur.bases.views.search.places_matching", lambda base, text: 1 / 0)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        fuzz.send(Request("customer", "GET", "/places/?base=brest&q=x"))
    assert connection.is_usable()
