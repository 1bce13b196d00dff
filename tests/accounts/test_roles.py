"""Giving and withdrawing roles: by whom, with which effect, once."""

from typing import Any

import pytest
from django.utils.translation import override

from dispatch import actions as dispatch
from drivers.models import Driver
from echauffeur.accounts.actions.roles import NotYoursToGive, grant, withdraw
from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.queries import may
from echauffeur.accounts.roles import Permission, Role
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from echauffeur.journal.models import Entry
from echauffeur.journal.queries import seq_of
from tests.accounts.test_rights import GIVES, PERSONAS, persona
from tests.factories import BaseFactory, DriverFactory, ManagerFactory, MembershipFactory, UserFactory
from tests.life.journeys import journey_to
from tracking.actions import positions as tracking

pytestmark = pytest.mark.django_db


@pytest.fixture
def brest() -> Base:
    return BaseFactory(code="brest")


@pytest.fixture
def toulon() -> Base:
    return BaseFactory(code="toulon")


@pytest.fixture
def manager(brest: Base) -> User:
    return ManagerFactory(base=brest)


def is_refused(act: Any, **what: Any) -> bool:
    try:
        act(**what)
    except NotYoursToGive:
        return True
    return False


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", PERSONAS)
def test_every_pair_on_the_own_base_and_on_another(name: str, role: Role, brest: Base, toulon: Base) -> None:
    """Whoever gives, and whatever they give: the base that counts is that of the role."""
    by, gives = persona(name), GIVES[role][PERSONAS.index(name)]
    for base, allowed in ((brest, gives), (toulon, name == "administrator")):
        person, held = UserFactory(base=base), MembershipFactory(base=base, role=role)
        before = Entry.objects.count()
        assert is_refused(grant, user=person, base=base, role=role, by=by) == (not allowed)
        assert is_refused(withdraw, user=held.user, base=base, role=role, by=by) == (not allowed)
        assert Membership.objects.filter(user=person).exists() == allowed
        assert Membership.objects.filter(pk=held.pk).exists() == (not allowed)
        assert (Entry.objects.count() > before) == allowed


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", ["customer", "driver", "regulator"])
def test_nobody_makes_themselves_more_than_they_are(name: str, role: Role, brest: Base) -> None:
    by = persona(name)
    assert is_refused(grant, user=by, base=brest, role=role, by=by)


@pytest.mark.parametrize("role", ["administrator", "superuser", "customer", "", "Manager"])
def test_there_is_no_other_role_to_give(role: Any, brest: Base, manager: User) -> None:
    with pytest.raises(ValueError, match="is not a valid Role"):
        grant(user=UserFactory(), base=brest, role=role, by=manager)


def test_a_role_is_given_with_its_step(brest: Base, manager: User) -> None:
    person = UserFactory()
    assert grant(user=person, base=brest, role=Role.REGULATOR, by=manager)
    held = Membership.objects.get(user=person)
    entry = Entry.objects.get()
    assert (entry.base, entry.by, entry.party, entry.verb) == (brest, manager, Party.MANAGER, "grant")
    assert (entry.subject, entry.subject_id, entry.code) == ("membership", held.pk, "regulator")
    assert entry.data == {"fields": [], "person": person.pk}
    assert seq_of(person.subject.stream) == 1
    assert withdraw(user=person, base=brest, role=Role.REGULATOR, by=manager)
    entry = Entry.objects.latest("pk")
    assert (entry.verb, entry.subject_id, entry.data["person"]) == ("withdraw", held.pk, person.pk)
    assert seq_of(person.subject.stream) == 2
    assert not may(User.objects.get(pk=person.pk), Permission.SEE_TOWER, brest)


def test_twice_is_once(brest: Base, manager: User) -> None:
    person = UserFactory()
    assert [grant(user=person, base=brest, role=Role.MANAGER, by=manager) for _ in "12"] == [True, False]
    assert [withdraw(user=person, base=brest, role=Role.MANAGER, by=manager) for _ in "12"] == [True, False]
    assert [entry.verb for entry in Entry.objects.order_by("seq")] == ["grant", "withdraw"]


def test_the_right_that_counts_is_that_of_now(brest: Base, manager: User) -> None:
    assert may(manager, Permission.MANAGE_PEOPLE, brest), "read, and so kept by this very object"
    Membership.objects.filter(user=manager).delete()
    assert is_refused(grant, user=UserFactory(), base=brest, role=Role.DRIVER, by=manager)
    ManagerFactory(base=brest)
    User.objects.filter(pk=manager.pk).update(is_active=False)
    MembershipFactory(user=manager, base=brest, role=Role.MANAGER)
    assert is_refused(grant, user=UserFactory(), base=brest, role=Role.DRIVER, by=manager)


def test_an_account_that_is_switched_off_takes_no_role(brest: Base, manager: User) -> None:
    person = UserFactory(is_active=False)
    with pytest.raises(Refusal):
        grant(user=person, base=brest, role=Role.DRIVER, by=manager)
    assert not Driver.objects.exists()


class TestLastManager:
    def test_stays(self, brest: Base, manager: User) -> None:
        MembershipFactory(user=UserFactory(is_active=False), base=brest, role=Role.MANAGER)
        with pytest.raises(Refusal), override("en"):
            withdraw(user=manager, base=brest, role=Role.MANAGER, by=manager)
        assert may(User.objects.get(pk=manager.pk), Permission.MANAGE_PEOPLE, brest)

    def test_goes_once_there_is_another(self, brest: Base, manager: User) -> None:
        ManagerFactory(base=brest)
        assert withdraw(user=manager, base=brest, role=Role.MANAGER, by=manager)

    def test_is_an_administrators_to_withdraw(self, brest: Base, manager: User) -> None:
        administrator = UserFactory(is_superuser=True)
        assert withdraw(user=manager, base=brest, role=Role.MANAGER, by=administrator)


class TestDriver:
    def test_gets_a_profile_with_the_role(self, brest: Base, manager: User) -> None:
        person = UserFactory()
        grant(user=person, base=brest, role=Role.DRIVER, by=manager)
        driver = Driver.objects.get(user=person)
        assert (driver.base, driver.enabled) == (brest, True)
        assert [entry.subject for entry in Entry.objects.order_by("seq")] == ["driver", "membership"]

    def test_who_comes_back_finds_the_old_profile(self, brest: Base, manager: User) -> None:
        driver = DriverFactory(base=brest)
        withdraw(user=driver.user, base=brest, role=Role.DRIVER, by=manager)
        assert not Driver.objects.entitled().exists()
        grant(user=driver.user, base=brest, role=Role.DRIVER, by=manager)
        assert Driver.objects.entitled().get() == driver
        assert seq_of(driver.stream) == 2

    def test_with_missions_keeps_the_role_until_they_are_given_to_somebody_else(self) -> None:
        journey = journey_to("acknowledged")
        manager, driver = ManagerFactory(base=journey.base), journey.driver
        role = {"user": driver.user, "base": journey.base, "role": Role.DRIVER, "by": manager}
        with override("en"), pytest.raises(Refusal, match=journey.mission.code):
            withdraw(**role)
        dispatch.unassign(ride=journey.ride, by=journey.regulator, reason="replan")
        assert withdraw(**role)

    def test_without_the_role_is_proposed_for_no_ride(self) -> None:
        journey = journey_to("confirmed")
        manager, driver = ManagerFactory(base=journey.base), journey.driver
        withdraw(user=driver.user, base=journey.base, role=Role.DRIVER, by=manager)
        with override("en"), pytest.raises(Refusal, match="no longer drives on this base"):
            journey.take("assign")

    def test_who_no_longer_drives_is_forgotten_by_the_map(
        self, brest: Base, manager: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        forgotten: list[int] = []
        monkeypatch.setattr(tracking, "forget", forgotten.append)
        driver = DriverFactory(base=brest)
        with django_capture_on_commit_callbacks(execute=True):
            withdraw(user=driver.user, base=brest, role=Role.DRIVER, by=manager)
        assert forgotten == [driver.pk]
