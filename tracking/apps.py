from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrackingConfig(AppConfig):
    name = "tracking"
    verbose_name = _("Positions")

    def ready(self) -> None:
        from echauffeur.common.hub import Hub
        from tracking.actions.trails import keep_writing
        from tracking.frames import frames_for

        Hub.receivers["positions"] = frames_for
        Hub.chores.append(keep_writing)
