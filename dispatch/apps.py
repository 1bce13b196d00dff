from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchConfig(AppConfig):
    name = "dispatch"
    verbose_name = _("Missions")

    def ready(self) -> None:
        from dispatch.arrivals import MissionGoals
        from dispatch.commitments import MissionLedger
        from dispatch.ties import DriverTie
        from echauffeur.accounts.roles import Role
        from echauffeur.accounts.ties import TIES
        from fleet import commitments
        from tracking import goals

        TIES[Role.DRIVER] = DriverTie()
        commitments.tie(MissionLedger())
        goals.tie(MissionGoals())
