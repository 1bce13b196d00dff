"""How often somebody may do something: counted in Redis for all processes, in this process while Redis is away."""

import hashlib
import math
import time
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from echauffeur.common import hub
from echauffeur.common.refusals import Refusal

MINUTE, HOUR, DAY = 60, 3600, 86_400


class TooOften(Refusal):
    """It was done as often as is allowed for now. ``seconds`` is how long to wait."""

    status = 429
    code = "too_often"

    def __init__(self, seconds: float):
        self.seconds = max(1, math.ceil(seconds))
        super().__init__(_("That was too often. Try again %(when)s.") % {"when": in_words(self.seconds)})


@dataclass(frozen=True)
class Limit:
    """So many times within any so many seconds, counted under a name of its own."""

    name: str
    times: int
    seconds: int

    @property
    def item(self) -> RateLimitItem:
        return RateLimitItemPerSecond(self.times, self.seconds, namespace=self.name)


def take(limit: Limit, *whom: str) -> None:
    """Count one more time for whoever is named, such as an address of the network or of e-mail.

    Raises TooOften when that is more than the limit allows; it is not counted then.
    """
    item, key = limit.item, _key(whom)
    took = hub.ask(lambda client: _shared(client).hit(item, key), default=None)
    if took is None:
        took = _own().hit(item, key)
    if not took:
        raise TooOften(_seconds_left(item, key))


def in_words(seconds: int) -> str:
    """Return "in 5 minutes", rounded up: whoever comes back then is not early."""
    if seconds > 2 * HOUR:
        hours = math.ceil(seconds / HOUR)
        return ngettext("in %(count)d hour", "in %(count)d hours", hours) % {"count": hours}
    minutes = math.ceil(seconds / MINUTE)
    return ngettext("in %(count)d minute", "in %(count)d minutes", minutes) % {"count": minutes}


def _seconds_left(item: RateLimitItem, key: str) -> float:
    """Return how long until the oldest of the counted times is forgotten."""
    window = hub.ask(lambda client: _shared(client).get_window_stats(item, key), default=None)
    if window is None:
        window = _own().get_window_stats(item, key)
    return window.reset_time - time.time()


def _key(whom: tuple[str, ...]) -> str:
    """Return a name for them that tells Redis nothing about people, whatever odd characters they wrote."""
    return hashlib.sha256("\0".join(whom).encode(errors="surrogatepass")).hexdigest()


@cache
def _shared(client: redis.Redis) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(RedisStorage(settings.REDIS_URL, connection_pool=client.connection_pool))


@cache
def _own() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())
