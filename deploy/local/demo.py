"""The living demo: our own servers, the demo's data, and the four processes of the service."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
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
SECONDS_TO_ANSWER = 60.0
MADE_BY_US = ("postgres-*", "valkey", "run", "log", "migrated", "beat*")


class Settings:
    """What the caller's environment says, in the words of echauffeur/env.py."""

    def __init__(self) -> None:
        self.data = Path(os.environ.get("ECHAUFFEUR_DATA") or PROJECT / ".data").absolute()
        self.port = _port(os.environ.get("PORT") or "8000")
        self.database_url = os.environ.get("DATABASE_URL")
        self.redis_url = os.environ.get("REDIS_URL")

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def serve(settings: Settings, progress: Progress) -> None:
    """Run the demo until a signal stops it. Raises SetupError, and KeyboardInterrupt when it was told to stop."""
    with ExitStack() as stack:
        supervisor = Supervisor()
        with progress.step("PostgreSQL and Valkey"):
            environment = _start_servers(settings, stack, supervisor)
        _migrate(settings, environment, progress)
        with progress.step("Demo data (two months of rides the first time)"):
            _manage("load_demo", settings, environment)
        with progress.step("Web, worker, beat and simulator"):
            stack.callback(supervisor.stop)
            supervisor.start(*_services(settings, environment))
            _wait_for_an_answer(settings, supervisor)
            supervisor.start(_service(settings, environment, "simulator", "manage.py simulate"))
        _welcome(settings, environment)
        supervisor.watch()


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


def _start_servers(settings: Settings, stack: ExitStack, supervisor: Supervisor) -> dict[str, str]:
    """Start the servers that the caller did not name, and return the environment of everything that uses them."""
    database_url, redis_url = settings.database_url, settings.redis_url
    if not database_url:
        postgres = Postgres(settings.data)
        stack.callback(postgres.stop)
        postgres.start()
        supervisor.adopt(postgres)
        database_url = postgres.url
    if not redis_url:
        valkey = Valkey(settings.data)
        stack.callback(valkey.stop)
        valkey.start()
        supervisor.adopt(valkey)
        redis_url = valkey.url
    return os.environ | {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "echauffeur.settings.demo",
        "ECHAUFFEUR_DATA": str(settings.data),
        "ECHAUFFEUR_DEMO": "1",
        "ECHAUFFEUR_VERSION": _version(),
        "PORT": str(settings.port),
        "PYTHONUNBUFFERED": "1",
    }


def _version() -> str:
    """Return what git calls the code that runs, or what the project calls itself where there is no git."""
    command = ["git", "describe", "--tags", "--always", "--dirty"]
    with suppress(OSError, subprocess.CalledProcessError):
        return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.strip()
    return str(tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"])


def _migrate(settings: Settings, environment: dict[str, str], progress: Progress) -> None:
    """Bring the tables up to date; our own database remembers what it was last migrated to."""
    title = "Database tables"
    stamp, wanted = settings.data / "migrated", digest(_migrations())
    if not settings.database_url and stamp.exists() and stamp.read_text() == wanted:
        progress.skip(title)
        return
    with progress.step(title):
        _manage("migrate", settings, environment)
    if not settings.database_url:
        stamp.write_text(wanted)


def _migrations() -> Iterator[Path]:
    yield from PROJECT.glob("*/migrations/*.py")
    yield from PROJECT.glob("echauffeur/*/migrations/*.py")
    yield REQUIREMENTS / "base.txt"  # Django and the libraries bring tables of their own


def _manage(command: str, settings: Settings, environment: dict[str, str]) -> None:
    log = settings.data / "log" / "setup.log"
    run([PYTHON, "manage.py", command], log=log, folder=PROJECT, environment=environment)


def _services(settings: Settings, environment: dict[str, str]) -> list[Service]:
    service = partial(_service, settings, environment)
    celery = "-m celery --app echauffeur --quiet"
    web = "-m uvicorn echauffeur.asgi:application --timeout-graceful-shutdown 2 --log-level warning"
    return [
        service("web", f"{web} --host 127.0.0.1 --port {settings.port}"),
        service("worker", f"{celery} worker --concurrency 2 --without-gossip --without-mingle -l WARNING"),
        service("beat", f"{celery} beat --pidfile= -l WARNING --schedule", settings.data / "beat"),
    ]


def _service(settings: Settings, environment: dict[str, str], name: str, arguments: str, *more: str | Path) -> Service:
    log = settings.data / "log" / f"{name}.log"
    return Service(name, [PYTHON, *arguments.split(), *more], log, environment, PROJECT)


def _wait_for_an_answer(settings: Settings, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline:
        supervisor.check()
        try:
            with urllib.request.urlopen(f"{settings.site}/healthz", timeout=2) as answer:
                if json.load(answer)["database"] == "ok":
                    return
        except (OSError, ValueError):
            time.sleep(0.1)
    log = settings.data / "log" / "web.log"
    raise SetupError(f"The site did not answer within {SECONDS_TO_ANSWER:.0f} s. The end of {log}:\n{tail(log)}")


def _welcome(settings: Settings, environment: dict[str, str]) -> None:
    accounts = subprocess.run(
        [PYTHON, "manage.py", "demo_accounts"],
        check=False,
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    print(f"\n  e-Chauffeur runs on {settings.site}\n\n{accounts.stdout}\n  Logs: {settings.data / 'log'}", flush=True)
    print("  Stop with Ctrl-C. The data is kept; make demo-reset starts afresh.\n", flush=True)


def stop_on_signals() -> None:
    """Make every way of asking for the end the same as Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: object) -> None:
    """Ask once: what follows is the cleaning up, which has its own time limits."""
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt
