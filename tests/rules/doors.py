"""Everybody who may stand at a door, with a ride of one base behind it."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bookings import actions as booking
from echauffeur.accounts.models import User
from tests import factories
from tests.life.journeys import Journey, journey_to

OUTSIDERS = ("anonymous", "guest")
SIGN_IN = "sign-in"
EVERYBODY, SIGNED_IN = "everybody", "signed in"


class World:
    """A ride of Brest on its way to its customer, everybody of Brest, and their like on another base."""

    def __init__(self) -> None:
        self.journey: Journey = journey_to("acknowledged")
        brest, elsewhere = self.journey.base, factories.BaseFactory(code="cherbourg")
        self.token = booking.share(ride=self.journey.ride, by=self.journey.customer)
        self.people: dict[str, User | None] = {
            "anonymous": None,
            "guest": None,
            "customer": self.journey.customer,
            "other customer": factories.UserFactory(base=brest),
            "driver": self.journey.driver.user,
            "other driver": factories.DriverFactory(base=brest).user,
            "regulator": self.journey.regulator,
            "manager": factories.ManagerFactory(base=brest),
            "administrator": factories.UserFactory(base=brest, is_staff=True, is_superuser=True),
            "foreign driver": factories.DriverFactory(base=elsewhere).user,
            "foreign regulator": factories.RegulatorFactory(base=elsewhere),
            "foreign manager": factories.ManagerFactory(base=elsewhere),
        }

        # The row behind each address that names one by its number.
        self.rows = {"base-place": self.journey.ride.destination_id}
        self.cookies = {persona: self._cookies(persona) for persona in self.people}

    def _cookies(self, persona: str) -> dict[str, str]:
        """Return the cookies of somebody who has signed in, or has opened the tracking link."""
        client = Client()
        if user := self.people[persona]:
            client.force_login(user)
        elif persona == "guest":
            client.get(reverse("track-open", args=[self.token]))
        return {name: morsel.value for name, morsel in client.cookies.items()}

    def address(self, name: str) -> str:
        """Return the address of that name that leads to this world's ride, mission or base."""
        journey = self.journey
        codes = {"code": journey.mission.code if name.startswith("mission-") else journey.ride.code}
        if name.startswith("base-") or name in {"tower", "ride-request-for"}:
            codes = {"code": journey.base.code}
        if "pk" in parameters()[name]:
            codes |= {"pk": self.rows[name.removesuffix("-remove")]}
        known = {"ride-check": {"key": UUID(int=1)}, "track-open": {"token": self.token}}
        kwargs = known.get(name, codes if "code" in parameters()[name] else {})
        return reverse(name, kwargs=kwargs)

    def answer(self, persona: str, method: str, name: str) -> int | str:
        """Return the code of the answer, or that it leads to the sign-in page. Nothing is kept of what it did."""
        client = Client(raise_request_exception=False)
        client.cookies.load(self.cookies[persona])
        with transaction.atomic():
            response: HttpResponse = client.generic(method, self.address(name), b"")  # type: ignore[assignment]
            transaction.set_rollback(True)
        is_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("sign-in"))
        return SIGN_IN if is_sign_in else response.status_code


def parameters() -> dict[str, list[str]]:
    """Return what each named address of the site takes; the administration's are its own business."""
    return {str(pattern.name): list(pattern.pattern.converters) for pattern in patterns(get_resolver())}


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif pattern.namespace != "admin":
            yield from patterns(pattern)


def named(persona: str, group: str | tuple[str, ...]) -> bool:
    """Whether the persona is one of those that a line of the table names."""
    if group == SIGNED_IN:
        return persona not in OUTSIDERS
    return group == EVERYBODY or persona in (group if isinstance(group, tuple) else (group,))
