"""Requests to the real application, as the server hands them over: no test client adds or hides anything."""

import asyncio
import gc
import warnings
from dataclasses import dataclass, field
from typing import Any

from asgiref.testing import ApplicationCommunicator

from echauffeur.asgi import application


@dataclass
class Answer:
    """What came back. ``headers`` by name in lower case; of several of the same name, the last. ``cookies`` as sent."""

    status: int
    headers: dict[str, str]
    cookies: list[str] = field(default_factory=list)
    body: bytes = b""


def scope_of(kind: str, method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """Return what a server says of a request."""
    route, _mark, query = path.partition("?")
    return {
        "type": kind,
        "http_version": "1.1",
        "method": method,
        "scheme": "http" if kind == "http" else "ws",
        "path": route,
        "raw_path": route.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("testserver", 80),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }


async def ask(method: str, path: str, *, body: bytes = b"", **headers: str) -> Answer:
    """Send a request and return the whole answer; in names of headers an underscore stands for a hyphen."""
    named = {"host": "testserver"} | {name.replace("_", "-"): value for name, value in headers.items()}
    communicator = ApplicationCommunicator(application, scope_of("http", method, path, named))
    await communicator.send_input({"type": "http.request", "body": body})
    return await _answer(communicator, "http")


async def shake_hands(path: str, **headers: str) -> Answer:
    """Ask for a socket and return the refusal as HTTP gives it."""
    communicator = ApplicationCommunicator(
        application, scope_of("websocket", "GET", path, {"host": "testserver"} | headers)
    )
    await communicator.send_input({"type": "websocket.connect"})
    return await _answer(communicator, "websocket.http")


async def _answer(communicator: ApplicationCommunicator, kind: str) -> Answer:
    async with asyncio.timeout(20):
        start = await communicator.receive_output(timeout=20)
        assert start["type"] == f"{kind}.response.start", start
        pairs = [(name.decode().lower(), value.decode("latin1")) for name, value in start["headers"]]
        answer = Answer(start["status"], dict(pairs), [value for name, value in pairs if name == "set-cookie"])
        more = True
        while more:
            part = await communicator.receive_output(timeout=20)
            answer.body += part.get("body", b"")
            more = part.get("more_body", False)
        await communicator.wait()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    return answer
