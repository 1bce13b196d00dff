"""The living demo: our own servers, the demo's data, and the four processes of the service."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

from deploy.local.children import SetupError, tail
from deploy.local.console import Progress, run
from deploy.local.environment import PROJECT, PYTHON, REQUIREMENTS, digest
from deploy.local.postgres import Postgres
from deploy.local.supervisor import Service, Supervisor
from deploy.local.valkey import Valkey

STEPS = 4
HIGHEST_PORT = 65535
SECONDS_TO_ANSWER = 120.0
MADE_BY_US = ("postgres-*", "valkey", "run", "log", "migrated", "beat*")


class Settings:
    """What the caller's environment says, in the words of echauffeur/env.py."""

    def __init__(self) -> None:
        self.data = Path(os.environ.get("ECHAUFFEUR_DATA") or PROJECT / ".data").absolute()
        self.port = _port(os.environ.get("PORT") or "8000")
        self.database_url = os.environ.get("DATABASE_URL")

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def reset(settings: Settings) -> None:
    """Remove what the demo wrote, and nothing else of the folder. Raises SetupError when the database is not ours."""
    if settings.database_url:
        raise SetupError("DATABASE_URL names a database that is not the demo's own: empty that one yourself.")
    for pattern in MADE_BY_US:
        for path in settings.data.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the data folder: two demos on one would fight over it. Raises SetupError when another one holds it."""
    with _note(settings.data) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise SetupError(
                f"The demo already runs in {settings.data}: {file.read().strip()}.\n"
                "Stop it with Ctrl-C, or choose another place: ECHAUFFEUR_DATA=/tmp/second PORT=8001 make demo"
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, {settings.site}")
        file.flush()
        yield


def _note(data: Path) -> IO[str]:
    """Open the note of who runs here, making the data folder at the first time."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        return (data / "running").open("a+")
    except OSError as error:
        raise SetupError(
            f"The data folder {data} can't be written: {error.strerror}.\n"
            "Choose one of yours: ECHAUFFEUR_DATA=/path/of/yours make demo"
        ) from None


def check_port(settings: Settings) -> None:
    """Raises SetupError when somebody else already listens on the demo's port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.port))
        except OSError:
            raise SetupError(
                f"Port {settings.port} is taken by another program. Choose another: PORT={settings.port + 1} make demo"
            ) from None


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) <= HIGHEST_PORT:
        return int(text)
    raise SetupError(f"PORT must be a number from 1 to {HIGHEST_PORT}, not {text!r}.")


class Demo:
    """One run: servers that the caller did not name, tables, data, and our processes."""

    def __init__(self, settings: Settings, progress: Progress) -> None:
        self.settings = settings
        self.progress = progress
        self.logs = settings.data / "log"
        self.supervisor = Supervisor()
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "echauffeur.settings.demo",
            "ECHAUFFEUR_DATA": str(settings.data),
            "ECHAUFFEUR_VERSION": _version(),
            "PORT": str(settings.port),
            "PYTHONUNBUFFERED": "1",
        }

    def run(self) -> None:
        """Run until a signal stops it. Raises SetupError, and KeyboardInterrupt when it was told to stop."""
        with ExitStack() as stack:
            with self.progress.step("PostgreSQL and Valkey"):
                self._start_servers(stack)
            self._migrate()
            with self.progress.step("Demo data (two months of rides the first time)"):
                self._manage("load_demo")
            with self.progress.step("Web, worker, beat and simulator"):
                stack.callback(self.supervisor.stop)
                self._start_services()
            self._welcome()
            self.supervisor.watch()

    def _start_servers(self, stack: ExitStack) -> None:
        servers: dict[str, type[Postgres | Valkey]] = {"DATABASE_URL": Postgres, "REDIS_URL": Valkey}
        for variable, make in servers.items():
            if not self.environment.get(variable):
                server = make(self.settings.data)
                stack.callback(server.stop)
                server.start()
                self.supervisor.adopt(server)
                self.environment[variable] = server.url

    def _migrate(self) -> None:
        """Bring the tables up to date; our own database remembers what it was last migrated to."""
        title = "Database tables"
        stamp, wanted = self.settings.data / "migrated", digest(_migrations())
        own = not self.settings.database_url
        if own and stamp.exists() and stamp.read_text() == wanted:
            self.progress.skip(title)
            return
        with self.progress.step(title):
            self._manage("migrate")
            if own:
                stamp.write_text(wanted)

    def _manage(self, command: str) -> None:
        run([PYTHON, "manage.py", command], log=self.logs / "setup.log", folder=PROJECT, environment=self.environment)

    def _start_services(self) -> None:
        celery = "-m celery --app echauffeur --quiet"
        sockets = "--ws echauffeur.transport:BoundedWebSocket --ws-per-message-deflate false"
        web = f"-m uvicorn echauffeur.asgi:application {sockets} --timeout-graceful-shutdown 2 --log-level warning"
        self.supervisor.start(
            self._service("web", f"{web} --host 127.0.0.1 --port {self.settings.port}"),
            self._service("worker", f"{celery} worker --concurrency 2 --without-gossip --without-mingle -l WARNING"),
            self._service("beat", f"{celery} beat --pidfile= -l WARNING --schedule", self.settings.data / "beat"),
        )
        self._wait_for_an_answer()
        self.supervisor.start(self._service("simulator", "manage.py simulate"))

    def _service(self, name: str, arguments: str, *more: str | Path) -> Service:
        return Service(name, [PYTHON, *arguments.split(), *more], self.logs / f"{name}.log", self.environment, PROJECT)

    def _wait_for_an_answer(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while time.monotonic() < deadline:
            self.supervisor.check()
            if _answers(self.settings.port):
                return
            time.sleep(0.1)
        log = self.logs / "web.log"
        raise SetupError(f"The site did not answer within {SECONDS_TO_ANSWER:.0f} s. The end of {log}:\n{tail(log)}")

    def _welcome(self) -> None:
        accounts = subprocess.run(
            [PYTHON, "manage.py", "demo_accounts"],
            cwd=PROJECT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        print(f"\n  e-Chauffeur runs on {self.settings.site}\n\n{accounts}\n  Logs: {self.logs}", flush=True)
        print("  Stop with Ctrl-C. The data is kept; make demo-reset starts afresh.\n", flush=True)


def _answers(port: int) -> bool:
    """Return whether the site works. Asked directly: a proxy in the environment is for other hosts."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _migrations() -> Iterator[Path]:
    yield from PROJECT.glob("*/migrations/*.py")
    yield from PROJECT.glob("echauffeur/*/migrations/*.py")
    yield REQUIREMENTS / "base.txt"  # Django and the libraries bring tables of their own


def _version() -> str:
    """Return what git calls the code that runs, or what the project calls itself where there is no git."""
    command = ["git", "describe", "--tags", "--always", "--dirty"]
    with suppress(OSError, subprocess.CalledProcessError):
        return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.strip()
    return str(tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"])


def stop_on_signals() -> None:
    """Make every way of asking for the end the same as Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: object) -> None:
    """Ask once: what follows is the cleaning up, which has its own time limits."""
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt
