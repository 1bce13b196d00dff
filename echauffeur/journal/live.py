"""The socket side of a live page: it says that something changed, and how far the page should be.

Messages to the page: ``hello``, ``beat`` and ``step`` {seq} as JSON; positions as binary frames (`tracking.wire`).
"""

import asyncio
import logging
import random
from contextlib import suppress
from typing import Any

import orjson
from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import Http404

from echauffeur.common import hub as hubs
from echauffeur.common.headers import is_secure, refuse_socket
from echauffeur.journal.queries import seq_of, seqs_of

logger = logging.getLogger(__name__)

SIGN_IN_AGAIN = 4401
RIGHT_WITHDRAWN = 4403


class SameOriginOnly:
    """Let only pages of this very site (scheme, host and port) open a socket, or programs that send no Origin."""

    def __init__(self, inner: Any):
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin1")
        if origin:
            host = headers.get(b"host", b"").decode("latin1")
            if origin != f"{'https' if is_secure(scope) else 'http'}://{host}":
                return await refuse_socket(scope, send, status=403, code=RIGHT_WITHDRAWN)
        return await self.inner(scope, receive, send)


async def heartbeat(hub: hubs.Hub) -> None:
    """Tell every followed stream's number, from the database: one query per process, however many viewers."""
    while True:
        quiet = settings.HEARTBEAT_SECONDS if hub.connected else settings.HEARTBEAT_SECONDS_WITHOUT_REDIS
        has_turned = await _wait_for_beat(hub, quiet)
        if not settings.HEARTBEAT:
            continue
        topics = [topic for topic in hub.topics("stream:") if not topic.startswith(hubs.PERSON)]
        if has_turned or not hub.connected:
            _look_at_rights_again(hub)
        if not topics:
            continue
        try:
            numbers = await database_sync_to_async(seqs_of)([t.removeprefix("stream:") for t in topics])
        except Exception:
            logger.exception("No heartbeat this time")
            continue
        for topic in topics:
            beat = {"type": "beat", "seq": numbers.get(topic.removeprefix("stream:"), 0)}
            hub.deliver(topic, "beat", orjson.dumps(beat).decode())


def _look_at_rights_again(hub: hubs.Hub) -> None:
    """Have every socket do so: what is withdrawn while Redis is away or turns is told by nobody else."""
    for topic in hub.topics(hubs.PERSON):
        hub.deliver(topic, "rights", "")


async def _wait_for_beat(hub: hubs.Hub, seconds: float) -> bool:
    """Wait that long, or only until Redis goes or comes back, and return whether it did.

    What was told meanwhile is lost and must be caught up.
    """
    was_connected = hub.connected
    waited = 0.0
    while waited < seconds:
        await asyncio.sleep(min(0.25, seconds))
        waited += 0.25
        if hub.connected != was_connected:
            return True
    return False


hubs.Hub.chores.append(heartbeat)


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels says no types
    """One open page. Subclasses say who may listen to what."""

    # Whether a step on the stream may change what one may follow beside it: it is then looked up at once.
    topics_change_with_steps = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outlet = hubs.Outlet()
        self.tasks: list[asyncio.Task[None]] = []
        self.checking = asyncio.Lock()
        self.is_closed = False

    def enter(self) -> tuple[str, list[str]]:
        """Return the page's stream and the further topics it may follow, as rights and rows stand now.

        Called on opening and again while open. Raises Http404 when this person may not listen.
        """
        raise NotImplementedError

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # However the socket ended: a close, a lost network, an error of ours.
            for task in self.tasks:
                task.cancel()
            hubs.hub().leave(self.outlet)

    async def connect(self) -> None:
        try:
            self.stream, self.topics = await database_sync_to_async(self.enter)()
        except Http404:
            await self.accept()
            await self.close(self.refusal_code())
            return
        await self.accept()
        # Listen first, then look once more and read the number: a step in between is heard twice rather than never.
        self._follow()
        await self._check()
        if self.is_closed:
            return
        seq = await database_sync_to_async(seq_of)(self.stream)
        self.outlet.put("hello", orjson.dumps({"type": "hello", "seq": seq}).decode())
        self.tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._keep_checking())]

    def _follow(self) -> None:
        """Listen to the page's stream, to what goes with it, and to whatever changes this person's rights."""
        user = self.scope.get("user")
        rights = [f"{hubs.PERSON}{user.pk}"] if user is not None and user.is_authenticated else []
        hubs.hub().join(self.outlet, f"stream:{self.stream}", *self.topics, *rights)

    def refusal_code(self) -> int:
        user = self.scope.get("user")
        return RIGHT_WITHDRAWN if user is not None and user.is_authenticated else SIGN_IN_AGAIN

    async def _write(self) -> None:
        # A socket that closes while we write is no error: the page will come back and ask.
        with suppress(Exception):
            while True:
                news = await self.outlet.take()
                is_told = news.pop("rights", None) is not None
                looks = is_told or (self.topics_change_with_steps and news.keys() & {"step", "beat"})
                if looks and await self._check():
                    news.pop("positions", None)
                if self.is_closed:
                    return
                for one in news.values():
                    kind = "text" if isinstance(one, str) else "bytes"
                    await self.base_send({"type": "websocket.send", kind: one})

    async def _keep_checking(self) -> None:
        while True:
            # Not all of a thousand screens at once that came back together.
            await asyncio.sleep(settings.RIGHTS_SECONDS * random.uniform(0.5, 1))  # noqa: S311  guards nothing
            await self._check()

    async def _check(self) -> bool:
        """Return whether what may be followed has changed; close the socket when nothing may be any more."""
        try:
            async with self.checking:
                return await self.check_again()
        except Http404:
            self.is_closed = True
            hubs.hub().leave(self.outlet)
            await self.close(self.refusal_code())
        except Exception:
            # A database that is away for a moment withdraws no right.
            logger.exception("Rights could not be checked this time")
        return False

    async def check_again(self) -> bool:
        """Read session, account, rights and rows afresh, follow what they allow now, and return whether that changed.

        Raises Http404.
        """
        session: SessionBase = self.scope["session"]
        self.scope["session"] = session.__class__(session.session_key)  # of what it wraps: a session is lazy
        self.scope["user"] = await get_user(self.scope)
        stream, topics = await database_sync_to_async(self.enter)()
        if (stream, topics) == (self.stream, self.topics):
            return False
        hubs.hub().leave(self.outlet)
        self.outlet.drop("positions")
        self.outlet.wants_all = True
        self.stream, self.topics = stream, topics
        self._follow()
        return True
