"""The simulator's sense of time: delays shrink with the speed and stand still while it is paused."""

import asyncio
import time

from echauffeur.demo.control import Control

TICK = 0.5


class Pace:
    """How fast the demo plays. The clock on the wall is never changed: rides keep their promised times."""

    def __init__(self, control: Control | None = None):
        self.control = control or Control()

    @property
    def speed(self) -> float:
        """How many seconds of play one second on the wall is; 0 while paused."""
        return 0.0 if self.control.is_paused else float(self.control.speed)

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds of play; a change of speed counts within half a second."""
        left, last = seconds, time.monotonic()
        while left > 0:
            await asyncio.sleep(min(TICK, left / self.speed) if self.speed else TICK)
            now = time.monotonic()
            left -= (now - last) * self.speed
            last = now

    async def wait_for(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait for the event, so many seconds of play at most; return whether it came."""
        sleeping = asyncio.ensure_future(self.sleep(seconds))
        coming = asyncio.ensure_future(event.wait())
        try:
            await asyncio.wait({sleeping, coming}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            coming.cancel()
        return event.is_set()
