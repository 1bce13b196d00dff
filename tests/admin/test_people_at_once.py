"""The administration and a page change the same person's roles: neither waits for what the other waits for."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from echauffeur.accounts.actions import roles
from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from tests.admin.test_people import changed_form
from tests.factories import BaseFactory, ManagerFactory, MembershipFactory, UserFactory
from tests.life.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def at_the_worst_moment(
    monkeypatch: pytest.MonkeyPatch, contested: Base, grant: Callable[[], Any]
) -> Callable[[], Any]:
    """Return the page's step, which holds the roles of the base when the administration is about to ask for them."""
    there, real, pages = threading.Barrier(2), roles._lock_roles, set[int]()

    def meet() -> None:
        with suppress(threading.BrokenBarrierError):
            there.wait(timeout=0.5)

    def lock_roles(base: Base) -> None:
        if base != contested:
            real(base)
        elif threading.get_ident() in pages:
            real(base)
            meet()
        else:
            meet()
            real(base)

    def by_page() -> Any:
        pages.add(threading.get_ident())
        return grant()

    monkeypatch.setattr(roles, "_lock_roles", lock_roles)
    return by_page


def give_a_role(person: User, base: Base) -> tuple[str, dict[str, Any]]:
    role = {"memberships-TOTAL_FORMS": "1", "memberships-0-base": base.pk, "memberships-0-role": "regulator"}
    return f"/admin/accounts/user/{person.pk}/change/", changed_form(person, last_name="Le Goff", **role)


def take_two_roles(person: User, base: Base) -> tuple[str, dict[str, Any]]:
    earlier = MembershipFactory(user=person, base=BaseFactory(code="arlon"), role=Role.REGULATOR)
    later = MembershipFactory(user=person, base=base, role=Role.REGULATOR)
    keys = [earlier.pk, later.pk]
    return "/admin/accounts/membership/", {"action": "delete_selected", "post": "yes", "_selected_action": keys}


@pytest.mark.parametrize("is_held", [True, False], ids=["", "control"])
@pytest.mark.parametrize("change", [give_a_role, take_two_roles])
def test_they_never_wait_for_each_other(is_held: bool, change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    base, person = BaseFactory(code="toulon"), UserFactory()
    manager = ManagerFactory(base=base)
    address, sent = change(person, base)
    administration = Client()
    administration.force_login(UserFactory(is_staff=True, is_superuser=True))
    if not is_held:
        monkeypatch.setattr(roles, "hold", lambda **what: None)
    grant = at_the_worst_moment(
        monkeypatch, base, lambda: roles.grant(user=person, base=base, role=Role.DRIVER, by=manager)
    )
    answer, given = at_once([lambda: administration.post(address, sent), grant])
    if is_held:
        assert (answer.status_code, given) == (302, True)
        held = set(Membership.objects.filter(user=person).values_list("role", flat=True))
        assert held == ({"regulator", "driver"} if change is give_a_role else {"driver"})
    else:
        assert any(isinstance(one, OperationalError) and "deadlock" in str(one) for one in (answer, given))
