"""The life of a service phone, as a table."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from echauffeur.common.lifecycle import Party, step, table


class HandsetState(TextChoices):
    IN_SERVICE = "in_service", _("Available")
    LENT = "lent", _("Lent")
    BROKEN = "broken", _("Broken")
    LOST = "lost", _("Lost")
    RETIRED = "retired", _("Retired")


S, P = HandsetState, Party
WHO = [P.MANAGER, P.ADMINISTRATOR]

HANDSET = table(
    "service phone",
    HandsetState,
    [S.IN_SERVICE],
    [S.RETIRED],
    step("lend", [S.IN_SERVICE], S.LENT, WHO),
    step("take_back", [S.LENT], S.IN_SERVICE, WHO),
    step("report_broken", [S.IN_SERVICE, S.LENT], S.BROKEN, WHO),
    step("repair", [S.BROKEN], S.IN_SERVICE, WHO),
    step("report_lost", [S.IN_SERVICE, S.LENT, S.BROKEN], S.LOST, WHO),
    step("find", [S.LOST], S.IN_SERVICE, WHO),
    step("retire", [S.IN_SERVICE, S.BROKEN, S.LOST], S.RETIRED, WHO),
)
