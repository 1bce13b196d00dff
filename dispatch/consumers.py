"""The live socket of the control tower."""

from echauffeur.accounts.access import base_where
from echauffeur.accounts.roles import Permission
from echauffeur.journal.live import LiveConsumer
from tracking.frames import position_topic


class TowerConsumer(LiveConsumer):
    """Whoever sees a base's control tower follows all its steps and positions."""

    def enter(self) -> tuple[str, list[str]]:
        base = base_where(self.scope["user"], Permission.SEE_TOWER, self.scope["url_route"]["kwargs"]["code"])
        return f"base:{base.pk}", [position_topic(base)]
