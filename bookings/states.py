"""The life of a ride, as a table. `docs/lifecycles.md` is drawn from it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from echauffeur.common.lifecycle import Party, step, table


class RideState(TextChoices):
    REQUESTED = "requested", _("Requested")
    WAITLISTED = "waitlisted", _("On the waiting list")
    CONFIRMED = "confirmed", _("Confirmed")
    ASSIGNED = "assigned", _("Driver assigned")
    ACKNOWLEDGED = "acknowledged", _("Driver is informed")
    APPROACHING = "approaching", _("Driver on the way")
    WAITING = "waiting", _("Driver is waiting")
    ON_BOARD = "on_board", _("On board")
    COMPLETED = "completed", _("Completed")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("Cancelled")


class RefusalReason(TextChoices):
    """Why the control room refuses a request."""

    OUT_OF_SCOPE = "out_of_scope", _("Not a ride of this service")
    NO_CAPACITY = "no_capacity", _("No driver or vehicle free")
    OTHER = "other", _("Other reason")


class CancelReason(TextChoices):
    """Why a ride ended before its destination."""

    NO_LONGER_NEEDED = "no_longer_needed", _("No longer needed")
    CHANGED_PLAN = "changed_plan", _("Time or place changed")
    OTHER_TRANSPORT = "other_transport", _("Found another way")
    DUPLICATE = "duplicate", _("Booked twice")
    SERVICE = "service", _("Cancelled by the control room")
    NO_SHOW = "no_show", _("Nobody came")
    BREAKDOWN = "breakdown", _("Vehicle breakdown")
    INCIDENT = "incident", _("Incident on the way")


class UnassignReason(TextChoices):
    """Why a driver is taken off a ride."""

    REPLAN = "replan", _("Change of plan")
    BREAKDOWN = "breakdown", _("Vehicle breakdown")
    DRIVER_UNAVAILABLE = "driver_unavailable", _("Driver not available")
    VEHICLE_UNAVAILABLE = "vehicle_unavailable", _("Vehicle not available")


class DeclineReason(TextChoices):
    """Why a driver declines a mission."""

    TOO_FAR = "too_far", _("Cannot be there in time")
    VEHICLE = "vehicle", _("Vehicle problem")
    DUTY = "duty", _("End of duty or other duty")
    OTHER = "other", _("Other reason")


S, P = RideState, Party
CUSTOMERS_CANCEL = [
    CancelReason.NO_LONGER_NEEDED,
    CancelReason.CHANGED_PLAN,
    CancelReason.OTHER_TRANSPORT,
    CancelReason.DUPLICATE,
]
BEFORE_BOARDING = [S.REQUESTED, S.WAITLISTED, S.CONFIRMED, S.ASSIGNED, S.ACKNOWLEDGED, S.APPROACHING, S.WAITING]
CUSTOMER_MAY_CANCEL = [S.REQUESTED, S.WAITLISTED, S.CONFIRMED, S.ASSIGNED, S.ACKNOWLEDGED]

RIDE = table(
    "ride",
    RideState,
    [S.REQUESTED],
    [S.COMPLETED, S.REFUSED, S.CANCELLED],
    step("confirm", [S.REQUESTED, S.WAITLISTED], S.CONFIRMED, [P.REGULATOR, P.RULE]),
    step("waitlist", [S.REQUESTED], S.WAITLISTED, [P.REGULATOR, P.RULE]),
    step("refuse", [S.REQUESTED, S.WAITLISTED], S.REFUSED, [P.REGULATOR], RefusalReason.values),
    step("assign", [S.CONFIRMED], S.ASSIGNED, [P.REGULATOR]),
    step(
        "unassign",
        [S.ASSIGNED, S.ACKNOWLEDGED, S.APPROACHING, S.WAITING],
        S.CONFIRMED,
        [P.REGULATOR],
        UnassignReason.values,
    ),
    step("acknowledge", [S.ASSIGNED], S.ACKNOWLEDGED, [P.DRIVER]),
    step("decline", [S.ASSIGNED], S.CONFIRMED, [P.DRIVER], DeclineReason.values),
    step("depart", [S.ACKNOWLEDGED], S.APPROACHING, [P.DRIVER]),
    step("arrive", [S.APPROACHING], S.WAITING, [P.DRIVER]),
    step("board", [S.WAITING], S.ON_BOARD, [P.DRIVER]),
    step("complete", [S.ON_BOARD], S.COMPLETED, [P.DRIVER, P.REGULATOR]),
    step("no_show", [S.WAITING], S.CANCELLED, [P.DRIVER, P.REGULATOR], [CancelReason.NO_SHOW]),
    step(
        "cancel",
        BEFORE_BOARDING,
        S.CANCELLED,
        {P.CUSTOMER: CUSTOMER_MAY_CANCEL, P.REGULATOR: BEFORE_BOARDING},
        [*CUSTOMERS_CANCEL, CancelReason.SERVICE, CancelReason.BREAKDOWN],
    ),
    step(
        "abort",
        [S.ON_BOARD],
        S.CANCELLED,
        [P.REGULATOR],
        [CancelReason.BREAKDOWN, CancelReason.INCIDENT],
    ),
)

# States in which the car comes for, or carries, this very ride: only then its position may be shown to who follows it.
CAR_IN_SIGHT = [S.APPROACHING, S.WAITING, S.ON_BOARD]
