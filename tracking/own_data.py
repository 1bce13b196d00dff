"""What tracking holds of a person: where a driver on duty was last."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.common.commits import after_commit
from echauffeur.common.personal import Identity, Keeper, Kept, Section, register
from tracking.actions.positions import forget_off_duty
from tracking.positions import newest

KEPT = (
    Kept(
        what=gettext_lazy(
            "If you drive: where your phone was last, while you are on duty and share it. Never your speed"
        ),
        why=gettext_lazy("To send the nearest car, and to tell passengers when it comes."),
        seen_by=gettext_lazy(
            "The control room and managers of your base; passengers and their guests, only while you come for or "
            "carry them."
        ),
        until=gettext_lazy("Ten minutes, or until the end of your shift; at once when you stop sharing."),
    ),
)  # fmt: skip
HARMLESS = ("tracking.Basemap.features", "tracking.Basemap.attribution")


def export(person: User) -> list[Section]:
    drivers = {driver.pk: driver for driver in Driver.objects.filter(user=person).select_related("base")}
    rows = []
    for key, position in newest(drivers).items():
        base = drivers[key].base
        rows.append((base.name, f"{position.latitude:.6f}", f"{position.longitude:.6f}", base.local(position.at)))
    fields = {"base": _("Base"), "latitude": _("Latitude"), "longitude": _("Longitude"), "at": _("At")}
    return [Section("positions", _("Last position"), fields, list(rows))]


def erase(person: User, identity: Identity) -> None:
    keys = list(Driver.objects.filter(user=person).values_list("pk", flat=True))
    after_commit(forget_off_duty, keys)


register(Keeper("tracking", KEPT, export, erase, harmless=HARMLESS))
