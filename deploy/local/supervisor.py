"""Keeps the demo's processes running: one that dies is started again, one that keeps dying stops everything."""

import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.children import SetupError, spawn, stop_all, tail
from deploy.local.console import open_log

SECONDS_BETWEEN_LOOKS = 0.3
SECONDS_TO_STOP = 5.0
PATIENCE = 5  # deaths…
WITHIN = 60.0  # …in so many seconds before we give up
LONGEST_PAUSE = 10.0


@dataclass
class Service:
    """One process of ours, with its log."""

    name: str
    command: Sequence[str | Path]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=PATIENCE))
    restart_at: float = 0.0


class Supervisor:
    """Starts services, watches them, and stops them together."""

    def __init__(self, *, environment: Mapping[str, str], folder: Path) -> None:
        self.services: list[Service] = []
        self.environment = environment
        self.folder = folder

    def start(self, *services: Service) -> None:
        for service in services:
            self.services.append(service)
            self._start(service)

    def check(self) -> None:
        """Raises SetupError with the end of its log when a service has ended: at the start there is no second try."""
        for service in self.services:
            if service.process and service.process.poll() is not None:
                raise SetupError(f"{service.name} could not start. The end of {service.log}:\n{tail(service.log)}")

    def watch(self) -> None:
        """Start again what dies, for ever. Raises SetupError with the end of its log when one keeps dying."""
        while True:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            now = time.monotonic()
            for service in self.services:
                if service.process and service.process.poll() is not None:
                    self._note_death(service, now)
                if service.process is None and now >= service.restart_at:
                    self._start(service)

    def stop(self) -> None:
        running = [(service.process, signal.SIGTERM) for service in self.services if service.process]
        stop_all(running, seconds=SECONDS_TO_STOP)

    def _start(self, service: Service) -> None:
        with open_log(service.log) as log:
            service.process = spawn(service.command, log=log, folder=self.folder, environment=self.environment)

    def _note_death(self, service: Service, now: float) -> None:
        assert service.process
        code = service.process.returncode
        stop_all([(service.process, signal.SIGKILL)], seconds=0)  # what it may have left behind
        service.process = None
        service.deaths.append(now)
        if len(service.deaths) == PATIENCE and now - service.deaths[0] < WITHIN:
            raise SetupError(f"{service.name} keeps ending. The end of {service.log}:\n{tail(service.log)}")
        pause = min(2.0 ** (len(service.deaths) - 1), LONGEST_PAUSE)
        service.restart_at = now + pause
        print(
            f"{service.name} ended with code {code}; starting it again in {pause:.0f} s. Its log: {service.log}",
            flush=True,
        )
