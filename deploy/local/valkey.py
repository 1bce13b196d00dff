"""A Valkey of our own on a free port of this host, with a password that only this user can read. It keeps nothing."""

import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path

from deploy.local import binaries
from deploy.local.children import SetupError, spawn, stop, tail

SECONDS_TO_START = 10.0
SECONDS_TO_STOP = 3.0


class Valkey:
    """One server. Its address stays the same when it is stopped and started again."""

    name = "Valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, data: Path) -> None:
        self.binary = binaries.valkey_server()
        self.folder = data / "valkey"
        self.log = data / "log" / "valkey.log"
        self.password = secrets.token_urlsafe(24)
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for REDIS_URL."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start and wait for the first answer. Raises SetupError with the end of the server's log."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = spawn([self.binary, self._write_settings()], log=log, folder=self.folder)
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._answers():
                return
            time.sleep(0.02)
        self.stop()
        raise SetupError(f"Valkey did not start. The end of {self.log}:\n{tail(self.log)}")

    def stop(self) -> None:
        """Stop; clients see their connection close."""
        if self.process:
            stop(self.process, by=self.stop_signal, seconds=SECONDS_TO_STOP)
            self.process = None

    def kill(self) -> None:
        """Stop without a word, as a crash would."""
        if self.process:
            stop(self.process, by=signal.SIGKILL)
            self.process = None

    def _write_settings(self) -> Path:
        """Write the settings to a file, not to the command line: every user of the machine can read that."""
        path = self.folder / "valkey.conf"
        path.touch(mode=0o600)
        path.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            'save ""\nappendonly no\ndaemonize no\nloglevel warning\n'
        )
        return path

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=0.5) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = connection.recv(64)
        except OSError:
            return False
        return answer.startswith(b"+OK")


def free_port() -> int:
    """Return a TCP port of this host that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
