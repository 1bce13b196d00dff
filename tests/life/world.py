"""A small base with everybody in it, and what each of them may be expected to do."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from bookings.rules import Origin, Wish
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base, Place
from fleet.models import Vehicle
from tests import factories


@dataclass(frozen=True)
class Person:
    """Somebody who acts. ``kind`` is customer, regulator or driver."""

    kind: str
    user: User
    driver: Driver | None = None

    def __repr__(self) -> str:
        return f"<{self.kind} {self.user.pk}>"


@dataclass(frozen=True)
class World:
    """One base in a zone where it is never closed."""

    base: Base
    places: list[Place]
    people: list[Person]
    vehicles: list[Vehicle]
    built_at: datetime

    def of_kind(self, kind: str) -> list[Person]:
        return [person for person in self.people if person.kind == kind]

    def wish(self, wanted_at: datetime) -> Wish:
        return Wish(
            Origin.at(self.places[0]), self.places[1], wanted_at, "Camille Durand", "+33612345678", motive="Réunion"
        )

    def forbidden(self, now: datetime) -> dict[str, Wish]:
        """Return a wish against each of three rules, which a regulator may overrule."""
        right = self.wish(now + timedelta(hours=1))
        return {
            "shortest_notice": replace(right, wanted_at=now + timedelta(minutes=5)),
            "greatest_party": replace(right, passengers=self.base.greatest_party + 1),
            "motive": replace(right, motive=""),
        }


def build() -> World:
    """Write the rows of a base with two customers, a regulator, two drivers and two vehicles."""
    base = factories.BaseFactory(greatest_party=2, motive_required=True)
    people = [
        *(Person("customer", factories.UserFactory(base=base)) for _ in range(2)),
        Person("regulator", factories.RegulatorFactory(base=base)),
    ]
    for _ in range(2):
        driver = factories.DriverFactory(base=base)
        people.append(Person("driver", driver.user, driver))
    return World(
        base,
        [factories.PlaceFactory(base=base) for _ in range(2)],
        people,
        [factories.VehicleFactory(base=base) for _ in range(2)],
        timezone.now(),
    )
