"""The live socket of a driver's phone: hears of new missions, and brings positions in."""

import orjson
from channels.db import database_sync_to_async
from django.http import Http404

from dispatch.access import driver_to_be
from drivers.phone import hear_positions
from echauffeur.journal.live import LiveConsumer


class DriverConsumer(LiveConsumer):
    """The driver hears of own missions and sends positions (`drivers.phone.hear_positions`)."""

    def enter(self) -> tuple[str, list[str]]:
        return driver_to_be(self.scope["user"]).stream, []

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            answer = await database_sync_to_async(hear_positions)(self.scope["user"], text_data or bytes_data or b"")
        except Http404:
            await self.close(self.refusal_code())
        else:
            await self.send(orjson.dumps(answer).decode())
