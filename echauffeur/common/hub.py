"""From every process to every open page: two Redis subscriptions per process, and a local hub behind them.

News of steps is read as it comes; what has a receiver has a subscription of its own, read a few times a second.
Nothing queues: each viewer has one slot per kind of message and the latest wins, so a slow or frozen viewer costs
the others nothing. What is lost while Redis is away is not missed, because every page knows the number it shows
(`docs/decisions/0002-one-hub.md`).
"""

import asyncio
import logging
import random
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Coroutine, Iterable
from functools import cache
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import orjson
import redis
import redis.asyncio
from django.conf import settings

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")
News = str | bytes

# A dead Redis must not slow a saved ride down: fail fast, then leave it alone for a moment.
CONNECT_SECONDS = 0.3
ANSWER_SECONDS = 0.5
REST_SECONDS = 1.0
RECONNECT_SECONDS = 1.0
PING_SECONDS = 5.0
# What has a receiver comes in crowds and waits there anyway: to wake up for each costs more than to read it.
GATHER_SECONDS = 0.1
_resting_until = 0.0

# What changes what one person may do is told on a topic of its own; it is for sockets to look again, not for pages.
PERSON = "stream:person:"


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS
    )


def ask(what: Callable[[redis.Redis], Any], default: Answer) -> Answer:
    """Return what Redis answers, or the default when it is away. Never raises for a missing Redis."""
    global _resting_until  # noqa: PLW0603  one rest per process
    if time.monotonic() < _resting_until:
        return default
    try:
        return what(_client())  # type: ignore[no-any-return]
    except (redis.RedisError, OSError) as error:
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning("Redis did not answer: %s", error)
        return default


def publish(messages: Iterable[tuple[str, dict[str, Any]]]) -> bool:
    """Send each (topic, message) to every process; return whether Redis took them."""

    def send(client: redis.Redis) -> bool:
        pipe = client.pipeline(transaction=False)
        for topic, message in messages:
            pipe.publish(topic, orjson.dumps(message))
        pipe.execute()
        return True

    return ask(send, default=False)


class Outlet:
    """One viewer's way out: a slot per kind of message, the latest wins."""

    def __init__(self) -> None:
        self._slots: dict[str, News] = {}
        self._filled = asyncio.Event()
        # For news that builds on what was told before: whether all of it must be told anew, and which part of it this
        # viewer looks at, in the words of whoever hands it out.
        self.wants_all = True
        self.view: Any = None

    def put(self, kind: str, news: News) -> None:
        self._slots[kind] = news
        self._filled.set()

    def holds(self, kind: str) -> bool:
        """Return whether the last of this kind still waits to be taken."""
        return kind in self._slots

    def drop(self, kind: str) -> None:
        """Leave out what waits of this kind: the viewer may no longer see it."""
        self._slots.pop(kind, None)

    async def take(self) -> dict[str, News]:
        """Wait for news and return the newest of each kind, in the order the kinds came."""
        await self._filled.wait()
        self._filled.clear()
        slots, self._slots = self._slots, {}
        return slots


Receiver = Callable[[str, bytes], None]
Chore = Callable[["Hub"], Coroutine[Any, Any, None]]


class Hub:
    """Which viewers of this process follow which topic, and the subscription that feeds them.

    ``receivers`` maps the part of a channel before its colon to what takes its messages; a channel without one is
    delivered as it is. ``chores`` run beside the subscription for as long as the loop does.
    """

    receivers: dict[str, Callable[["Hub"], Receiver]] = {}
    chores: list[Chore] = []

    def __init__(self) -> None:
        self._viewers: dict[str, set[Outlet]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []
        self._receivers = {kind: make(self) for kind, make in self.receivers.items()}
        self._rests = {"stream:*": 0.0, **{f"{kind}:*": GATHER_SECONDS for kind in self._receivers}}
        self._heard: set[str] = set()  # the patterns of which we are told now
        for pattern, rest in self._rests.items():
            self.beside(self._listen(pattern, rest))
        for chore in self.chores:
            self.beside(chore(self))

    @property
    def connected(self) -> bool:
        """Whether Redis tells us everything."""
        return len(self._heard) == len(self._rests)

    def topics(self, kind: str = "") -> list[str]:
        """Return the followed topics of this kind (the part before the first colon)."""
        return [topic for topic in self._viewers if topic.startswith(kind)]

    def join(self, outlet: Outlet, *topics: str) -> None:
        for topic in topics:
            self._viewers[topic].add(outlet)

    def leave(self, outlet: Outlet) -> None:
        for topic in list(self._viewers):
            self._viewers[topic].discard(outlet)
            if not self._viewers[topic]:
                del self._viewers[topic]

    def viewers(self, topic: str) -> Collection[Outlet]:
        return self._viewers.get(topic, ())

    def deliver(self, topic: str, kind: str, news: News) -> None:
        """Put the news into the slot of every viewer of the topic."""
        for outlet in self.viewers(topic):
            outlet.put(kind, news)

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Run this for as long as the hub lives."""
        self._tasks.append(asyncio.create_task(work))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self, pattern: str, rest: float) -> None:
        while True:
            try:
                await self._subscribe(pattern, rest)
            except (redis.RedisError, OSError) as error:
                logger.warning("The live subscription is down: %s", error)
            except Exception:
                logger.exception("The live subscription failed")
            self._heard.discard(pattern)
            await asyncio.sleep(RECONNECT_SECONDS * random.uniform(0.5, 1))  # noqa: S311  spreads the load, guards nothing

    async def _subscribe(self, pattern: str, rest: float) -> None:
        """Take messages in for as long as Redis is there, resting so many seconds when there is none left to read."""
        # A subscription is silent for as long as nothing happens: no read timeout, but a ping that must be answered.
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=None
        )
        async with client, client.pubsub() as subscription:
            await subscription.psubscribe(pattern)
            asked = in_a_crowd = False
            while True:
                message = await subscription.get_message(timeout=0 if in_a_crowd else PING_SECONDS)
                if message is None and in_a_crowd:
                    await asyncio.sleep(rest)
                    in_a_crowd = False
                    continue
                if message is None:
                    if asked:
                        raise redis.TimeoutError("no answer to a ping")
                    await subscription.ping()
                elif message["type"] == "psubscribe":
                    self._heard.add(pattern)
                elif message["type"] == "pmessage":
                    self._receive(message["channel"].decode(), message["data"])
                asked, in_a_crowd = message is None, message is not None and rest > 0

    def _receive(self, channel: str, data: bytes) -> None:
        receiver = self._receivers.get(channel.partition(":")[0])
        try:
            if receiver is not None:
                receiver(channel, data)
            else:
                self.deliver(channel, "rights" if channel.startswith(PERSON) else "step", data.decode())
        except Exception:
            # One message that nobody understands must not silence all that follow.
            logger.exception("A message on %s was left out", channel)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Return the running loop's hub, starting it at the first call."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
