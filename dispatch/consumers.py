"""The live socket of the control tower."""

from echauffeur.accounts.access import base_where
from echauffeur.accounts.roles import Permission
from echauffeur.journal.live import LiveConsumer
from tracking.frames import position_topic
from tracking.viewport import Viewport


class TowerConsumer(LiveConsumer):
    """Whoever sees a base's control tower follows all its steps and positions."""

    def enter(self) -> tuple[str, list[str]]:
        base = base_where(self.scope["user"], Permission.SEE_TOWER, self.scope["url_route"]["kwargs"]["code"])
        return f"base:{base.pk}", [position_topic(base)]

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Hear which part of the ground the map shows (`Viewport.read`); anything else is passed over.

        However often it says so, it counts once a frame.
        """
        view = Viewport.read(text_data or bytes_data or b"")
        if view and view != self.outlet.view:
            self.outlet.view, self.outlet.wants_all = view, True
