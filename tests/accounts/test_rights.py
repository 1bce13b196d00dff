"""Who may do what, as a table to read aloud; and where home is for each."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from echauffeur.accounts.models import User
from echauffeur.accounts.queries import bases_of, grants_of, may
from echauffeur.accounts.roles import IN_WORDS, ROLES, Permission, Role
from tests.factories import BaseFactory, DriverFactory, ManagerFactory, RegulatorFactory, UserFactory

pytestmark = pytest.mark.django_db

PERSONAS = ["customer", "driver", "regulator", "manager", "administrator"]
# fmt: off
MAY = {
    #                               customer  driver  regulator  manager  administrator
    Permission.SEE_TOWER:          [False,    False,  True,      True,    True],
    Permission.REGULATE_RIDES:     [False,    False,  True,      False,   True],
    Permission.BOOK_FOR_OTHERS:    [False,    False,  True,      False,   True],
    Permission.SEE_POSITIONS:      [False,    False,  True,      True,    True],
    Permission.SEE_TRAILS:         [False,    False,  True,      True,    True],
    Permission.PLAN:               [False,    False,  True,      True,    True],
    Permission.SEE_ABSENCE_REASONS: [False,   False,  False,     True,    True],
    Permission.DRIVE:              [False,    True,   False,     False,   False],
    Permission.CONFIGURE_BASE:     [False,    False,  False,     True,    True],
    Permission.MANAGE_PEOPLE:      [False,    False,  False,     True,    True],
    Permission.SEE_JOURNAL:        [False,    False,  False,     True,    True],
}
# Who gives and withdraws which role, on the own base. On another base: only an administrator.
GIVES = {
    #                               customer  driver  regulator  manager  administrator
    Role.DRIVER:                   [False,    False,  False,     True,    True],
    Role.REGULATOR:                [False,    False,  False,     True,    True],
    Role.MANAGER:                  [False,    False,  False,     True,    True],
}
# fmt: on


def persona(name: str) -> User:
    make = {
        "customer": UserFactory,
        "driver": lambda: DriverFactory().user,
        "regulator": RegulatorFactory,
        "manager": ManagerFactory,
        "administrator": lambda: UserFactory(is_superuser=True, is_staff=True),
    }
    return make[name]()


def test_the_tables_name_every_permission_and_role() -> None:
    assert set(MAY) == set(Permission) == set(IN_WORDS)
    assert set(GIVES) == set(Role) == set(ROLES)


@pytest.mark.parametrize("name", PERSONAS)
def test_who_gives_which_role_on_the_own_base_and_on_another(name: str) -> None:
    person, column = persona(name), PERSONAS.index(name)
    assert {role: role in grants_of(person, BaseFactory()) for role in Role} == {
        role: row[column] for role, row in GIVES.items()
    }
    others = set(Role) if name == "administrator" else set()
    assert grants_of(person, BaseFactory(code="toulon")) == others


def test_strangers_and_accounts_switched_off_give_nothing() -> None:
    manager = persona("manager")
    manager.is_active = False
    assert not grants_of(AnonymousUser(), BaseFactory())
    assert not grants_of(manager, BaseFactory())


@pytest.mark.parametrize("name", PERSONAS)
def test_what_each_may_do_on_the_own_base(name: str) -> None:
    person, base = persona(name), BaseFactory()
    column = PERSONAS.index(name)
    assert {p: may(person, p, base) for p in Permission} == {p: row[column] for p, row in MAY.items()}
    assert {p: base in bases_of(person, p) for p in Permission} == {p: row[column] for p, row in MAY.items()}


@pytest.mark.parametrize("name", ["customer", "driver", "regulator", "manager"])
def test_nobody_may_do_anything_on_another_base(name: str) -> None:
    person, other = persona(name), BaseFactory(code="toulon")
    assert not [p for p in Permission if may(person, p, other) or other in bases_of(person, p)]


@pytest.mark.parametrize("name", PERSONAS)
def test_an_inactive_account_may_nothing(name: str) -> None:
    person = persona(name)
    person.is_active = False
    assert not [p for p in Permission if may(person, p, BaseFactory()) or bases_of(person, p)]


def test_a_stranger_may_nothing() -> None:
    assert not [p for p in Permission if may(AnonymousUser(), p, BaseFactory()) or bases_of(AnonymousUser(), p)]


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("customer", "/rides/"),
        ("driver", "/drive/"),
        ("regulator", "/bases/brest/tower/"),
        ("manager", "/bases/brest/tower/"),
        ("administrator", "/bases/brest/tower/"),
    ],
)
def test_home_is_the_page_of_ones_work(client: Client, name: str, home: str) -> None:
    client.force_login(persona(name))
    assert client.get("/")["Location"] == home


def test_home_is_the_tower_of_the_base_one_is_on(client: Client) -> None:
    regulator = RegulatorFactory(base=BaseFactory(code="brest"))
    toulon = BaseFactory(code="toulon")
    regulator.memberships.create(base=toulon, role="regulator")
    User.objects.update(base=toulon)
    client.force_login(regulator)
    assert client.get("/")["Location"] == "/bases/toulon/tower/"


def test_a_stranger_reads_what_the_service_is(client: Client) -> None:
    page = client.get("/", headers={"accept-language": "en"})
    assert page.status_code == 200
    assert 'href="/sign-in/"' in page.content.decode()
