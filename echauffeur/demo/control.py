"""Whether the simulator plays, how fast, and how many rushes it was asked for. Kept in Redis: it need not last."""

from dataclasses import asdict, dataclass

import orjson

from echauffeur.common import hub

KEY = "demo:control"
SPEEDS = (1, 2, 5)
# The simulator says this often that it lives; a page believes it for a little longer.
SIGN_OF_LIFE_KEY = "demo:alive"
BELIEVED_SECONDS = 6


@dataclass(frozen=True)
class Control:
    """What the simulator was told. ``rushes`` counts how often a rush was called since the beginning."""

    is_paused: bool = False
    speed: int = 1
    rushes: int = 0


def read(otherwise: Control | None = None) -> Control:
    """Return what was last told; ``otherwise`` while Redis is away."""
    nothing: bytes | None = None
    kept = hub.ask(lambda client: client.get(KEY) or b"", default=nothing)
    if kept is None:
        return otherwise or Control()
    return Control(**orjson.loads(kept)) if kept else Control()


def write(control: Control) -> bool:
    """Tell the simulator, and return whether it could be told."""
    return hub.ask(lambda client: bool(client.set(KEY, orjson.dumps(asdict(control)))), default=False)


def say_alive() -> None:
    hub.ask(lambda client: client.setex(SIGN_OF_LIFE_KEY, BELIEVED_SECONDS, b"1"), default=None)


def is_alive() -> bool:
    return bool(hub.ask(lambda client: client.exists(SIGN_OF_LIFE_KEY), default=0))
