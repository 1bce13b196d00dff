"""A file of people that comes in while somebody changes the same people by hand: one waits for the other."""

import time
from typing import Any

import pytest
from django.db import transaction
from django.utils.translation import override

from drivers.models import Licence
from echauffeur.accounts.actions import roles
from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from echauffeur.exchange import actions
from echauffeur.exchange.kinds import people
from tests.factories import DriverFactory
from tests.life.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_role_that_is_withdrawn_meanwhile_is_no_deadlock(
    base: Base, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line gave a role, which holds the base's roles; the next one wants a driver whom the page holds already."""
    driver = DriverFactory(base=base, user__base=base)
    Membership.objects.get_or_create(user=driver.user, base=base, role=Role.DRIVER)
    text = (
        "email;first_name;last_name;roles;licences\nada@example.org;Ada;Byron;regulator;\n"
        f"{driver.user.email};{driver.user.first_name};{driver.user.last_name};driver;D1 2090-03-31\n"
    )
    kept = actions.upload(base=base, kind=people.People, name="file.csv", content=text.encode(), by=manager)
    with override("en"):  # what was seen is in words
        seen = actions.plan_of(kept).digest
    save_driver = people.save_driver

    def late(**what: Any) -> Any:
        time.sleep(1.0)  # by now the page holds the driver, if nothing keeps it from doing so
        return save_driver(**what)

    monkeypatch.setattr(people, "save_driver", late)

    def by_file() -> Any:
        with override("en"):
            return actions.take_in(upload=kept, seen=seen, by=manager)

    def by_hand() -> Any:
        time.sleep(0.4)
        with transaction.atomic():
            return roles.withdraw(user=driver.user, base=base, role=Role.DRIVER, by=manager)

    plan, gone = at_once([by_file, by_hand])
    assert gone is True, gone
    assert not isinstance(plan, Exception), plan
    assert Licence.objects.filter(driver=driver, category="D1").exists()
