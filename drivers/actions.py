"""What a driver switches."""

from django.db import transaction

from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from echauffeur.journal import actions as journal
from echauffeur.journal.actions import Tap


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
