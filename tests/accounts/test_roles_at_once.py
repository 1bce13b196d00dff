"""Roles that change at the same moment as something else, and pages that are open meanwhile."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread

from dispatch import ties
from dispatch.models import Mission
from drivers.models import Driver
from echauffeur.accounts.actions import roles
from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.roles import Role
from echauffeur.common.refusals import Refusal
from echauffeur.journal.models import Entry
from tests import factories
from tests.life.crowd import at_once
from tests.life.journeys import journey_to
from tests.sockets import close_hub, listening, looked, subscribed

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 1.0


def outcome_of(act: Callable[..., bool], **what: Any) -> bool | str:
    """Return what the action returned, or the code of its refusal."""
    try:
        return act(**what)
    except Refusal as refusal:
        return refusal.code


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> threading.Barrier:
    """Have two withdrawals wait for each other at the last moment before they write, if no lock keeps them apart."""
    barrier, edit = threading.Barrier(2), roles._edit

    def meet(*args: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=0.5)
        return edit(*args)

    monkeypatch.setattr(roles, "_edit", meet)
    return barrier


def they_withdraw_each_other() -> list[bool | str]:
    base = factories.BaseFactory()
    one, other = factories.ManagerFactory(base=base), factories.ManagerFactory(base=base)
    role = {"base": base, "role": Role.MANAGER}
    pairs = [(one, other), (other, one)]
    acts = [lambda by=by, user=user: outcome_of(roles.withdraw, user=user, by=by, **role) for by, user in pairs]
    return at_once(acts)


def test_two_managers_never_leave_a_base_without_any(meeting: threading.Barrier) -> None:
    assert sorted(map(str, they_withdraw_each_other())) == ["True", "not_yours_to_give"]
    assert Membership.objects.filter(role=Role.MANAGER).count() == 1


def test_control_without_the_lock_both_are_gone(meeting: threading.Barrier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "_lock_roles", lambda base: None)
    assert they_withdraw_each_other() == [True, True]
    assert not Membership.objects.filter(role=Role.MANAGER).exists()


def test_given_by_eight_at_once_is_given_once() -> None:
    base, person = factories.BaseFactory(), factories.UserFactory()
    managers = factories.ManagerFactory.create_batch(8, base=base)
    what = {"user": person, "base": base, "role": Role.DRIVER}
    given = at_once([lambda by=by: outcome_of(roles.grant, by=by, **what) for by in managers])
    assert sorted(map(str, given)) == ["False"] * 7 + ["True"]
    assert Driver.objects.filter(user=person).count() == 1
    assert [entry.verb for entry in Entry.objects.filter(subject="membership")] == ["grant"]


@pytest.mark.parametrize("is_locked", [True, False], ids=["", "control"])
def test_no_mission_for_a_driver_who_is_just_leaving(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    journey = journey_to("confirmed")
    manager, leaving, assigned = factories.ManagerFactory(base=journey.base), threading.Event(), threading.Event()

    def wait_for_the_mission(base: Any) -> None:
        leaving.set()
        assigned.wait(timeout=0.5)

    def assign() -> str:
        leaving.wait(timeout=5)
        try:
            journey.take("assign")
        except Refusal as refusal:
            return refusal.code
        assigned.set()
        return "assigned"

    monkeypatch.setattr(roles, "_lock_roles", wait_for_the_mission)
    if not is_locked:
        monkeypatch.setattr(ties.DriverTie, "hold", lambda self, **what: [])
    leave = {"user": journey.driver.user, "base": journey.base, "role": Role.DRIVER, "by": manager}
    withdrawn, given = at_once([lambda: outcome_of(roles.withdraw, **leave), assign])
    assert (withdrawn, given) == (True, "refused" if is_locked else "assigned")
    assert Mission.objects.live().exists() == (not is_locked)


class TestOpenPages:
    """A role that goes closes the pages it opened within a second; untold, they stay open."""

    @pytest_asyncio.fixture(autouse=True)
    async def own_hub(self) -> AsyncIterator[None]:
        yield
        await close_hub()

    @pytest.fixture
    def people(self) -> dict[str, tuple[User, str]]:
        """Somebody of each role, with the socket of the page it opens."""
        base = factories.BaseFactory()
        return {
            Role.DRIVER: (factories.DriverFactory(base=base).user, "/live/driver/"),
            Role.REGULATOR: (factories.RegulatorFactory(base=base), "/live/base/brest/"),
            Role.MANAGER: (factories.ManagerFactory(base=base), "/live/base/brest/"),
        }

    @pytest.fixture
    def by(self, people: Any) -> User:
        return factories.ManagerFactory()

    @pytest.mark.asyncio
    @pytest.mark.parametrize("role", Role)
    async def test_close_with_the_role(self, people: dict[str, tuple[User, str]], by: User, role: Role) -> None:
        user, path = people[role]
        async with listening(path, user) as page:
            await subscribed()
            await page.hear("hello")
            await in_thread(roles.withdraw)(user=user, base=by.base, role=role, by=by)
            assert await page.closed(within=AT_ONCE) == 4403
        async with listening(path, user) as page:
            assert await page.closed() == 4403
        await in_thread(roles.grant)(user=user, base=by.base, role=role, by=by)
        async with listening(path, user) as page:
            assert await page.hear("hello")

    @pytest.mark.asyncio
    @pytest.mark.parametrize("role", Role)
    async def test_control_untold_they_stay_open(
        self, people: dict[str, tuple[User, str]], by: User, role: Role, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user, path = people[role]
        monkeypatch.setattr(roles, "record_edits", lambda *args, **kwargs: [None])
        monkeypatch.setattr(roles, "_tell", lambda *args: None)
        async with listening(path, user) as page:
            await looked(page)
            await in_thread(roles.withdraw)(user=user, base=by.base, role=role, by=by)
            with pytest.raises(asyncio.TimeoutError):
                await page.closed(within=AT_ONCE)

    @pytest.mark.asyncio
    async def test_stay_open_for_a_role_elsewhere(self, people: dict[str, tuple[User, str]], by: User) -> None:
        user, path = people[Role.REGULATOR]
        elsewhere = await in_thread(factories.MembershipFactory)(
            user=user, base=await in_thread(factories.BaseFactory)(code="toulon"), role=Role.REGULATOR
        )
        administrator = await in_thread(factories.UserFactory)(is_superuser=True)
        async with listening(path, user) as page:
            await subscribed()
            await page.hear("hello")
            await in_thread(roles.withdraw)(user=user, base=elsewhere.base, role=Role.REGULATOR, by=administrator)
            with pytest.raises(asyncio.TimeoutError):
                await page.closed(within=AT_ONCE)
