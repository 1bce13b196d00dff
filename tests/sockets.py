"""A page's live socket without a browser: what it hears, and how it is closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.test import Client

from echauffeur.accounts.models import User
from echauffeur.asgi import application
from echauffeur.common import hub as hubs
from tracking.wire import decode

HOST = b"testserver"
SOON = 2.0


class Listener:
    """One open socket."""

    def __init__(self, communicator: ApplicationCommunicator):
        self.communicator = communicator

    async def hear(self, kind: str, *, within: float = SOON) -> dict[str, Any]:
        """Return the next message of this kind; others are passed over. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while True:
                message = await self._next()
                if message["type"] == kind:
                    return message

    async def closed(self, *, within: float = SOON) -> int:
        """Return the code with which the server closes. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while True:
                output = await self.communicator.output_queue.get()
                if output["type"] == "websocket.close":
                    return int(output["code"])

    async def all_for(self, seconds: float) -> list[dict[str, Any]]:
        """Return everything that comes in this time."""
        heard = []
        try:
            async with asyncio.timeout(seconds):
                while True:
                    heard.append(await self._next())
        except TimeoutError:
            return heard

    async def say(self, message: object) -> None:
        await self.communicator.send_input({"type": "websocket.receive", "text": orjson.dumps(message).decode()})

    async def _next(self) -> dict[str, Any]:
        # Not the communicator's own way, which ends the socket when its time is up.
        output = await self.communicator.output_queue.get()
        assert output["type"] == "websocket.send", output
        return dict(orjson.loads(output["text"])) if output.get("text") else in_words(output["bytes"])


def in_words(frame: bytes) -> dict[str, Any]:
    """Return a frame of positions as ``{"type": "positions", at, "drivers": [[id, lat, lon, heading, at], …]}``."""
    at, vehicles = decode(frame)
    return {"type": "positions", "at": at, "drivers": [list(vehicle) for vehicle in vehicles]}


@asynccontextmanager
async def listening(
    path: str, user: User | None = None, *, cookie: str = "", origin: str | None = None
) -> AsyncIterator[Listener]:
    """Open the socket as this person, or with these cookies, from a page of this origin; close it in the end."""
    if user is not None:
        cookie = await database_sync_to_async(cookie_of)(user)
    headers = [(b"host", HOST), (b"cookie", cookie.encode())] + ([(b"origin", origin.encode())] if origin else [])
    scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers, "subprotocols": []}
    communicator = ApplicationCommunicator(application, scope)
    await communicator.send_input({"type": "websocket.connect"})
    if (await communicator.receive_output(timeout=5))["type"] != "websocket.accept":
        raise ConnectionRefusedError
    try:
        yield Listener(communicator)
    finally:
        await communicator.send_input({"type": "websocket.disconnect", "code": 1001})
        await communicator.wait()


def cookie_of(user: User) -> str:
    """Return the cookie header of a new session in which the user is signed in."""
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


async def subscribed() -> hubs.Hub:
    """Wait until this loop's hub hears what Redis says, and return it."""
    hub = hubs.hub()
    await _until(hub, connected=True)
    return hub


async def looked(page: Listener) -> None:
    """Wait until the page has heard the first beat: with it, because Redis came, it looked at its rights by itself."""
    await subscribed()
    await page.hear("beat")


async def lost(hub: hubs.Hub) -> None:
    """Wait until the hub knows that Redis is away."""
    await _until(hub, connected=False)


async def _until(hub: hubs.Hub, *, connected: bool) -> None:
    async with asyncio.timeout(5):
        while hub.connected != connected:  # noqa: ASYNC110  the hub has no event for it, and no need of one
            await asyncio.sleep(0.02)


async def close_hub() -> None:
    """End the hub of this loop, as the end of the process does."""
    hub = hubs._hubs.pop(asyncio.get_running_loop(), None)
    if hub is not None:
        await hub.close()
