"""Writing vehicles and their models.

Whoever takes a vehicle out of service, or changes what it may carry, holds its row as those who book it do: either the
mission sees the change, or the change sees the mission, and nothing is written until the person says what becomes of
it (`fleet.commitments`).
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import ngettext

from echauffeur.accounts.models import User
from echauffeur.accounts.queries import party_on
from echauffeur.common.refusals import Refusal
from echauffeur.journal import actions as journal
from echauffeur.journal.edits import remove_row, save_row
from fleet import commitments
from fleet.commitments import WayOut
from fleet.models import MODEL_OF_ANOTHER_BASE, Vehicle, VehicleModel


def lock_vehicles(vehicle_ids: Iterable[int]) -> list[int]:
    """Keep these vehicles from every action that books them, until the transaction ends. Return their ids."""
    locked = Vehicle.objects.select_for_update(no_key=True).filter(pk__in=vehicle_ids).order_by("pk")
    return [vehicle.pk for vehicle in locked]


@transaction.atomic
def save_vehicle(*, vehicle: Vehicle, fields: Iterable[str], by: User, way_out: WayOut | None = None) -> Vehicle:
    """Write a new or changed vehicle.

    Raises Refusal when its model is another base's own, or its name is taken; Conflict when it strands missions.
    """
    locked = lock_vehicles([vehicle.pk]) if vehicle.pk else []
    # Its base must not change while we trust it.
    model = VehicleModel.objects.select_for_update(no_key=True).get(pk=vehicle.model_id)
    if not model.is_usable_on(vehicle.base_id):
        raise Refusal(MODEL_OF_ANOTHER_BASE, field="model")
    with journal.gathered(), commitments.kept(vehicles=locked, way_out=way_out, by=by):
        saved: Vehicle = save_row(row=vehicle, fields=fields, by=by, party=party_on(by, vehicle.base_id))
    return saved


@transaction.atomic
def remove_vehicle(*, row: Vehicle, by: User) -> None:
    """Remove a vehicle that no mission ever had. Raises Refusal when one did."""
    lock_vehicles([row.pk])
    remove_row(row=row, by=by)


@transaction.atomic
def save_model(*, model: VehicleModel, fields: Iterable[str], by: User, way_out: WayOut | None = None) -> VehicleModel:
    """Write a new or changed model of a base. Its vehicles are held: their seats and licence change with it.

    Raises Conflict when it strands missions.
    """
    theirs = Vehicle.objects.filter(model=model.pk).values_list("pk", flat=True)
    locked = lock_vehicles(theirs) if model.pk else []
    with journal.gathered(), commitments.kept(vehicles=locked, way_out=way_out, by=by):
        saved: VehicleModel = save_row(row=model, fields=fields, by=by)
    return saved


@transaction.atomic
def remove_model(*, row: VehicleModel, by: User) -> None:
    """Remove a model. Raises Refusal while vehicles are of it."""
    if count := row.vehicles.count():
        raise Refusal(
            ngettext(
                "%(n)d vehicle is of this model. Give it another model first.",
                "%(n)d vehicles are of this model. Give them another model first.",
                count,
            )
            % {"n": count}
        )
    remove_row(row=row, by=by)
