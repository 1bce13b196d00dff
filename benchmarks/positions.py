"""What it costs to hand positions out, how old they are at the pages and how many bytes they take, beside peers.

In the end it calls `trails.py`: what it costs to keep them.

    .venv/bin/python benchmarks/positions.py

One line of JSON per figure, medians of several runs; on a machine of two cores, one of which is the server's alone.
"Since said": from the moment at which a car's position is given to the site until it arrives at a page; a frame is
made once a second, so that up to a second of it is waiting for the frame. "Since handed out": from the first page that
has a message until each page has it.
"""

import asyncio
import json
import logging
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import django
import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import services

SERVERS = services.start()
django.setup()

from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.core.management import call_command

from benchmarks.fanout import trial as trials
from benchmarks.fanout.trial import Trial
from deploy.local.binaries import node_and_npm
from deploy.local.environment import VENV
from deploy.local.valkey import free_port
from echauffeur.bases.models import Base
from echauffeur.common import hub as hubs
from tests.factories import RegulatorFactory
from tests.sockets import cookie_of
from tracking.positions import Position
from tracking.wire import Vehicle, decode, encode

SECONDS, RUNS = 4, 3
MANY, MEDIUM = (1000, 200), (100, 100)  # viewers, vehicles
LAYERS = {"core.RedisChannelLayer": RedisChannelLayer, "pubsub.RedisPubSubChannelLayer": RedisPubSubChannelLayer}
UVICORN = [sys.executable, "-m", "uvicorn", "--log-level", "warning", "--timeout-graceful-shutdown", "1", "--port"]
SOCKETS = ["--ws", "echauffeur.transport:BoundedWebSocket", "--ws-per-message-deflate", "false"]


def main() -> None:
    """Measure on servers of its own, which are thrown away."""
    os.sched_setaffinity(0, {trials.OTHER_CORE})
    call_command("migrate", verbosity=0)
    regulator = RegulatorFactory()
    site = Site(regulator.base, cookie_of(regulator))
    tell("machine", cores=len(trials.CORES), load_before=round(os.getloadavg()[0], 1))
    sizes()
    many, medium = ours(site, *MANY), ours(site, *MEDIUM)
    one_frozen(site, many)
    for name in LAYERS:
        compare(f"Channels {name}, group_send per position", stock_channels(name), medium, MEDIUM)
    compare("Node ws, every position to every viewer", node("each", MEDIUM), medium, MEDIUM)
    compare("Node ws, one batch a second", node("batch", MANY), many, MANY)


def compare(name: str, peer: dict[str, float], own: dict[str, float], load: tuple[int, int]) -> None:
    """Print what the peer costs as a multiple of ours at the same load."""
    tell("ratio", peer=name, viewers=load[0], vehicles=load[1], of_processor_time=ratio(peer, own),
         of_bytes=round(peer["bytes_per_delivered_position"] / own["bytes_per_delivered_position"], 1))  # fmt: skip


def ratio(peer: dict[str, float], own: dict[str, float]) -> float:
    """Return how many times our processor time per delivered position the peer takes."""
    return round(peer["us_per_delivered_position"] / own["us_per_delivered_position"], 2)


def tell(what: str, **figures: Any) -> None:
    """Print one line."""
    print(json.dumps({"what": what, **figures}), flush=True)


class Site:
    """Ours, with a base and a regulator's cookie."""

    def __init__(self, base: Base, cookie: str) -> None:
        self.base, self.cookie = base, cookie

    def start(self, stack: ExitStack) -> Trial:
        """Start it, and wait for its first answer."""
        port = free_port()
        environment = dict(os.environ) | {"DJANGO_SETTINGS_MODULE": "echauffeur.settings.test"}
        trial = Trial(
            stack, SERVERS.data, [*UVICORN, str(port), *SOCKETS, "echauffeur.asgi:application"], port, **environment
        )
        wait_for(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close())
        return trial

    async def publish(self, vehicle: int, latitude: float) -> None:
        """Say where a car is to the web processes; keeping it is measured by trails.py."""
        now = datetime.now(UTC)
        told = [*Position(vehicle, latitude, -4.5, now).wire, int(now.timestamp()) + 3600]
        hubs.ask(lambda client: client.publish(f"positions:{self.base.pk}", orjson.dumps(told)), default=0)

    @staticmethod
    def read(message: bytes) -> list[float]:
        return [] if message[:1] == b"{" else [vehicle.latitude for vehicle in decode(message)[1]]


def ours(site: Site, viewers: int, vehicles: int, frozen: int = 0) -> dict[str, float]:
    """Measure our hub, with sign-in, rights and everything."""
    with ExitStack() as stack:
        trial = site.start(stack)
        trial.open(viewers=viewers, frozen=frozen, path=f"/live/base/{site.base.code}/", cookie=site.cookie)
        found = trial.measure(site.publish, site.read, vehicles=vehicles, seconds=SECONDS, runs=RUNS)
    tell("hub", viewers=viewers, vehicles=vehicles, frozen=frozen, **found)
    return found


def one_frozen(site: Site, without: dict[str, float]) -> None:
    """Measure the same with a viewer beside them that stopped reading: beside many, whose p99 is no single hiccup."""
    found = ours(site, *MANY, frozen=1)
    tell(
        "one frozen viewer",
        p99_of_the_others=round(found["p99_ms_since_handed_out"] / without["p99_ms_since_handed_out"], 2),
        waits_for_it_bytes=found["kernel_bytes_waiting"],
        a_frame_bytes=without["bytes_per_delivered_position"] * MANY[1],
        server_grew_kb=found["server_grew_kb"] - without["server_grew_kb"],
    )


def stock_channels(name: str) -> dict[str, float]:
    """Measure Channels as its documentation shows it."""
    layer = LAYERS[name](hosts=[SERVERS.valkey.url])

    async def publish(vehicle: int, latitude: float) -> None:
        await layer.group_send("positions", {"type": "position", "position": row(vehicle, latitude)})

    with ExitStack() as stack:
        port = free_port()
        environment = dict(os.environ) | {"LAYER": name, "REDIS_URL": SERVERS.valkey.url}
        environment.pop("DJANGO_SETTINGS_MODULE")
        application = "benchmarks.fanout.stock_channels:application"
        trial = Trial(stack, SERVERS.data, [*UVICORN, str(port), "--lifespan", "off", application], port, **environment)
        return peer(trial, f"Channels {name}, group_send per position", publish, MEDIUM)


def node(mode: str, load: tuple[int, int]) -> dict[str, float]:
    """Measure a broadcaster in Node; its positions come in by a pipe, which is cheaper than Redis."""
    found = node_and_npm(VENV)
    assert found, "make environment installs Node where the machine has none"
    port = free_port()
    inlet, outlet = os.pipe()

    async def publish(vehicle: int, latitude: float) -> None:
        os.write(outlet, orjson.dumps(row(vehicle, latitude)) + b"\n")

    with ExitStack() as stack:
        stack.callback(os.close, outlet)
        command = [str(found[0] / "node"), str(trials.HERE / "broadcast.mjs"), str(port), mode]
        trial = Trial(stack, SERVERS.data, command, port, stdin=inlet, **os.environ)
        os.close(inlet)
        return peer(trial, f"Node ws, {mode}", publish, load)


def peer(trial: Trial, name: str, publish: trials.Publish, load: tuple[int, int]) -> dict[str, float]:
    """Measure a peer, which speaks JSON."""
    viewers, vehicles = load
    wait_for(lambda: trials.knock(trial.port))
    trial.open(viewers=viewers)
    found = trial.measure(publish, read_json, vehicles=vehicles, seconds=SECONDS, runs=RUNS)
    tell(f"peer: {name}", viewers=viewers, vehicles=vehicles, **found)
    return found


def row(vehicle: int, latitude: float) -> list[Any]:
    """Return a position as the shortest JSON says it: driver, latitude, longitude, heading, time."""
    return [vehicle, round(latitude, 6), -4.5, 90, int(time.time())]


@cache
def read_json(message: bytes) -> list[float]:
    said = orjson.loads(message)
    return [one[1] for one in said] if isinstance(said[0], list) else [said[1]]


def sizes() -> None:
    """Print the bytes of a frame beside those of the shortest JSON that says the same."""
    now = int(time.time())
    for vehicles in (1, 10, 200):
        cars = [
            Vehicle(i, 48.36 + i % 19 / 1000, -4.53 + i / 2000, i % 180 * 2, now - i % 9)
            for i in range(1, vehicles + 1)
        ]
        json_bytes = len(orjson.dumps([now, [list(car) for car in cars]]))
        binary = len(encode(cars, now))
        tell("bytes per vehicle", vehicles=vehicles, frame=round(binary / vehicles, 2),
             minimal_json=round(json_bytes / vehicles, 2), ratio=round(json_bytes / binary, 1))  # fmt: skip


def wait_for(try_it: Callable[[], object], seconds: float = 20) -> None:
    """Try until it succeeds. Raises what it raises when the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            try_it()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    logging.getLogger("channels_redis").setLevel(logging.ERROR)  # it says of every message that it drops
    asyncio.set_event_loop(asyncio.new_event_loop())
    try:
        main()
    finally:
        SERVERS.stop()
    os.sched_setaffinity(0, trials.CORES)
    subprocess.run([sys.executable, Path(__file__).with_name("trails.py")], check=True)
