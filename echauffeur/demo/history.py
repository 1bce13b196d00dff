"""Two months of rides, shaped like reality, up to this very moment and some days ahead."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from random import Random

from bookings.states import RefusalReason
from dispatch.queries.feasibility import LEAST_APPROACH
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.bases.models import Category, Place
from echauffeur.bases.queries import is_open
from echauffeur.common.lifecycle import Party
from echauffeur.demo.bases import BaseSpec
from echauffeur.demo.lives import Life, Wanted, minutes
from echauffeur.demo.people import Crew
from fleet.models import Vehicle

Period = tuple[datetime, datetime]

# How many of a day's rides begin in each hour of local time.
HOURS = [1, 1, 0.5, 0.5, 1, 3, 8, 14, 11, 8, 7, 9, 11, 12, 9, 8, 10, 13, 9, 5, 4, 3, 2, 1.5]
WEEKEND = 0.22
NOTES = [
    "Réunion à l’état-major", "Train de 17 h 12", "Deux valises", "Rendez-vous médical", "Délégation, tenue de ville",
    "Retour de mission", "Matériel léger", "Attendre devant l’accueil", "Visite de service", "Stage de formation",
]  # fmt: skip
# key: kind of transport; what it is for, and the motives that people give
KINDS = {
    "Liaison": (
        "Déplacements de service, sur la base et en ville",
        ["Réunion de service", "Retour de mission", "Stage de formation", "Liaison avec la gare", "Visite de service"],
    ),
    "Autorité": ("Autorités et délégations", ["Visite d’inspection", "Accueil d’une délégation", "Cérémonie"]),
    "Sanitaire": ("Rendez-vous médicaux, mobilité réduite", ["Rendez-vous médical", "Visite médicale d’aptitude"]),
    "Groupe": ("À partir de six passagers", ["Transport d’un équipage", "Groupe en stage"]),
}
REFUSED = {
    RefusalReason.NO_CAPACITY: "Aucun conducteur n’est libre à cette heure. Une heure plus tard, c’est possible.",
    RefusalReason.OUT_OF_SCOPE: "Ce trajet privé ne relève pas du service. La ligne 3 du bus passe à cette adresse.",
    RefusalReason.OTHER: "La porte est fermée ce jour-là pour travaux. Merci de choisir la Porte Principale.",
}
PRAISE = ["Parfait, merci.", "Conducteur très aimable.", "À l’heure, conduite souple.", "Rien à redire."]
BLAME = ["Dix minutes de retard.", "Difficile de trouver la voiture.", "Personne ne m’a prévenu du retard."]


@dataclass
class Diary:
    """Who and what is taken when, on one base."""

    shifts: dict[int, list[Period]]
    licences: dict[int, set[str]]
    out_of_service: dict[int, list[Period]]
    taken: dict[str, list[Period]] = field(default_factory=lambda: defaultdict(list))

    def book(
        self, drivers: list[Driver], vehicles: list[Vehicle], wanted: Wanted, random: Random
    ) -> tuple[Driver, Vehicle] | None:
        """Return a driver and a vehicle that can carry this, booked for it; None when there are none."""
        slot = wanted.pickup_at - LEAST_APPROACH, wanted.pickup_at + minutes(wanted.origin.base.ride_minutes)
        cars = [vehicle for vehicle in vehicles if self._can_carry(vehicle, wanted, slot)]
        pairs = [
            (driver, car)
            for driver in drivers
            if self._can_drive(driver, wanted, slot)
            for car in cars
            if car.model.licence in self.licences[driver.pk]
        ]
        if not pairs:
            return None
        fewest_seats = min(car.model.seats for _, car in pairs)
        driver, car = random.choice([pair for pair in pairs if pair[1].model.seats <= fewest_seats + 1])
        insort(self.taken[f"driver {driver.pk}"], slot)
        insort(self.taken[f"vehicle {car.pk}"], slot)
        return driver, car

    def _can_drive(self, driver: Driver, wanted: Wanted, slot: Period) -> bool:
        trained = driver.wheelchair_trained or not wanted.wheelchairs
        on_duty = _covers(self.shifts[driver.pk], slot)
        return trained and on_duty and _leaves_free(self.taken[f"driver {driver.pk}"], slot)

    def _can_carry(self, vehicle: Vehicle, wanted: Wanted, slot: Period) -> bool:
        model = vehicle.model
        fits = model.seats >= wanted.passengers and model.wheelchair_places >= wanted.wheelchairs
        in_service = _leaves_free(self.out_of_service.get(vehicle.pk, []), slot)
        return fits and in_service and _leaves_free(self.taken[f"vehicle {vehicle.pk}"], slot)


# Periods of one driver or vehicle are sorted and never overlap: only the neighbours matter.


def without(period: Period, gaps: list[Period]) -> list[Period]:
    """Return what is left of a period outside these gaps, which are in order."""
    left, start = [], period[0]
    for gap in gaps:
        if start < gap[0] < period[1]:
            left.append((start, gap[0]))
        start = max(start, min(gap[1], period[1]))
    return [*left, (start, period[1])] if start < period[1] else left


def _covers(periods: list[Period], slot: Period) -> bool:
    after = bisect_right(periods, slot[0], key=itemgetter(0))
    return after > 0 and slot[1] <= periods[after - 1][1]


def _leaves_free(periods: list[Period], slot: Period) -> bool:
    after = bisect_right(periods, slot[0], key=itemgetter(0))
    free_before = after == 0 or periods[after - 1][1] <= slot[0]
    return free_before and (after == len(periods) or slot[1] <= periods[after][0])


class Chronicle:
    """Tells the rides of one base."""

    def __init__(
        self, spec: BaseSpec, crew: Crew, *, places: list[Place], vehicles: list[Vehicle], diary: Diary,
        kinds: dict[str, Category], now: datetime,
    ):  # fmt: skip
        self.spec, self.crew, self.places, self.vehicles = spec, crew, places, vehicles
        self.diary, self.kinds, self.now = diary, kinds, now
        self.random, self.motives = Random(f"rides of {spec.code}"), Random(f"motives of {spec.code}")
        self.visitor = crew.drivers[0] if spec.code == "brest" else None

    def tell(self, first: date, last: date) -> list[Life]:
        """Return the rides of these local dates (both included) as far as they have come by now."""
        wishes = [wish for n in range((last - first).days + 1) for wish in self._day(first + timedelta(days=n))]
        if self.spec.code == "brest":
            wishes += self._around_now()
        else:
            # Nobody plays the other bases: what would begin there within hours would only ever grow later.
            quiet = self.now - timedelta(hours=1), self.now + timedelta(hours=10)
            wishes = [wish for wish in wishes if not quiet[0] < wish.pickup_at < quiet[1]]
        wishes.sort(key=lambda wish: wish.pickup_at)
        lives = [*self._for_the_visitor(), *self._on_the_road(), *self._just_asked()] if self.visitor else []
        return lives + [self._live(wish) for wish in wishes if wish.requested_at <= self.now]

    def _day(self, on: date) -> Iterator[Wanted]:
        weekend = on.weekday() > 4
        count = round(self.spec.rides_a_day * (WEEKEND if weekend else 1) * self.random.uniform(0.75, 1.25))
        for _ in range(count):
            hour = self.random.choices(range(24), HOURS)[0]
            pickup_at = self.crew.base.at(on, time(hour, 5 * self.random.randrange(12)))
            lead = minutes(min(9 * 1440, 20 + self.random.lognormvariate(5.6, 1.6)))
            if is_open(self.crew.base, pickup_at):
                yield self._wish(pickup_at, pickup_at - lead)

    def _around_now(self) -> Iterator[Wanted]:
        """Yield the rides that make the control tower alive at the first look, whatever the hour."""
        start = self.now.replace(second=0, microsecond=0)
        for offset in (-40, -28, 6, 11, 16, 24, 33, 45, 60, 80, 105, 140, 190):
            asked_before = min(start, start + minutes(offset))
            yield self._wish(start + minutes(offset), asked_before - minutes(self.random.uniform(30, 300)))

    def _for_the_visitor(self) -> list[Life]:
        """Return two rides that wait for the driver whom visitors play, and one that a visitor's customer awaits."""
        start, regulator, lives = self.now.replace(second=0, microsecond=0), self._regulator(), []
        someone, visitor, others = self.crew.customers[-1], self.crew.drivers[:1], self.crew.drivers[1:]
        persona = self.crew.customers[0]
        for offset, customer, drivers in ((20, someone, visitor), (65, someone, visitor), (38, persona, others)):
            wish = self._wish(start + minutes(offset), self.now - minutes(40), customer)
            life = Life(wish, self.random)
            life.confirm(self.now - minutes(31), regulator)
            if booked := self.diary.book(drivers, self.vehicles, wish, self.random):
                life.assign(self.now - minutes(6), regulator, *booked)
            lives.append(life)
        return lives

    def _on_the_road(self) -> Iterator[Life]:
        """Yield a ride with people on board, one whose driver waits, and one whose driver comes."""
        for offset, under_way in (
            (-4, {"depart": 11, "arrive": 5, "board": 2.5}),
            (-1, {"depart": 8, "arrive": 1.5}),
            (4, {"depart": 1.5}),
        ):
            wish = self._wish(self.now.replace(second=0, microsecond=0) + minutes(offset), self.now - minutes(90))
            booked = self.diary.book(self.crew.drivers[1:], self.vehicles, wish, self.random)
            if booked is None:
                continue
            life, regulator = Life(wish, self.random), self._regulator()
            life.confirm(self.now - minutes(75), regulator)
            life.assign(self.now - minutes(40), regulator, *booked)
            life.acknowledge(self.now - minutes(37))
            for verb, minutes_ago in under_way.items():
                getattr(life, verb)(self.now - minutes(minutes_ago))
            yield life

    def _just_asked(self) -> Iterator[Life]:
        """Yield requests that nobody has handled yet, and one on the waiting list."""
        start = self.now.replace(second=0, microsecond=0)
        for offset, waited in ((22, 0.7), (50, 3), (75, 6), (110, 14)):
            life = Life(self._wish(start + minutes(offset), self.now - minutes(waited)), self.random)
            if waited > 10:
                life.waitlist(self.now - minutes(2), self._regulator())
            yield life

    def _drivers(self, wish: Wanted) -> list[Driver]:
        """Return who may be booked: from now on not the one whom visitors play, as nobody may come and play."""
        spared = wish.pickup_at > self.now - timedelta(hours=2)
        return [driver for driver in self.crew.drivers if not (spared and driver is self.visitor)]

    def _wish(self, pickup_at: datetime, requested_at: datetime, customer: User | None = None) -> Wanted:
        random = self.random
        if customer is None and random.random() > 0.22:
            customer = random.choice(self.crew.customers)
        booked_by = customer or random.choice(self.crew.regulators)
        name = (
            str(customer)
            if customer
            else f"{random.choice(['M.', 'Mme'])} {random.choice(self.crew.customers).last_name}"
        )
        origin, destination = random.sample(self.places, 2)
        wheelchairs = int(random.random() < 0.04)
        passengers = random.choices([1, 2, 3, 4, 6, 12], [60, 20, 8, 5, 2, 0.7])[0] if not wheelchairs else 1
        category, motive = self._kind(passengers, wheelchairs)
        return Wanted(
            customer, booked_by, name, origin, destination, pickup_at, requested_at,
            passengers=passengers, category=category, motive=motive,
            luggage=random.choices([0, 1, 2, 4], [70, 18, 9, 3])[0],
            wheelchairs=wheelchairs,
            note=random.choice(NOTES) if random.random() < 0.3 else "",
        )  # fmt: skip

    def _kind(self, passengers: int, wheelchairs: int) -> tuple[Category, str]:
        """Return the kind of transport that suits, and a motive: always where the base asks for one."""
        random = self.motives
        if wheelchairs or passengers >= 6:
            name = "Sanitaire" if wheelchairs else "Groupe"
        else:
            name = random.choices(["Liaison", "Autorité", "Sanitaire"], [86, 6, 8])[0]
        is_said = self.crew.base.motive_required or random.random() < 0.6
        return self.kinds[name], random.choice(KINDS[name][1]) if is_said else ""

    def _live(self, wish: Wanted) -> Life:
        life = Life(wish, self.random)
        for at, step in self._plot(life, wish):
            if at > self.now:
                break
            step(at)
        return life

    def _plot(self, life: Life, wish: Wanted) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
        """Yield what happens to the ride, in order: the moment, and the step to take at it."""
        random, regulator = self.random, self._regulator()
        room = wish.pickup_at - wish.requested_at
        decided_at = wish.requested_at + min(minutes(random.uniform(1, 24)), room / 3)
        fate = random.random()
        if fate < 0.035:
            reason = random.choices(list(REFUSED), [6, 3, 1])[0]
            yield decided_at, lambda at: life.refuse(at, regulator, reason, REFUSED[reason])
            return
        if fate < 0.06:
            yield decided_at, lambda at: life.waitlist(at, regulator)
            decided_at += room / 6
        booked = self.diary.book(self._drivers(wish), self.vehicles, wish, random)
        if booked is None and wish.pickup_at < self.now + minutes(30):
            words = REFUSED[RefusalReason.NO_CAPACITY]
            yield decided_at, lambda at: life.refuse(at, regulator, RefusalReason.NO_CAPACITY, words)
            return
        yield decided_at, lambda at: life.confirm(at, regulator)
        if fate < 0.11:
            yield decided_at + room / 4, lambda at: self._cancel(life, at)
        elif booked:
            yield from self._drive(life, wish, decided_at, *booked)

    def _drive(
        self, life: Life, wish: Wanted, confirmed_at: datetime, driver: Driver, car: Vehicle
    ) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
        random, regulator, pickup = self.random, self._regulator(), wish.pickup_at
        room = pickup - minutes(10) - confirmed_at
        assigned_at = max(confirmed_at + min(minutes(1), room / 8), pickup - minutes(random.uniform(30, 400)))
        yield assigned_at, lambda at: life.assign(at, regulator, driver, car)
        if random.random() < 0.02:
            yield assigned_at + room / 16, lambda at: life.decline(at, "vehicle", "Voyant moteur allumé.")
            yield assigned_at + room / 8, lambda at: life.assign(at, regulator, driver, car)
            assigned_at += room / 8
        at = max(assigned_at + minutes(0.3), min(assigned_at + minutes(random.uniform(0.5, 9)), pickup - minutes(9)))
        yield at, life.acknowledge
        at = max(at + minutes(0.2), pickup - minutes(random.uniform(5, 9)))
        yield at, life.depart
        at = max(at + minutes(2.5), pickup + minutes(random.choice([-3, -2, -1, -1, 0, 0, 1, 2, 5])))
        yield at, life.arrive
        if random.random() < 0.025:
            yield max(at, pickup) + minutes(10.5), life.no_show
            return
        at = max(at, pickup - minutes(1)) + minutes(random.uniform(0.5, 3))
        yield at, life.board
        at += minutes(random.uniform(4, 11))
        yield at, life.complete
        if wish.customer and random.random() < 0.55:
            yield at + minutes(random.uniform(1, 90)), lambda at: self._rate(life, at)

    def _cancel(self, life: Life, at: datetime) -> None:
        by, reason = life.ride.customer, self.random.choice(["no_longer_needed", "changed_plan", "other_transport"])
        if by:
            life.cancel(at, by, Party.CUSTOMER, reason)
        else:
            life.cancel(at, self._regulator(), Party.REGULATOR, reason, "Annulé par téléphone.")

    def _rate(self, life: Life, at: datetime) -> None:
        rating = self.random.choices([5, 4, 3, 2, 1], [64, 23, 8, 3, 2])[0]
        words = self.random.choice(PRAISE if rating > 3 else BLAME) if self.random.random() < 0.3 else ""
        assert life.ride.customer
        life.rate(at, life.ride.customer, rating, words)

    def _regulator(self) -> User:
        return self.random.choice(self.crew.regulators)
