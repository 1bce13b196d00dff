"""What hangs on the role of a driver: a driving profile, missions, a position on the map."""

from django.utils.translation import gettext as _

from dispatch.models import Mission
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.accounts.ties import Tie
from echauffeur.bases.models import Base
from echauffeur.common.commits import after_commit
from echauffeur.common.refusals import Refusal
from echauffeur.journal.edits import save_row
from tracking.actions.positions import forget_off_duty


class DriverTie(Tie):
    """A driver has a profile, without which the role opens nothing, and does not leave missions behind."""

    def hold(self, *, user: User, base: Base, going: bool) -> list[str]:
        """Keep a driver who is to go from being booked meanwhile; return the stream of the driver's phone.

        Raises Refusal when the role is to go while missions still wait for this driver: nobody could take their steps.
        """
        drivers = Driver.objects.filter(user=user, base=base)
        driver = (drivers.select_for_update(no_key=True) if going else drivers).first()
        if driver is None:
            return []
        missions = Mission.objects.live().for_driver(driver).order_by("period") if going else Mission.objects.none()
        if codes := list(missions.values_list("code", flat=True)):
            raise Refusal(
                _("%(driver)s still has missions: %(codes)s. Have the control room give them to somebody else first.")
                % {"driver": user, "codes": ", ".join(codes)}
            )
        return [driver.stream]

    def settle(self, *, user: User, base: Base, going: bool, by: User) -> None:
        """Give a new driver a profile; take one who no longer drives off the map."""
        driver = Driver.objects.filter(user=user, base=base).first()
        if driver is None and not going:
            save_row(row=Driver(user=user, base=base), fields=["user"], by=by)
        elif driver and going:
            after_commit(forget_off_duty, [driver.pk])
