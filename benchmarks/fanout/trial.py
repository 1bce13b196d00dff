"""One way of handing positions out, under load: what it costs its server, and how old what arrives is."""

import asyncio
import json
import os
import pickle
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")
# The server has one core for itself; viewers, whoever says where cars are, Valkey and PostgreSQL have the other.
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, OTHER_CORE = CORES[0], CORES[-1]
SOUTH = 48.0
UNIT = 2e-6  # degrees; how far north of SOUTH a car is tells which of the positions this is

Publish = Callable[[int, float], Awaitable[None]]  # (vehicle, latitude)
Read = Callable[[bytes], list[float]]  # a message's latitudes


class Trial:
    """A server and the pages open on it."""

    def __init__(
        self, stack: ExitStack, folder: Path, command: list[str], port: int, *, stdin: int = subprocess.DEVNULL,
        **environment: str,
    ) -> None:  # fmt: skip
        self.out, self.port = folder / "arrived", port
        self.said: list[float] = []  # when position number n was said
        log = stack.enter_context((folder / "server.log").open("ab"))
        self.server = subprocess.Popen(
            ["taskset", "-c", str(SERVER_CORE), *command],
            stdin=stdin, stdout=log, stderr=log, env=environment, cwd=HERE.parents[1],
        )  # fmt: skip
        stack.callback(self.server.wait)
        stack.callback(self.server.terminate)
        self.stack = stack

    def open(self, *, viewers: int, frozen: int = 0, path: str = "/", cookie: str = "") -> None:
        """Open so many pages, in a process of their own."""
        job = {
            "port": self.port, "path": path, "cookie": cookie, "viewers": viewers, "frozen": frozen,
            "out": str(self.out),
        }  # fmt: skip
        self.pages = subprocess.Popen(
            ["taskset", "-c", str(OTHER_CORE), sys.executable, str(HERE / "viewers.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.stack.callback(self.pages.kill)
        self._tell(json.dumps(job))

    def _tell(self, line: str) -> None:
        assert self.pages.stdin
        assert self.pages.stdout
        self.pages.stdin.write(line + "\n")
        self.pages.stdin.flush()
        assert self.pages.stdout.readline(), "the viewers have gone"

    def collect(self) -> dict[str, Any]:
        """Return what has arrived since the last time."""
        self._tell("")
        found: dict[str, Any] = pickle.loads(self.out.read_bytes())  # of our own process
        return found

    def drive(self, publish: Publish, *, vehicles: int, seconds: int) -> None:
        """Have every vehicle say once a second where it is, spread evenly over the second."""

        async def run() -> None:
            begun = time.monotonic()
            for number in range(vehicles * seconds):
                wait = begun + number / vehicles - time.monotonic()
                if wait > 0:
                    await asyncio.sleep(wait)
                self.said.append(time.monotonic())
                await publish(number % vehicles + 1, SOUTH + (len(self.said) - 1) * UNIT)

        asyncio.get_event_loop().run_until_complete(run())

    def measure(self, publish: Publish, read: Read, *, vehicles: int, seconds: int, runs: int) -> dict[str, float]:
        """Return the medians of several runs, after a short one to warm up."""
        self.drive(publish, vehicles=vehicles, seconds=2)
        self.collect()
        found = [self._run(publish, read, vehicles=vehicles, seconds=seconds) for _ in range(runs)]
        return {name: round(statistics.median(one[name] for one in found), 3) for name in found[0]}

    def _run(self, publish: Publish, read: Read, *, vehicles: int, seconds: int) -> dict[str, float]:
        grown = resident_kb(self.server.pid)
        before, pages_before, begun = self.cpu(), cpu_of(self.pages.pid), time.monotonic()
        self.drive(publish, vehicles=vehicles, seconds=seconds)
        spent, lasted = self.cpu() - before, time.monotonic() - begun
        pages_spent = cpu_of(self.pages.pid) - pages_before
        found = self.collect()
        ages, spread, size = self._ages(found["arrived"], read)
        return {
            "delivered_per_s": len(ages) / lasted,
            "server_core_share": spent / lasted,
            "us_per_delivered_position": 1e6 * spent / max(1, len(ages)),
            "bytes_per_delivered_position": size / max(1, len(ages)),
            "p50_ms_since_handed_out": at(spread, 0.50),
            "p99_ms_since_handed_out": at(spread, 0.99),
            "p50_ms_since_said": at(ages, 0.50),
            "p99_ms_since_said": at(ages, 0.99),
            "viewers_lost": found["lost"] + sum(not arrived for arrived in found["arrived"]),
            "viewers_core_share": pages_spent / lasted,
            "server_grew_kb": resident_kb(self.server.pid) - grown,
            "kernel_bytes_waiting": waiting(self.port),
        }

    def _ages(self, arrived: list[list[tuple[float, bytes]]], read: Read) -> tuple[list[float], list[float], int]:
        """Return the ages of all positions at arrival, how long after its first arrival each message came (ms), and
        the bytes of all.
        """
        said: dict[bytes, list[float]] = {}
        first: dict[bytes, float] = {}
        came = [(when, message) for viewer in arrived for when, message in messages(viewer)]
        for when, message in came:
            if message not in said:
                said[message] = [self.said[round((lat - SOUTH) / UNIT)] for lat in read(message)]
            first[message] = min(when, first.get(message, when))
        came = [(when, message) for when, message in came if said[message]]
        ages = [1000 * (when - one) for when, message in came for one in said[message]]
        spread = [1000 * (when - first[message]) for when, message in came]
        return ages, spread, sum(len(message) for _when, message in came)

    def cpu(self) -> float:
        return cpu_of(self.server.pid)


def knock(port: int) -> None:
    """Raises OSError when nobody listens there yet."""
    socket.create_connection(("127.0.0.1", port)).close()


def cpu_of(pid: int) -> float:
    """Return the seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_kb(pid: int) -> int:
    """Return how much memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def waiting(port: int) -> int:
    """Return the most bytes that the kernel keeps for one peer of this port who has not taken them."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return max((int(line[4].split(":")[0], 16) for line in lines if line[1].endswith(f":{port:04X}")), default=0)


def at(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))] if values else float("nan")


def messages(chunks: list[tuple[float, bytes]]) -> Iterator[tuple[float, bytes]]:
    """Yield each whole message of a server with the time at which its end arrived; what frames say of themselves
    (pings) is left out.
    """
    rest = b""
    for when, chunk in chunks:
        rest += chunk
        while len(rest) >= 2:
            length, start = rest[1], 2
            if length >= 126:
                start = 4 if length == 126 else 10
                if len(rest) < start:
                    break
                length = int.from_bytes(rest[2:start])
            if len(rest) < start + length:
                break
            if rest[0] & 15 in {1, 2}:
                yield when, rest[start : start + length]
            rest = rest[start + length :]
