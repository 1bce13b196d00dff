"""Child processes that die with this one, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

SHIM = Path(__file__).with_name("shim.py")


class SetupError(Exception):
    """Something that a person must put right; its text says what and how."""


def spawn(
    command: Sequence[str | Path],
    *,
    log: IO[bytes] | int = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    identity: str = "same",
) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, so that Ctrl-C reaches this process alone.

    Call it from a thread that lives as long as the child should: the kernel counts the thread as the parent.
    """
    shim = [sys.executable, "-I", "-S", str(SHIM), str(os.getpid()), str(int(death_signal)), identity]
    return subprocess.Popen(
        [*shim, *map(str, command)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, seconds: float = 5.0) -> None:
    """Stop one child and whatever it started."""
    stop_all([(process, by)], seconds=seconds)


def stop_all(children: Iterable[tuple[subprocess.Popen[bytes], signal.Signals]], *, seconds: float) -> None:
    """Ask all of them to stop at once, and kill those that have not after so many seconds, with their own children."""
    children = list(children)
    for process, wanted in children:
        if process.poll() is None:
            process.send_signal(wanted)
    deadline = time.monotonic() + seconds
    for process, _ in children:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        kill_session(process)


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a child's session: the child itself, or children that it left behind."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def tail(log: Path, *, lines: int = 20) -> str:
    """Return the last lines of a log file, indented; empty when there is none."""
    if not log.exists():
        return ""
    return "\n".join(f"    {line}" for line in log.read_text(errors="replace").splitlines()[-lines:])
