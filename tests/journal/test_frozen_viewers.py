"""A page that stops reading, on a real socket: it costs the others nothing, and next to nothing waits for it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
import uvicorn
import uvloop
from channels.db import database_sync_to_async as in_thread
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import ClientConnection, connect

from echauffeur.accounts.models import User
from echauffeur.asgi import application
from echauffeur.transport import BoundedWebSocket
from tests.factories import RegulatorFactory
from tests.sockets import close_hub, cookie_of, subscribed

FRAME = 16_384  # bytes: some two thousand cars
ROUNDS = 400
Run = Callable[[Coroutine[Any, Any, int]], int]
WINDOW = 4096  # what the frozen page's own machine takes

pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    """The site on uvicorn in this very loop."""

    def __init__(self, protocol: type[asyncio.Protocol]):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.uvicorn = uvicorn.Server(
            uvicorn.Config(
                application, ws=protocol, ws_per_message_deflate=False, lifespan="off", log_level="critical",
                ws_ping_interval=None,
            )
        )  # fmt: skip

    async def run(self) -> None:
        await self.uvicorn.serve([self.socket])


@contextlib.asynccontextmanager
async def serving(protocol: type[asyncio.Protocol]) -> AsyncIterator[Server]:
    server = Server(protocol)
    running = asyncio.create_task(server.run())
    try:
        yield server
    finally:
        server.uvicorn.should_exit = server.uvicorn.force_exit = True
        await running
        server.socket.close()


def page(server: Server, cookie: str, **options: Any) -> connect:
    address = f"ws://127.0.0.1:{server.port}/live/base/brest/"
    return connect(address, additional_headers={"Cookie": cookie}, compression=None, ping_interval=None, **options)


async def newest_of(reader: ClientConnection, number: int) -> int:
    """Read until this frame has come, and return how many bytes came on the way. Raises TimeoutError."""
    taken = 0
    async with asyncio.timeout(20):
        while True:
            message = await reader.recv()
            if isinstance(message, bytes):
                taken += len(message)
                if int(message[:10]) == number:
                    return taken


@pytest.fixture
def regulator() -> User:
    return RegulatorFactory()


async def waited_for(protocol: type[asyncio.Protocol], regulator: User) -> int:
    """Have one page freeze while another reads every frame; return the bytes that the frozen one finds on waking."""
    cookie = await in_thread(cookie_of)(regulator)
    topic = f"positions:{(await in_thread(regulator.memberships.get)()).base_id}"
    frozen_socket = socket.socket()
    frozen_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
    async with serving(protocol) as server:
        frozen_socket.connect(("127.0.0.1", server.port))
        async with page(server, cookie) as reader, page(server, cookie, sock=frozen_socket) as frozen:
            hub = await subscribed()
            await reader.recv()
            await frozen.recv()
            frozen.transport.pause_reading()
            for number in range(ROUNDS):
                hub.deliver(topic, "positions", f"{number:010}".encode().ljust(FRAME))
                assert await newest_of(reader, number) == FRAME, "the other page has each of them, at once"
            frozen.transport.resume_reading()
            waited = await newest_of(frozen, ROUNDS - 1)
    await close_hub()
    return waited


@pytest.mark.parametrize("run", [uvloop.run, asyncio.run], ids=["uvloop", "asyncio"])
def test_little_waits_for_a_page_that_does_not_read_and_the_others_go_on(run: Run, regulator: User) -> None:
    assert run(waited_for(BoundedWebSocket, regulator)) <= 4 * FRAME


def test_control_the_servers_own_sockets_let_megabytes_wait(regulator: User) -> None:
    assert uvloop.run(waited_for(WebSocketsSansIOProtocol, regulator)) > 20 * FRAME
