"""Telling a base's managers in time that a vehicle's inspection or maintenance comes up: once for each date."""

import logging
from collections.abc import Iterable

from django.db import transaction

from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from echauffeur.notifications.actions import post
from echauffeur.notifications.states import Way
from fleet.actions.vehicles import lock_vehicles
from fleet.due import Due, dues_of, pressing
from fleet.letters import vehicles_due
from fleet.models import Vehicle

logger = logging.getLogger(__name__)


def warn_everywhere() -> int:
    """Warn of what comes up on every base, each on its own day; return how many dates were told of anew.

    A base on which that fails keeps no other from its warnings.
    """
    told = 0
    for base in Base.objects.filter(vehicles__enabled=True).distinct().order_by("pk"):
        try:
            told += warn_on(base)
        except Exception:
            logger.exception("No warnings of vehicles on %s this time", base.code)
    return told


@transaction.atomic
def warn_on(base: Base) -> int:
    """Warn of what comes up on one base. Twice on a day tells nothing twice."""
    vehicles = Vehicle.objects.of(base).enabled().order_by("pk")
    lock_vehicles(vehicles.values_list("pk", flat=True))
    return warn_of(vehicles, base)


def warn_of(vehicles: Iterable[Vehicle], base: Base) -> int:
    """Write one message to each manager of the base on what presses and was not told yet; return how many dates.

    The vehicles are locked. Where the base has no manager, nothing counts as told.
    """
    managers = list(managers_of(base))
    news: list[tuple[Vehicle, Due]] = []
    keys = [vehicle.pk for vehicle in vehicles]
    for vehicle in Vehicle.objects.filter(pk__in=keys, enabled=True).with_figures().order_by("name"):
        mileage = vehicle.mileage  # type: ignore[attr-defined]  # annotated
        found = [due for due in pressing(vehicle, base.today(), mileage) if due.key not in vehicle.warned_for]
        if found and managers:
            news += [(vehicle, due) for due in found]
            known = {due.key for due in dues_of(vehicle, base.today(), mileage)} & set(vehicle.warned_for)
            vehicle.warned_for = sorted(known | {due.key for due in found})
            vehicle.save(update_fields=["warned_for"])
    for manager in managers if news else ():
        post(vehicles_due(news, base, manager), way=Way.MAIL, to=manager.email, person=manager, base=base)
    return len(news)


def managers_of(base: Base) -> Iterable[User]:
    """Return who manages the base and can sign in, in a fixed order."""
    held = {"memberships__base": base, "memberships__role": Role.MANAGER}
    return User.objects.filter(is_active=True, **held).distinct().order_by("pk")
