"""A peer: stock Channels, where each position is one ``group_send``. LAYER names the class, REDIS_URL the server."""

import os

import django
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter
from django.conf import settings

GROUP = "positions"
LAYERS = {
    "default": {
        "BACKEND": f"channels_redis.{os.environ['LAYER']}",
        "CONFIG": {"hosts": [os.environ["REDIS_URL"]]},
    }
}
if not settings.configured:
    settings.configure(CHANNEL_LAYERS=LAYERS, INSTALLED_APPS=["channels"])
    django.setup()


class Consumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # Channels says no types
    """One open map."""

    groups = [GROUP]

    async def position(self, event: dict[str, object]) -> None:
        await self.send_json(event["position"])


application = ProtocolTypeRouter({"websocket": Consumer.as_asgi()})
