"""Many open pages in one process, which note what arrives and when, and read it only afterwards.

    python benchmarks/fanout/viewers.py < job.json

The job: ``{port, path, cookie, viewers, frozen, out}``. Says ``ready`` once all are open; after each further line on
standard input it writes to ``out`` what has arrived since the line before, and says ``written``.
"""

import asyncio
import json
import pickle
import resource
import socket
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

AT_ONCE = 25
SMALL_WINDOW = 4096  # bytes: what a frozen viewer's own machine takes before it says stop


class Viewer(asyncio.Protocol):
    """One open page. ``arrived`` is a list of (monotonic seconds, bytes as they came)."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.arrived: list[tuple[float, bytes]] = []
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_lost = False
        self.head = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if self.opened.done():
            self.arrived.append((time.monotonic(), data))
            return
        self.head += data
        head, ended, rest = self.head.partition(b"\r\n\r\n")
        if not ended:
            return
        if b" 101 " not in head[:20]:
            self.opened.set_exception(ConnectionRefusedError(head.decode()))
            return
        self.opened.set_result(None)
        if rest:
            self.arrived.append((time.monotonic(), rest))

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionResetError())


def handshake(job: dict[str, Any]) -> bytes:
    return (
        f"GET {job['path']} HTTP/1.1\r\nHost: localhost:{job['port']}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nCookie: {job['cookie']}\r\n\r\n"
    ).encode()


async def open_all(job: dict[str, Any]) -> list[Viewer]:
    """Open them a few at a time, the frozen ones last: these stop reading at once."""
    loop, request = asyncio.get_running_loop(), handshake(job)
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(*, is_frozen: bool) -> Viewer:
        async with turn:
            own = socket.socket()
            if is_frozen:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
            own.settimeout(0)
            await loop.sock_connect(own, ("127.0.0.1", job["port"]))
            _transport, viewer = await loop.create_connection(lambda: Viewer(request), sock=own)
            await viewer.opened
            if is_frozen:
                viewer.transport.pause_reading()
            return viewer

    viewers = await asyncio.gather(*(one(is_frozen=False) for _ in range(job["viewers"])))
    return [*viewers, *await asyncio.gather(*(one(is_frozen=True) for _ in range(job["frozen"])))]


async def main() -> None:
    """Do the job on standard input."""
    loop = asyncio.get_running_loop()
    job = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    viewers = (await open_all(job))[: job["viewers"]]
    print("ready", flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        usage = resource.getrusage(resource.RUSAGE_SELF)
        found = {
            "arrived": [viewer.arrived for viewer in viewers],
            "lost": sum(viewer.is_lost for viewer in viewers),
            "cpu": usage.ru_utime + usage.ru_stime,
        }
        for viewer in viewers:
            viewer.arrived = []
        await loop.run_in_executor(None, Path(job["out"]).write_bytes, pickle.dumps(found))
        print("written", flush=True)


if __name__ == "__main__":
    uvloop.run(main())
