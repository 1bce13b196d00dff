"""PostgreSQL and Valkey from their wheels: they keep what they should, and never outlive who started them."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from deploy.local.children import SHIM, spawn, stop
from deploy.local.postgres import Postgres
from deploy.local.valkey import Valkey
from tests.deploy.processes import alive, all_gone

PROJECT = Path(__file__).resolve().parents[2]
STARTER = """
import sys, time
from pathlib import Path
from deploy.local import children
from deploy.local.postgres import Postgres
from deploy.local.valkey import Valkey
data, children.SHIM = Path(sys.argv[1]), Path(sys.argv[2])
for server in (Postgres(data, throwaway=True), Valkey(data)):
    server.start()
    print(server.process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def orphans() -> Iterator[Callable[[Path, Path], list[int]]]:
    """Start both servers in a process of its own, kill that with -9, and return the servers' process ids."""
    left: list[int] = []

    def start_and_kill(data: Path, shim: Path) -> list[int]:
        command = [sys.executable, "-c", STARTER, data, shim]
        starter = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        assert starter.stdout
        left.extend(int(starter.stdout.readline()) for _ in range(2))
        starter.kill()
        starter.wait()
        starter.stdout.close()
        return left

    yield start_and_kill
    for pid in left:
        if alive(pid):
            os.kill(pid, signal.SIGKILL)


def test_the_database_keeps_its_data_over_a_restart(data: Path) -> None:
    postgres = Postgres(data, throwaway=True)
    for expected in ([], [("kept",)]):
        postgres.start()
        with psycopg.connect(postgres.url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS note (words text)")
            assert connection.execute("SELECT words FROM note").fetchall() == expected
            connection.execute("INSERT INTO note VALUES ('kept')")
        postgres.stop()


def test_the_database_has_what_the_service_needs(services_url: str) -> None:
    with psycopg.connect(services_url) as connection:
        found = connection.execute("SELECT name FROM pg_available_extensions").fetchall()
        zone, collation = connection.execute(
            "SELECT current_setting('TimeZone'), datlocale FROM pg_database WHERE datname = current_database()"
        ).fetchone() or (None, None)
    assert {"btree_gist", "pg_trgm", "unaccent"} <= {name for (name,) in found}
    assert (zone, collation) == ("UTC", "C.UTF-8")


@pytest.fixture
def services_url(data: Path) -> Iterator[str]:
    postgres = Postgres(data, throwaway=True)
    postgres.start()
    yield postgres.url
    postgres.stop()


def test_a_forgotten_process_file_does_not_keep_the_database_from_starting(data: Path) -> None:
    postgres = Postgres(data, throwaway=True)
    postgres.start()
    postgres.stop()
    # After a power cut the number in it may belong to any other program of the same user.
    other = spawn(["/bin/sleep", "60"], identity=postgres.identity)
    (postgres.folder / "postmaster.pid").write_text(f"{other.pid}\n{postgres.folder}\n")
    postgres.start()
    assert postgres.process
    assert postgres.process.poll() is None
    assert other.poll() is None
    postgres.stop()
    stop(other)


def test_a_deep_data_folder_is_no_obstacle(tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / ("deep-" * 20), throwaway=True)
    postgres.start()
    try:
        with psycopg.connect(postgres.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        postgres.stop()
        shutil.rmtree(postgres.sockets)


def test_a_cluster_cut_short_is_made_again(data: Path) -> None:
    postgres = Postgres(data, throwaway=True)
    unfinished = postgres.folder.with_suffix(".new")
    unfinished.mkdir(parents=True)
    (unfinished / "half").touch()
    postgres.start()
    postgres.stop()
    assert not unfinished.exists()
    assert not (postgres.folder / "half").exists()


def test_valkey_comes_back_at_the_same_address_and_wants_its_password(data: Path) -> None:
    valkey = Valkey(data)
    for end in (valkey.kill, valkey.stop):
        valkey.start()
        with redis.Redis.from_url(valkey.url) as client:
            assert client.ping()
        with (
            redis.Redis.from_url(f"redis://127.0.0.1:{valkey.port}") as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()
        end()
    assert (valkey.folder / "valkey.conf").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word to the children is Linux's")
def test_the_servers_die_with_a_starter_that_is_killed(data: Path, orphans: Callable[[Path, Path], list[int]]) -> None:
    pids = orphans(data, SHIM)
    assert all_gone(pids, seconds=10)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word to the children is Linux's")
def test_without_that_word_they_would_stay(
    data: Path, tmp_path: Path, orphans: Callable[[Path, Path], list[int]]
) -> None:
    """The negative control of the test above."""
    deaf = tmp_path / "shim.py"
    deaf.write_text(SHIM.read_text().replace("    die_with_parent(int(parent), int(death_signal))", "    pass"))
    pids = orphans(data, deaf)
    assert not all_gone(pids, seconds=1)
    assert all(map(alive, pids))
