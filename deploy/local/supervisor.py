"""Keeps the demo's processes running: one that dies is started again, one that keeps dying stops everything."""

import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from deploy.local.children import SetupError, spawn, stop, stop_all, tail
from deploy.local.console import open_log

SECONDS_BETWEEN_LOOKS = 0.3
SECONDS_TO_STOP = 5.0
PATIENCE = 5  # deaths…
WITHIN = 60.0  # …in so many seconds before we give up
LONGEST_PAUSE = 10.0


class Child(Protocol):
    """What can be started again: a server, or a process of ours."""

    name: str
    log: Path
    process: subprocess.Popen[bytes] | None

    def start(self) -> None: ...


@dataclass
class Service:
    """One process of ours, with its log."""

    name: str
    command: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with open_log(self.log) as log:
            self.process = spawn(self.command, log=log, folder=self.folder, environment=self.environment)


@dataclass
class Watch:
    """A child, and how often it died lately."""

    child: Child
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=PATIENCE))
    restart_at: float = 0.0


class Supervisor:
    """Watches children, and stops our own processes together."""

    def __init__(self) -> None:
        self.watches: list[Watch] = []
        self.services: list[Service] = []

    def adopt(self, *children: Child) -> None:
        """Watch children that run already, and that somebody else will stop."""
        self.watches += [Watch(child) for child in children]

    def start(self, *services: Service) -> None:
        for service in services:
            self.services.append(service)
            service.start()
        self.adopt(*services)

    def check(self) -> None:
        """Raises SetupError with the end of its log when a child has ended: at the start there is no second try."""
        for child in (watch.child for watch in self.watches if _ended(watch.child)):
            raise SetupError(f"{child.name} could not start. The end of {child.log}:\n{tail(child.log)}")

    def watch(self) -> None:
        """Start again what dies, for ever. Raises SetupError with the end of its log when one keeps dying."""
        while True:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Look at every child once; ``now`` is in seconds of the monotonic clock."""
        for watch in self.watches:
            if _ended(watch.child):
                _note_death(watch, now)
            if watch.child.process is None and now >= watch.restart_at:
                watch.child.start()

    def stop(self) -> None:
        running = [(service.process, signal.SIGTERM) for service in self.services if service.process]
        stop_all(running, seconds=SECONDS_TO_STOP)


def _ended(child: Child) -> bool:
    return child.process is not None and child.process.poll() is not None


def _note_death(watch: Watch, now: float) -> None:
    child = watch.child
    assert child.process
    code = child.process.returncode
    stop(child.process, by=signal.SIGKILL)  # what it may have left behind
    child.process = None
    watch.deaths.append(now)
    if len(watch.deaths) == PATIENCE and now - watch.deaths[0] < WITHIN:
        raise SetupError(f"{child.name} keeps ending. The end of {child.log}:\n{tail(child.log)}")
    pause = min(2.0 ** (len(watch.deaths) - 1), LONGEST_PAUSE)
    watch.restart_at = now + pause
    print(f"{child.name} ended with code {code}; starting it again in {pause:.0f} s. Its log: {child.log}", flush=True)
