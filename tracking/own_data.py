"""What tracking holds of a person: where a driver on duty was last and drove lately, and which devices say so."""

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.common.commits import after_commit
from echauffeur.common.personal import Fading, Identity, Keeper, Kept, Section, Value, in_days, register
from tracking.actions.positions import forget_off_duty
from tracking.actions.trails import forget_old, forget_trails
from tracking.models import Device, TrailPoint
from tracking.positions import newest
from tracking.trails import KEPT as KEPT_FOR

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
    Kept(
        what=gettext_lazy(
            "If you drive: where you drove, point by point, while you were on duty and shared your position. Never "
            "your speed"
        ),
        why=gettext_lazy("To find out what happened on a trip when somebody asks: a complaint, an accident, a delay."),
        seen_by=gettext_lazy(
            "Regulators and managers of your base, for one mission at a time, once it is over, and only after they "
            "have said why. You see at once who looked, when and why. Never passengers."
        ),
        until=format_lazy(
            gettext_lazy("{time}, or until you delete your account. That somebody looked stays in the journal."),
            time=in_days(KEPT_FOR),
        ),
        columns=("tracking.TrailPoint.driver", "tracking.TrailPoint.latitude", "tracking.TrailPoint.longitude"),
    ),
    Kept(
        what=gettext_lazy(
            "Devices that send positions for you or for a vehicle: name, who added them, when they were last heard"
        ),
        why=gettext_lazy("To know which devices may send positions, and to end the key of one that is lost."),
        seen_by=gettext_lazy("You, for your own devices; managers of the base."),
        until=gettext_lazy("Until a manager removes them. Your own go with your account, your name from the others."),
        columns=("tracking.Device.label", "tracking.Device.created_by"),
    ),
)  # fmt: skip
HARMLESS = (
    "tracking.Basemap.features",
    "tracking.Basemap.attribution",
    "tracking.Device.digest",
    "tracking.Device.refused_code",
    "tracking.TileServer.url",
    "tracking.TileServer.attribution",
)


def export(person: User) -> list[Section]:
    drivers = {driver.pk: driver for driver in Driver.objects.filter(user=person).select_related("base")}
    return [_last(drivers), _trails(drivers), _devices(person)]


def _last(drivers: dict[int, Driver]) -> Section:
    rows: list[tuple[Value, ...]] = []
    for key, position in newest(drivers).items():
        base = drivers[key].base
        rows.append((base.name, f"{position.latitude:.6f}", f"{position.longitude:.6f}", base.local(position.at)))
    fields = {"base": _("Base"), "latitude": _("Latitude"), "longitude": _("Longitude"), "at": _("At")}
    return Section("positions", _("Last position"), fields, rows)


def _trails(drivers: dict[int, Driver]) -> Section:
    points = TrailPoint.objects.filter(driver__in=drivers).order_by("-at").values_list(
        "driver_id", "at", "latitude", "longitude", "accuracy", "heading"
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = [
        (drivers[key].base.name, drivers[key].base.local(at), f"{latitude:.6f}", f"{longitude:.6f}", accuracy, heading)
        for key, at, latitude, longitude, accuracy, heading in points
    ]
    fields = {
        "base": _("Base"),
        "at": _("At"),
        "latitude": _("Latitude"),
        "longitude": _("Longitude"),
        "accuracy": _("Accuracy (m)"),
        "heading": _("Heading (°)"),
    }
    return Section("trails", _("Where you drove"), fields, rows)


def _devices(person: User) -> Section:
    devices = Device.objects.with_owner().filter(Q(driver__user=person) | Q(created_by=person))
    rows: list[tuple[Value, ...]] = []
    for device in devices:
        times = (device.created_at, device.last_heard_at, device.revoked_at)
        local = (device.base.local(time) if time else None for time in times)
        rows.append((device.base.name, device.label, str(device.owner), *local))
    fields = {
        "base": _("Base"),
        "name": _("Name"),
        "speaks_for": _("Speaks for"),
        "added_at": _("Added"),
        "last_heard_at": _("Last heard"),
        "ended_at": _("Ended"),
    }
    return Section("devices", _("Position devices"), fields, rows)


def erase(person: User, identity: Identity) -> None:
    keys = list(Driver.objects.filter(user=person).values_list("pk", flat=True))
    forget_trails(keys)
    Device.objects.filter(driver__in=keys).delete()
    Device.objects.filter(created_by=person).update(created_by=None)
    identity.left_out_of_rows(Device.objects.all(), "label")
    after_commit(forget_off_duty, keys)


FADING = (Fading(("tracking.TrailPoint",), KEPT_FOR, forget_old),)

register(Keeper("tracking", KEPT, export, erase, harmless=HARMLESS, fading=FADING))
