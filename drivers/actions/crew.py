"""Writing drivers with their licences, and what a driver switches."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from drivers.models import Driver, Licence
from echauffeur.accounts.actions.roles import grant, withdraw
from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal import actions as journal
from echauffeur.journal.actions import Tap
from echauffeur.journal.edits import Edit, clash_in_words, party_of, record_edits, remove_row
from fleet import commitments
from fleet.commitments import WayOut


@transaction.atomic
def share_position(*, driver: Driver, sharing: bool, by: User, tap: Tap | None = None) -> Driver:
    """Switch the driver's position sharing on or off. The caller forgets the last position afterwards."""
    if journal.earlier(tap):
        return Driver.objects.get(pk=driver.pk)
    driver = Driver.objects.select_for_update(no_key=True).get(pk=driver.pk)
    if driver.sharing == sharing:
        return driver
    driver.sharing = sharing
    driver.save(update_fields=["sharing"])
    journal.record(
        base=driver.base,
        verb="share_position" if sharing else "hide_position",
        subject=driver.subject,
        by=by,
        party=Party.DRIVER,
        tap=tap,
    )
    return driver


def lock_driver(driver: Driver) -> Driver:
    """Keep the driver from every action that books them, and return them as they stand now. Raises Stale when gone."""
    row = Driver.objects.select_for_update(no_key=True, of=("self",)).filter(pk=driver.pk).first()
    if row is None:
        raise Stale(_("Somebody else just removed this driver. Go back to the list."))
    return row


@transaction.atomic
def save_driver(
    *,
    driver: Driver,
    fields: Iterable[str],
    by: User,
    saved: Iterable[Licence] = (),
    gone: Iterable[Licence] = (),
    way_out: WayOut | None = None,
) -> Driver:
    """Write a driver with these licences, without those that are gone, as one step that names the fields.

    Who may not drive yet gets the role. The caller forgets the position of who is no longer on duty
    (`tracking.actions.positions.forget_off_duty`).

    Raises Refusal when somebody else just wrote the same person or category; Conflict when it strands missions.
    """
    fields = tuple(fields)
    locked = [lock_driver(driver).pk] if driver.pk else []
    with journal.gathered(), commitments.kept(drivers=locked, way_out=way_out, by=by):
        _save_driver(driver, fields, saved, gone, by)
    return driver


def _save_driver(
    driver: Driver,
    fields: tuple[str, ...],
    saved: Iterable[Licence],
    gone: Iterable[Licence],
    by: User,
) -> None:
    is_new = driver.pk is None
    own = [field.name for field in Driver._meta.concrete_fields if field.name in fields]  # noqa: SLF001
    try:
        with transaction.atomic():
            if is_new or own:
                driver.save(update_fields=None if is_new else own)
            _write_licences(driver, saved, gone)
    except IntegrityError as error:
        raise Refusal(clash_in_words(error, Driver, Licence)) from error
    if driver.enabled and (is_new or "enabled" in fields):
        grant(user=driver.user, base=driver.base, role=Role.DRIVER, by=by)
    if is_new or fields:
        told = Edit(driver.base, "add" if is_new else "change", driver.subject, fields)
        record_edits([told], by=by, party=party_of(by))


@transaction.atomic
def remove_driver(*, row: Driver, by: User) -> None:
    """Remove the profile of somebody who never drove, with licences, shifts and role. Raises Refusal when they did."""
    lock_driver(row)
    withdraw(user=row.user, base=row.base, role=Role.DRIVER, by=by)
    remove_row(row=row, by=by)


def _write_licences(driver: Driver, saved: Iterable[Licence], gone: Iterable[Licence]) -> None:
    """Write licences; those that change are lifted out first, so that they may take each other's place."""
    saved = list(saved)
    for row in [*gone, *saved]:
        Licence.objects.filter(pk=row.pk, driver=driver).delete()
    for row in saved:
        row.driver = driver
        row.save(force_insert=True)
