"""Somebody's phone or browser: signs in, opens pages, sends their forms, listens to their live socket."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import websockets
from websockets.asyncio.client import ClientConnection, connect

from echauffeur.demo.simulator.pages import Form, Page, read

logger = logging.getLogger(__name__)

# One sign-in costs the server half a second of hashing: one at a time.
SIGN_IN_TURN = asyncio.Semaphore(1)
SILENCE_SECONDS = 40


class NotAsExpected(Exception):
    """The site answered something else than what a person would go on with."""


class NotThere(NotAsExpected):
    """The site knows no such page, or no longer."""


class Phone:
    """One person's cookies and connections. ``site`` is an address such as http://127.0.0.1:8000."""

    def __init__(self, site: str, email: str, password: str):
        self.site, self.email, self.password = site, email, password
        self.client = httpx.AsyncClient(base_url=site, follow_redirects=True, timeout=20)
        self.socket: ClientConnection | None = None

    async def close(self) -> None:
        await self.client.aclose()

    async def get(self, path: str) -> Page:
        """Open a page, signing in when the site asks for it."""
        page = await self._ask("GET", path)
        if page.path.startswith("/sign-in/"):
            await self._sign_in(page)
            page = await self._ask("GET", path)
        if page.path.startswith("/sign-in/"):
            raise NotAsExpected(f"{self.email} cannot sign in")
        return page

    async def send(self, form: Form, **values: str) -> Page:
        """Send the form as it stands, with these values written into it; a tap gets its key and time now."""
        filled = form.values | values
        if "tap" in filled:
            filled |= {"tap": str(uuid4()), "claimed_at": datetime.now(UTC).isoformat()}
        return await self._ask("POST", form.action, data=filled)

    async def get_json(self, path: str) -> Any:
        """Return what a signed-in page would fetch as data."""
        return (await self.client.get(path)).raise_for_status().json()

    async def _sign_in(self, page: Page) -> None:
        form = next((form for form in page.forms if "password" in form.values), None)
        if form is None:
            raise NotAsExpected("The sign-in page has no form to sign in")
        async with SIGN_IN_TURN:
            await self.send(form, username=self.email, password=self.password)

    async def _ask(self, method: str, path: str, **more: Any) -> Page:
        answer = await self.client.request(method, path, headers={"Referer": self.site + path}, **more)
        if answer.status_code == 404:
            raise NotThere(f"{method} {path}: 404")
        if answer.status_code >= 500 or answer.status_code == 403:
            raise NotAsExpected(f"{method} {path}: {answer.status_code}")
        return read(answer.url.path, answer.status_code, answer.text)

    # --- live ---

    async def listen(self, path: str) -> AsyncIterator[dict[str, Any]]:
        """Yield what the live socket says but positions, until it closes or stays silent for too long."""
        address = self.site.replace("http", "ws", 1) + path
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        headers = {"Cookie": cookies, "Origin": self.site}
        async with connect(address, additional_headers=headers, compression=None, open_timeout=10) as socket:
            self.socket = socket
            try:
                while True:
                    message = await asyncio.wait_for(socket.recv(), SILENCE_SECONDS)
                    if isinstance(message, str):
                        yield json.loads(message)
            finally:
                self.socket = None

    async def follow(self, path: str, on_news: Callable[[], None]) -> None:
        """Call ``on_news`` whenever the live page would have to be read again; reconnect for ever."""
        pause, seen = 1.0, -1
        while True:
            with suppress(OSError, asyncio.TimeoutError, websockets.WebSocketException, ValueError):
                async for message in self.listen(path):
                    pause = 1.0
                    if message.get("seq", seen) != seen:
                        seen = message["seq"]
                        on_news()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 15)

    async def tell(self, message: dict[str, Any]) -> bool:
        """Send on the live socket, and return whether it was open."""
        if self.socket is None:
            return False
        with suppress(websockets.WebSocketException):
            await self.socket.send(json.dumps(message))
            return True
        return False
