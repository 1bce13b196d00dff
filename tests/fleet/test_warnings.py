"""Managers are told in time what comes up: once for each date, on each base's own day."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.notifications.models import Message
from fleet.actions import warnings
from fleet.actions.readings import Dashboard, take_reading
from fleet.actions.warnings import warn_everywhere, warn_on
from fleet.models import Vehicle
from fleet.tasks import warn_of_due_dates
from tests.factories import BaseFactory, ManagerFactory, ReadingFactory, RegulatorFactory, VehicleFactory
from tests.life.crowd import at_once

pytestmark = pytest.mark.django_db


def due(base: Base, days: int = 10, **more: Any) -> Vehicle:
    vehicle: Vehicle = VehicleFactory(base=base, inspection_until=base.today() + timedelta(days=days), **more)
    return vehicle


def told() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("to", flat=True))


def test_every_manager_is_told_once_of_each_date(base: Base, manager: User) -> None:
    second = ManagerFactory(base=base)
    RegulatorFactory(base=base)
    zoe, _van = due(base, name="Zoé 1"), due(base, days=31)
    assert warn_everywhere() == 1
    assert sorted(told()) == sorted([manager.email, second.email])
    assert "Zoé 1" in Message.objects.earliest("pk").body
    assert warn_everywhere() == 0
    assert warn_of_due_dates() == 0
    assert len(told()) == 2
    zoe.refresh_from_db()
    zoe.inspection_until = base.today() + timedelta(days=12)
    zoe.save()
    assert warn_everywhere() == 1
    zoe.refresh_from_db()
    assert zoe.warned_for == [f"inspection_until:{zoe.inspection_until}"]


def test_a_base_that_fails_keeps_no_other_from_its_warnings(
    base: Base, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = ManagerFactory(base=BaseFactory(code="toulon"))
    due(base), due(second.base)

    def fails_on_the_first(news: Any, of: Base, person: User) -> Any:
        if of == base:
            raise ValueError
        return vehicles_due(news, of, person)

    vehicles_due = warnings.vehicles_due
    monkeypatch.setattr(warnings, "vehicles_due", fails_on_the_first)
    assert warn_of_due_dates() == 1
    assert told() == [second.email]


def test_several_of_a_day_are_one_message(base: Base, manager: User) -> None:
    due(base, name="Zoé 1"), due(base, name="Zoé 2")
    assert warn_on(base) == 2
    assert told() == [manager.email]
    message = Message.objects.get()
    assert "2 vehicles are due" in message.subject
    assert "Zoé 1" in message.body
    assert "Zoé 2" in message.body


def test_it_is_written_in_the_readers_language(base: Base) -> None:
    ManagerFactory(base=base, language="fr")
    due(base)
    warn_on(base)
    assert "Hello" not in Message.objects.get().body


def test_who_is_away_today_is_told_when_there_is_a_manager(base: Base) -> None:
    due(base)
    assert warn_on(base) == 0
    ManagerFactory(base=base)
    assert warn_on(base) == 1


def test_what_is_switched_off_warns_nobody(base: Base, manager: User) -> None:
    due(base, enabled=False)
    assert warn_everywhere() == 0


@time_machine.travel("2026-12-01T09:00:00Z", tick=False)
def test_each_base_is_on_its_own_day() -> None:
    """In Papeete it is still November: the date is 31 days ahead there, 30 in Paris."""
    bases = [BaseFactory(code="paris"), BaseFactory(code="papeete", time_zone="Pacific/Tahiti")]
    for base in bases:
        ManagerFactory(base=base)
        VehicleFactory(base=base, inspection_until=date(2026, 12, 31))
    assert [warn_on(base) for base in bases] == [1, 0]
    with time_machine.travel("2026-12-01T10:30:00Z", tick=False):
        assert warn_on(bases[1]) == 1


def test_a_reading_that_comes_near_the_mileage_tells_at_once(base: Base, manager: User) -> None:
    vehicle = VehicleFactory(base=base, maintenance_due_km=31_000)
    ReadingFactory(vehicle=vehicle, kilometres=29_900)
    dashboard = Dashboard("end", 30_000, timezone.now())
    take_reading(vehicle=vehicle, read=dashboard, by=manager, party=Party.DRIVER)
    assert told() == [manager.email]
    assert "31,000 km" in Message.objects.get().body


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_it_once(base: Base, manager: User) -> None:
    due(base)
    assert sorted(at_once([warn_everywhere] * 3)) == [0, 0, 1]
    assert told() == [manager.email]
