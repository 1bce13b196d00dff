"""The life of a mission, as a table. A ride on it moves when its stops do. And why one looks at it afterwards."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from echauffeur.common.lifecycle import Party, step, table


class MissionState(TextChoices):
    PLANNED = "planned", _("Planned")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    UNDER_WAY = "under_way", _("Under way")
    DONE = "done", _("Done")
    CALLED_OFF = "called_off", _("Called off")


class LookReason(TextChoices):
    """Why somebody looks at the way of a mission that is over."""

    COMPLAINT = "complaint", _("A complaint")
    ACCIDENT = "accident", _("An accident or damage")
    TIMES = "times", _("Times that are in dispute")
    OTHER = "other", _("Something else")


S, P = MissionState, Party

MISSION = table(
    "mission",
    MissionState,
    [S.PLANNED],
    [S.DONE, S.CALLED_OFF],
    step("plan", [S.PLANNED], S.PLANNED, [P.REGULATOR]),
    step("acknowledge", [S.PLANNED], S.ACKNOWLEDGED, [P.DRIVER]),
    step("set_out", [S.ACKNOWLEDGED], S.UNDER_WAY, [P.DRIVER]),
    step("finish", [S.UNDER_WAY], S.DONE, [P.DRIVER, P.REGULATOR, P.CUSTOMER]),
    step(
        "call_off",
        [S.PLANNED, S.ACKNOWLEDGED, S.UNDER_WAY],
        S.CALLED_OFF,
        [P.REGULATOR, P.DRIVER, P.CUSTOMER],
    ),
)
