"""What the fleet holds of a person: the service phone that a base lent to a driver, and which readings they took."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echauffeur.accounts.models import User
from echauffeur.common.personal import Choice, Identity, Keeper, Kept, Section, register
from echauffeur.common.refusals import Refusal
from echauffeur.journal.models import Entry
from fleet.models import Handset, Reading

KEPT = (
    Kept(
        what=gettext_lazy("If you drive: the service phone that is lent to you, and since when"),
        why=gettext_lazy("To know where the base's phones are."),
        seen_by=gettext_lazy("The managers of your base, and the administrators."),
        until=gettext_lazy("Until you give it back; that somebody had it stays, your name goes with your account."),
        columns=("fleet.Handset.holder",),
    ),
    Kept(
        what=gettext_lazy("That you read a vehicle's kilometres and energy, and when"),
        why=gettext_lazy("To know who had which vehicle, and whom to ask when a figure is wrong."),
        seen_by=gettext_lazy("You, the control room and managers of that base, and the administrators."),
        until=gettext_lazy(
            "The figures stay with the vehicle; nobody's name is with them once you delete your account."
        ),
        columns=("fleet.Reading.by",),
    ),
)
HARMLESS = (
    "fleet.VehicleModel.name", "fleet.VehicleModel.licence", "fleet.Vehicle.name", "fleet.Vehicle.plate",
    "fleet.Vehicle.colour", "fleet.Vehicle.warned_for", "fleet.Reading.kind", "fleet.UnavailabilityPattern.frequency",
    "fleet.UnavailabilityPattern.weekdays", "fleet.UnavailabilityPattern.skipped", "fleet.UnavailabilityPattern.reason",
    "fleet.UnavailabilityPattern.note", "fleet.Unavailability.reason", "fleet.Unavailability.note",
    "fleet.Handset.model",
    "fleet.Handset.serial", "fleet.Handset.imei", "fleet.Handset.number", "fleet.Handset.state",
)  # fmt: skip


def export(person: User) -> list[Section]:
    fields = {
        "base": _("Base"),
        "model": _("Model"),
        "serial": _("Serial number"),
        "number": _("Phone number"),
        "state": _("State"),
        "lent_at": _("Lent since"),
    }
    rows = [
        (
            phone.base.name,
            phone.model,
            phone.serial,
            phone.number,
            Choice(phone.state, phone.get_state_display()),
            phone.base.local(phone.lent_at) if phone.lent_at else None,
        )
        for phone in Handset.objects.held_by(person.pk).select_related("base")
    ]
    return [Section("service_phones", _("Service phones"), fields, list(rows)), _readings_of(person)]


def _readings_of(person: User) -> Section:
    fields = {
        "base": _("Base"),
        "vehicle": _("Vehicle"),
        "read_at": _("Read at"),
        "occasion": _("Occasion"),
        "kilometres": _("Kilometres"),
        "energy_percent": _("Energy left (%)"),
    }
    rows = [
        (
            reading.vehicle.base.name,
            str(reading.vehicle),
            reading.vehicle.base.local(reading.read_at),
            Choice(reading.kind, reading.get_kind_display()),
            reading.kilometres,
            reading.energy_percent,
        )
        for reading in Reading.objects.filter(by=person).select_related("vehicle__base")
    ]
    return Section("readings", _("Kilometres that you read"), fields, list(rows))


def lock(person: User) -> None:
    """Raise Refusal while the person holds a service phone. The drivers' locks keep anybody from lending another."""
    held = Handset.objects.held_by(person.pk).select_related("base").order_by("pk")
    if phone := held.first():
        raise Refusal(
            _("You still have a service phone of %(base)s: %(phone)s. Give it back first.")
            % {"base": phone.base.name, "phone": phone}
        )


def erase(person: User, identity: Identity) -> None:
    """Take the name out of the phones' history, which kept it beside each loan; what was read, nobody has read."""
    Reading.objects.filter(by=person).update(by=None)
    bases = person.driving.values("base")
    for entry in Entry.objects.filter(subject="handset", base__in=bases, data__holder=identity.full_name):
        del entry.data["holder"]
        entry.save(update_fields=["data"])


register(Keeper("fleet", KEPT, export, erase, lock, harmless=HARMLESS))
