"""Who works and rides in the demo: made-up people, the same at every start."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from drivers.models import Driver, Licence
from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.demo import accounts
from echauffeur.demo.accounts import PASSWORD, address_of
from echauffeur.demo.bases import BASES
from echauffeur.demo.lives import Note

FIRST_NAMES = (
    "Adèle Alexandre Alice Anaïs Antoine Arnaud Aurélie Baptiste Bastien Benoît Bruno Caroline Cécile Charlotte Chloé "
    "Christophe Clément Corinne Cyril Damien David Delphine Élodie Émilie Éric Estelle Étienne Fabien Florence Franck "
    "Gaëlle Guillaume Hélène Hugo Inès Isabelle Jérôme Julie Julien Karim Laure Laurent Léa Loïc Lucie Ludovic Maël "
    "Manon Marc Marie Marion Mathieu Maxime Mélanie Mickaël Nadia Nathalie Nicolas Olivier Pauline Philippe Pierre "
    "Quentin Rachid Rémi Romain Sabrina Samuel Sandrine Sébastien Simon Solène Sophie Stéphane Sylvain Thomas Tristan "
    "Valérie Vincent Virginie Xavier Yves"
).split()
LAST_NAMES = (
    "Abgrall Allain André Aubert Bailly Barbier Baron Benoit Berger Bernard Bertin Besson Bihan Blanchard Bouchet "
    "Boulanger Bourdon Bouvier Boyer Briand Brun Caradec Carpentier Charpentier Chevalier Colin Cordier Coste Daniel "
    "David Delaunay Deschamps Dubois Dufour Dumas Dupuis Duval Faure Ferrand Fleury Fournier Gallois Garnier Gauthier "
    "Gérard Giraud Guérin Guillou Hamon Henry Hervieux Huet Jacquet Jaouen Joly Kerbrat Kermarec Lacroix Lambert "
    "Langlois Lebrun Leclerc Lefort Legrand Lemaire Lemoine Leroux Lucas Maillard Marchand Martel Masson Mercier "
    "Meunier Michaud Monnier Moreau Morel Moulin Noël Olivier Paris Pelletier Perrin Picard Poirier Prévost Quéméneur "
    "Renard Renaud Riou Rivière Robin Rolland Roussel Roy Salaün Simon Tanguy Tessier Thomas Vasseur Vidal Vincent"
).split()
# Who let a licence D end, on bases with so few drivers.
FORGETFUL, A_FEW = 5, 8
FILL_IN = accounts.Account("", "Relève", "Simulateur", "/bases/brest/tower/")


@dataclass
class Crew:
    """Everybody of one base."""

    base: Base
    customers: list[User] = field(default_factory=list)
    regulators: list[User] = field(default_factory=list)
    managers: list[User] = field(default_factory=list)
    drivers: list[Driver] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)


class Names:
    """Hands out names, none of them twice."""

    def __init__(self) -> None:
        self.random = Random("names of the demo")
        self.used = {(account.first_name, account.last_name) for account in accounts.ACCOUNTS}

    def __iter__(self) -> Iterator[tuple[str, str]]:
        while True:
            name = self.random.choice(FIRST_NAMES), self.random.choice(LAST_NAMES)
            if name not in self.used:
                self.used.add(name)
                yield name


def roster() -> dict[str, dict[str, list[tuple[str, str]]]]:
    """Return the names of everybody by base and job, as the simulator too must know whom to play."""
    names = iter(Names())

    def some(count: int) -> list[tuple[str, str]]:
        return [next(names) for _ in range(count)]

    return {
        spec.code: {
            "customers": some(14 if spec.code == "brest" else 7),
            "regulators": some(2),
            "managers": some(1),
            "drivers": some(spec.drivers),
        }
        for spec in BASES
    }


def hire(bases: dict[str, Base], today: date) -> dict[str, Crew]:
    """Write everybody, with roles, driving profiles and licences, and return them by base."""
    crews = {code: Crew(base) for code, base in bases.items()}
    # One hash for all: two hundred of them would take a minute, and the password is printed anyway.
    password, number = make_password(PASSWORD), 0
    for code, jobs in roster().items():
        for job, names in jobs.items():
            for first_name, last_name in names:
                number += 1
                user = _person(first_name, last_name, bases[code], password, number)
                getattr(crews[code], job).append(Driver(user=user, base=bases[code]) if job == "drivers" else user)
    _cast_personas(crews["brest"], password)
    everybody = [user for crew in crews.values() for user in _users(crew)]
    User.objects.bulk_create([*everybody, _administrator(bases["brest"], password)])
    for crew in crews.values():
        _give_roles(crew)
        _give_licences(crew, today)
    _lend_a_hand(crews["brest"].regulators[0], bases["cherbourg"])
    return crews


def _person(first_name: str, last_name: str, base: Base, password: str, number: int) -> User:
    return User(
        email=address_of(first_name, last_name),
        first_name=first_name,
        last_name=last_name,
        # Numbers reserved for fiction. Those of mobile phones would be fitter, but phonenumbers calls them invalid.
        phone=f"+33261915{number:03d}",
        phone_confirmed_at=timezone.now(),
        consented_at=timezone.now(),
        base=base,
        password=password,
    )


def _cast_personas(crew: Crew, password: str) -> None:
    """Put the accounts that are printed, and the simulator's own, at the head of their lists."""

    def cast(account: accounts.Account, number: int) -> User:
        return _person(account.first_name, account.last_name, crew.base, password, number)

    crew.customers.insert(0, cast(accounts.CUSTOMER, 901))
    crew.regulators[:0] = [cast(accounts.REGULATOR, 902), cast(FILL_IN, 906)]
    crew.managers.insert(0, cast(accounts.MANAGER, 903))
    crew.drivers[0] = Driver(user=cast(accounts.DRIVER, 904), base=crew.base)


def _administrator(base: Base, password: str) -> User:
    user = _person(accounts.ADMINISTRATOR.first_name, accounts.ADMINISTRATOR.last_name, base, password, 905)
    user.is_staff = user.is_superuser = True
    return user


def _users(crew: Crew) -> list[User]:
    return [*crew.customers, *crew.regulators, *crew.managers, *(driver.user for driver in crew.drivers)]


def _give_roles(crew: Crew) -> None:
    people = {
        Role.REGULATOR: crew.regulators,
        Role.MANAGER: crew.managers,
        Role.DRIVER: [driver.user for driver in crew.drivers],
    }
    crew.memberships = Membership.objects.bulk_create(
        Membership(user=user, base=crew.base, role=role) for role, users in people.items() for user in users
    )


def notes_of_roles(crew: Crew, first: datetime) -> Iterator[Note]:
    """Yield who gave these roles, from that moment on, some each day: the manager, whose own came with the base."""
    manager = crew.managers[0]
    for number, held in enumerate(crew.memberships):
        by = None if held.user == manager else manager
        yield Note(
            at=first.replace(hour=8, minute=0) + timedelta(days=number // 4, minutes=7 * (number % 4)),
            verb="grant",
            row=held,
            by=by,
            party=Party.MANAGER if by else Party.ADMINISTRATOR,
            from_state="",
            to_state="",
            data={"fields": [], "person": held.user.pk},
            also_on=[("person", held.user)],
        )


def _lend_a_hand(regulator: User, elsewhere: Base) -> None:
    """Let the regulator whom visitors play steer a second base too, so that there is one to choose in the header.

    The journal knows nothing of it: the stream of one person is numbered with one base's steps here.
    """
    Membership.objects.create(user=regulator, base=elsewhere, role=Role.REGULATOR)


def _give_licences(crew: Crew, today: date) -> None:
    for number, driver in enumerate(crew.drivers):
        driver.user_id = driver.user.pk
        driver.wheelchair_trained = number % 2 == 0
        # One has to go on the course again within the week, as their phone says.
        driver.wheelchair_until = today + timedelta(days=5 if number % 11 == 2 else 900) if number % 2 == 0 else None
    Driver.objects.bulk_create(crew.drivers)
    licences = []
    for number, driver in enumerate(crew.drivers):
        held = ["B", *(["D1"] if number % 3 == 0 else []), *(["D"] if number % 5 == 0 else [])]
        # One of them has to see to it soon, as the base's manager reads.
        expiry = today + timedelta(days=45 if number % 11 == 4 else 200 + 97 * (number % 11))
        licences += [Licence(driver=driver, category=category, expires_on=expiry) for category in held]
        if number == FORGETFUL and len(crew.drivers) <= A_FEW:
            licences[-1].expires_on = today - timedelta(days=3)  # nothing on a small base is driven with it
    Licence.objects.bulk_create(licences)
