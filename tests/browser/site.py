"""The site as a process, to start, stop and read the log of."""

import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Self
from urllib.parse import quote

from deploy.local.children import spawn, stop, tail
from deploy.local.valkey import free_port
from tests.services import Services

PROJECT = Path(__file__).resolve().parents[2]
SECONDS_TO_ANSWER = 20.0


class Site:
    """uvicorn on the tests' database. ``settings`` are further environment variables."""

    def __init__(self, services: Services, database: str, *, log_level: str = "warning", **settings: str) -> None:
        self.log_level = log_level
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = services.data / "log" / f"site-{self.port}.log"
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "DATABASE_URL": services.postgres.url.rpartition("/")[0] + f"/{quote(database)}",
            "REDIS_URL": services.valkey.url,
            "ECHAUFFEUR_DATA": str(services.data),
            "DJANGO_SETTINGS_MODULE": "echauffeur.settings.test",
            "PYTHONUNBUFFERED": "1",
        } | settings
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start, and wait for the first answer."""
        command = [sys.executable, "-m", "uvicorn", "echauffeur.asgi:application", "--log-level", self.log_level]
        command += ["--ws", "echauffeur.transport:BoundedWebSocket", "--ws-per-message-deflate", "false"]
        with self.log.open("ab") as log:
            self.process = spawn(
                [*command, "--port", str(self.port), "--timeout-graceful-shutdown", "1", "--no-server-header"],
                log=log,
                environment=self.environment,
                folder=PROJECT,
            )
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2).close()
            except OSError:
                time.sleep(0.1)
            else:
                return self
        raise AssertionError(f"The site did not start:\n{tail(self.log)}")

    def __exit__(self, *_: object) -> None:
        if self.process:
            stop(self.process)
