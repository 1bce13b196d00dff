"""Writing vehicles, their models, when they are out of service, and the phones that are lent to drivers.

Whoever takes a vehicle out of service, or changes what it may carry, holds its row as those who book it do: either the
mission sees the change, or the change sees the mission and says which ones are concerned (`dispatch.queries.stranded`).
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from echauffeur.accounts.models import User
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal import actions as journal
from echauffeur.journal.edits import Edit, party_of, record_edits, remove_row, save_row
from fleet.models import MODEL_OF_ANOTHER_BASE, Handset, Unavailability, Vehicle, VehicleModel
from fleet.queries import holders_of
from fleet.states import HANDSET, HandsetState

# --- vehicles ------------------------------------------------------------------------------------------------------


def lock_vehicles(vehicle_ids: Iterable[int]) -> None:
    """Keep these vehicles from every action that books them, until the transaction ends."""
    list(Vehicle.objects.select_for_update(no_key=True).filter(pk__in=vehicle_ids).order_by("pk"))


@transaction.atomic
def save_vehicle(*, vehicle: Vehicle, fields: Iterable[str], by: User) -> Vehicle:
    """Write a new or changed vehicle. Raises Refusal when its model is another base's own, or its name is taken."""
    if vehicle.pk:
        lock_vehicles([vehicle.pk])
    # Its base must not change while we trust it.
    model = VehicleModel.objects.select_for_update(no_key=True).get(pk=vehicle.model_id)
    if not model.is_usable_on(vehicle.base_id):
        raise Refusal(MODEL_OF_ANOTHER_BASE, field="model")
    saved: Vehicle = save_row(row=vehicle, fields=fields, by=by)
    return saved


@transaction.atomic
def remove_vehicle(*, row: Vehicle, by: User) -> None:
    """Remove a vehicle that no mission ever had. Raises Refusal when one did."""
    lock_vehicles([row.pk])
    remove_row(row=row, by=by)


@transaction.atomic
def save_model(*, model: VehicleModel, fields: Iterable[str], by: User) -> VehicleModel:
    """Write a new or changed model of a base. Its vehicles are held: their seats and licence change with it."""
    if model.pk:
        lock_vehicles(Vehicle.objects.filter(model=model.pk).values_list("pk", flat=True))
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


@transaction.atomic
def save_unavailability(*, out: Unavailability, by: User) -> Unavailability:
    """Write when a vehicle is out of service; it is told as a change of the vehicle. Raises Stale when it is gone."""
    lock_vehicles([out.vehicle_id])
    if out.pk and not Unavailability.objects.filter(pk=out.pk).exists():
        raise Stale(_("Somebody else just took this back. The page of the vehicle shows what holds now."))
    out.save()
    _tell_of(out.vehicle, by)
    return out


@transaction.atomic
def end_unavailability(*, out: Unavailability, by: User, now: datetime | None = None) -> None:
    """Put the vehicle back into service now. What had not begun yet is taken back as if it had never been written."""
    now = now or timezone.now()
    lock_vehicles([out.vehicle_id])
    row = Unavailability.objects.filter(pk=out.pk).first()
    if row is None or (row.period.upper and row.period.upper <= now):
        raise Stale(_("This vehicle is already back in service. The page shows what holds now."))
    if row.period.lower >= now:
        row.delete()
    else:
        row.period = DateTimeTZRange(row.period.lower, now)
        row.save(update_fields=["period"])
    _tell_of(out.vehicle, by)


def _tell_of(vehicle: Vehicle, by: User) -> None:
    told = Edit(vehicle.base, "change", vehicle.subject, ("unavailabilities",))
    record_edits([told], by=by, party=party_of(by))


# --- service phones ------------------------------------------------------------------------------------------------


@transaction.atomic
def remove_handset(*, row: Handset, by: User) -> None:
    """Remove a phone that was registered by mistake. Raises Refusal while somebody holds it."""
    if _locked(row).state == HandsetState.LENT:
        raise Refusal(_("Somebody holds this phone. Take it back first."))
    remove_row(row=row, by=by)


@transaction.atomic
def lend(*, handset: Handset, holder: User, by: User) -> Handset:
    """Give the phone to one of the base's drivers.

    Raises Refusal when this person does not drive on the base or holds one of its phones already, WrongState when the
    phone is not there to be lent.
    """
    # The driver first: nobody switches the profile off between our look and our writing.
    list(holder.driving.select_for_update(no_key=True).filter(base=handset.base_id))
    row = _locked(handset)
    if not holders_of(row.base).filter(pk=holder.pk).exists():
        raise Refusal(_("This person does not drive on this base. Choose one of its drivers."), field="holder")
    if Handset.objects.of(row.base).held_by(holder.pk).exclude(pk=row.pk).exists():
        raise Refusal(
            _("%(person)s already holds a phone of this base. Take that one back first.") % {"person": holder},
            field="holder",
        )
    return _step(row, "lend", by, holder=holder)


@transaction.atomic
def take_back(*, handset: Handset, by: User) -> Handset:
    """Take the phone back from its holder. Raises WrongState when nobody holds it."""
    return _step(_locked(handset), "take_back", by)


@transaction.atomic
def report_broken(*, handset: Handset, by: User) -> Handset:
    """Write down that the phone does not work; nobody holds it any more. Raises WrongState."""
    return _step(_locked(handset), "report_broken", by)


@transaction.atomic
def repair(*, handset: Handset, by: User) -> Handset:
    """Put a broken phone back into service. Raises WrongState when it is not broken."""
    return _step(_locked(handset), "repair", by)


@transaction.atomic
def report_lost(*, handset: Handset, by: User) -> Handset:
    """Write down that the phone is lost; who held it last stays in its history. Raises WrongState."""
    return _step(_locked(handset), "report_lost", by)


@transaction.atomic
def find(*, handset: Handset, by: User) -> Handset:
    """Put a lost phone back into service. Raises WrongState when it is not lost."""
    return _step(_locked(handset), "find", by)


@transaction.atomic
def retire(*, handset: Handset, by: User) -> Handset:
    """Take the phone out of the fleet for good. Raises WrongState while somebody holds it."""
    return _step(_locked(handset), "retire", by)


def _locked(handset: Handset) -> Handset:
    """Return the phone as it stands now, kept from everybody else's step. Raises Stale when it is gone."""
    rows = Handset.objects.select_for_update(no_key=True, of=("self",)).select_related("base", "holder")
    row = rows.filter(pk=handset.pk).first()
    if row is None:
        raise Stale(_("Somebody else just removed this phone."))
    return row


def _step(row: Handset, verb: str, by: User, *, holder: User | None = None) -> Handset:
    """Move the locked phone along its table and tell of it; the phone's driver hears of it too."""
    party, before, was_held_by = party_of(by), row.state, row.holder
    row.state = HANDSET.check(verb, before, party).target
    row.holder, row.lent_at = holder, timezone.now() if holder else None
    row.save(update_fields=["state", "holder", "lent_at"])
    person = holder or was_held_by
    journal.record(
        base=row.base,
        verb=verb,
        subject=row.subject,
        by=by,
        party=party,
        from_state=before,
        to_state=row.state,
        data={"holder": str(person)} if person else {},
        also_on=_streams_of(person, row.base_id),
    )
    return row


def _streams_of(person: User | None, base_id: int) -> list[str]:
    """Return what the person's own page as a driver of the base follows."""
    if person is None:
        return []
    return [f"driver:{pk}" for pk in person.driving.filter(base=base_id).values_list("pk", flat=True)]
