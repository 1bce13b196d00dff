"""The devices that say where a car is: added, renewed, ended, and heard."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.actions.crew import lock_driver
from drivers.models import Driver
from echauffeur.accounts.actions.presence import hold
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal.edits import Edit, record_edits, save_row
from tracking.actions.positions import Taken, take_in
from tracking.models import Device
from tracking.models.devices import digest_of, new_token
from tracking.points import Point
from tracking.queries import holdings_of

# A device that sends every second writes no more than this for it.
NOTED_AGAIN_AFTER = timedelta(minutes=1)
MOST_PER_DRIVER = 10
NOBODY = gettext_lazy("Nobody on duty has this vehicle: its position is not taken.")


@transaction.atomic
def add_device(*, device: Device, by: User, party: Party) -> str:
    """Write the new device of a driver or a vehicle and return its token.

    Only a digest of it is kept: this is the one time that it can be shown. Raises Refusal when the driver has too many
    devices, or one of that name.
    """
    if device.driver:
        lock_driver(device.driver)
        if Device.objects.in_force().filter(driver=device.driver).count() >= MOST_PER_DRIVER:
            raise Refusal(_("This driver has as many devices as may be. End one that is no longer used."))
    hold(by)
    token = new_token()
    device.base, device.created_by, device.digest = device.owner.base, by, digest_of(token)
    save_row(row=device, fields=["label", "driver" if device.driver else "vehicle"], by=by, party=party)
    return token


@transaction.atomic
def renew_device(*, device: Device, by: User, party: Party) -> str:
    """Give the device a new token and return it, this once: the earlier one opens nothing from now on.

    A device that was ended is in force again. Raises Stale when it is gone.
    """
    row, token = _locked(device), new_token()
    row.digest, row.revoked_at = digest_of(token), None
    row.save(update_fields=["digest", "revoked_at"])
    record_edits([Edit(row.base, "renew", row.subject)], by=by, party=party)
    return token


@transaction.atomic
def revoke_device(*, device: Device, by: User, party: Party) -> None:
    """End the device: its token opens nothing from now on. Raises Stale when it is gone."""
    row = _locked(device)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        record_edits([Edit(row.base, "revoke", row.subject)], by=by, party=party)


def hear(*, device: Device, points: Sequence[Point]) -> Taken:
    """Take in where a device says it was, in any order, for its driver, or for whoever had its vehicle at each time.

    What nobody had the vehicle for is refused like any other point off shift. ``kept`` is in order for each driver.
    """
    by_driver: dict[Driver | None, list[int]] = defaultdict(list)
    for place, driver in enumerate(_drivers_at(device, points)):
        by_driver[driver].append(place)
    taken = Taken(refused={place: Refusal(NOBODY, code="off_shift") for place in by_driver.pop(None, [])})
    for driver, places in by_driver.items():
        assert driver is not None  # those are popped
        theirs = take_in(driver=driver, positions=[points[place].of(driver.pk) for place in places])
        taken = Taken(
            kept=taken.kept + theirs.kept,
            refused=taken.refused | {places[index]: refusal for index, refusal in theirs.refused.items()},
            passed_on=taken.passed_on and theirs.passed_on,
        )
    note_heard(device, taken.refused[max(taken.refused)].code if taken.refused else "")
    return taken


def _drivers_at(device: Device, points: Sequence[Point]) -> list[Driver | None]:
    """Return for whom the device speaks at the time of each point."""
    if device.driver:
        return [device.driver] * len(points)
    assert device.vehicle is not None
    times = [point.at for point in points]
    holdings = holdings_of(device.vehicle, min(times), max(times))
    drivers = Driver.objects.in_bulk([holding.driver_id for holding in holdings])
    holders = (next((one for one in holdings if time in one.period), None) for time in times)
    return [drivers[holder.driver_id] if holder else None for holder in holders]


def note_heard(device: Device, refused: str) -> None:
    """Remember when the device was heard, and why it was refused, at most once a minute each: never where it was."""
    now = timezone.now()
    news: dict[str, object] = {}
    if device.last_heard_at is None or device.last_heard_at < now - NOTED_AGAIN_AFTER:
        news["last_heard_at"] = now
    is_known = device.refused_at is not None and device.refused_at >= now - NOTED_AGAIN_AFTER
    if refused and (refused != device.refused_code or not is_known):
        news |= {"refused_code": refused, "refused_at": now}
    if news:
        Device.objects.filter(pk=device.pk).update(**news)


def _locked(device: Device) -> Device:
    rows = Device.objects.select_for_update(no_key=True, of=("self",)).select_related("base")
    row = rows.filter(pk=device.pk).first()
    if row is None:
        raise Stale(_("Somebody else just removed this device."))
    return row
