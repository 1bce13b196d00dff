"""What the person at the terminal sees: numbered steps with their time, and the reason when one fails."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import IO

from deploy.local.children import SetupError, kill_session, spawn, tail


class Progress:
    """Prints one line a step: ``[3/8] Front-end libraries… 12 s``."""

    def __init__(self, total: int, *, done: int = 0) -> None:
        self.total = total
        self.done = done

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show the step, how long it takes while it goes on, and how long it took."""
        self.done += 1
        label = f"[{self.done}/{self.total}] {title}…"
        started = time.monotonic()
        over = Event()
        print(label, end=" ", flush=True)
        if sys.stdout.isatty():
            Thread(target=_count_seconds, args=(label, over), daemon=True).start()
        try:
            yield
        except BaseException as error:
            over.set()
            print("stopped" if isinstance(error, KeyboardInterrupt) else "failed", flush=True)
            raise
        over.set()
        again = f"\r{label} " if sys.stdout.isatty() else ""
        print(f"{again}{time.monotonic() - started:.1f} s", flush=True)

    def skip(self, title: str) -> None:
        """Show a step that has nothing to do."""
        self.done += 1
        print(f"[{self.done}/{self.total}] {title}… up to date", flush=True)


def _count_seconds(label: str, over: Event) -> None:
    started = time.monotonic()
    while not over.wait(1):
        print(f"\r{label} {time.monotonic() - started:.0f} s", end=" ", flush=True)


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    hint: str = "",
) -> None:
    """Run a command quietly. Raises SetupError with the end of its output when it fails."""
    with open_log(log) as file:
        process = spawn(command, log=file, folder=folder, environment=environment)
        try:
            code = process.wait()
        except BaseException:
            kill_session(process)
            raise
    if code:
        words = " ".join(map(str, command))
        raise SetupError("\n".join(filter(None, [f"This command failed: {words}", tail(log), hint])))


def open_log(path: Path) -> IO[bytes]:
    """Open a log file to append to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("ab")


def begin_logs(folder: Path) -> None:
    """Set the logs of the last run aside, so that the end of one always tells of this run."""
    for log in folder.glob("*.log"):
        log.replace(log.with_suffix(".log.old"))


def complain(error: object) -> None:
    """Say on standard error what went wrong."""
    print(f"\n{error}", file=sys.stderr, flush=True)
