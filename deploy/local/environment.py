"""Makes what the project runs on: Python libraries, front-end libraries and bundles, translations.

Each step is skipped while its inputs are the same as when it last ended well: their digest is kept in ``.venv/made``.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from deploy.local import binaries
from deploy.local.children import SetupError
from deploy.local.console import Progress, run

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = PROJECT / "deploy" / "requirements"
STEPS = 5
# An environment made for the key also serves what it is asked for as the value.
SERVES = {"test": {"test", "demo"}, "demo": {"demo"}}


def prepare(kind: str, *, log: Path, progress: Progress) -> None:
    """Bring everything up to date for ``demo`` or ``test``. Raises SetupError saying which command failed and why."""
    _make_environment(progress, log)
    _install_python_libraries(kind, progress, log)
    _install_front_end_libraries(progress, log)
    _build_bundles(progress, log)
    _compile_translations(progress, log)


def _make_environment(progress: Progress, log: Path) -> None:
    title = "Python environment"
    if _usable(PYTHON):
        progress.skip(title)
        return
    with progress.step(title):
        shutil.rmtree(VENV, ignore_errors=True)
        hint = "On Debian and Ubuntu: apt-get install python3-venv"
        run([sys.executable, "-m", "venv", VENV], log=log, folder=PROJECT, hint=hint)


def _usable(python: Path) -> bool:
    """Return whether the environment's interpreter still runs, and is the version it was made for."""
    if not python.exists():
        return False
    check = subprocess.run([python, "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"], capture_output=True)
    return check.returncode == 0


def _install_python_libraries(kind: str, progress: Progress, log: Path) -> None:
    title = "Python libraries"
    stamp = Stamp("python")
    wanted = {made: f"{made} {digest([REQUIREMENTS / f'{made}.txt'])}" for made in SERVES if kind in SERVES[made]}
    if stamp.text() in wanted.values():
        progress.skip(title)
        return
    with progress.step(title):
        _pip_install(REQUIREMENTS / f"{kind}.txt", log)
        stamp.write(wanted[kind])


def _pip_install(lock: Path, log: Path) -> None:
    # The lock file names everything: pip has nothing to resolve.
    command = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-deps",
        "--require-hashes",
        "-r",
        lock,
    ]
    run(command, log=log, folder=PROJECT, hint="Is the Python package index within reach?")


def _install_front_end_libraries(progress: Progress, log: Path) -> None:
    inputs = [PROJECT / "package.json", PROJECT / "package-lock.json"]

    def install() -> None:
        folder, npm = _node_and_npm(log)
        run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            log=log,
            folder=PROJECT,
            environment=_with_path(folder),
            hint="Is the npm registry within reach?",
        )

    _make("Front-end libraries", "npm", inputs, [PROJECT / "node_modules"], install, progress)


def _build_bundles(progress: Progress, log: Path) -> None:
    sources = (path for path in (PROJECT / "static").rglob("*") if "dist" not in path.relative_to(PROJECT).parts)

    def build() -> None:
        folder, npm = _node_and_npm(log)
        run([*npm, "run", "build"], log=log, folder=PROJECT, environment=_with_path(folder))

    inputs = [PROJECT / "package-lock.json", *sources]
    _make("Front-end bundles", "bundles", inputs, [PROJECT / "static" / "dist"], build, progress)


def _compile_translations(progress: Progress, log: Path) -> None:
    catalogues = sorted((PROJECT / "locale").glob("*/LC_MESSAGES/*.po"))
    compiled = [path.with_suffix(".mo") for path in catalogues]

    def compile_all() -> None:
        for source, target in zip(catalogues, compiled, strict=True):
            # Babel, not msgfmt: a fresh machine has no gettext.
            command = [PYTHON, "-m", "babel.messages.frontend", "compile", "-i", source, "-o", target]
            run(command, log=log, folder=PROJECT)

    _make("Translations", "translations", catalogues, compiled, compile_all, progress)


def _make(
    title: str, name: str, inputs: Iterable[Path], outputs: list[Path], build: Callable[[], None], progress: Progress
) -> None:
    """Do one step, unless all its outputs are there and were made from the same inputs."""
    stamp, wanted = Stamp(name), digest(inputs)
    if stamp.text() == wanted and all(path.exists() for path in outputs):
        progress.skip(title)
        return
    with progress.step(title):
        build()
        stamp.write(wanted)


def _node_and_npm(log: Path) -> tuple[Path, list[str]]:
    """Return the machine's Node and npm, or those of a wheel that is installed where the machine has none."""
    if not (found := binaries.node_and_npm(VENV)):
        _pip_install(REQUIREMENTS / "node.txt", log)
        found = binaries.node_and_npm(VENV)
    if not found:
        raise SetupError("There is no Node for this machine, not even as a wheel. Install Node 18 or newer, with npm.")
    return found


def _with_path(folder: Path) -> dict[str, str]:
    return os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


class Stamp:
    """What a step was made from, kept in the environment: a new environment starts from nothing."""

    def __init__(self, name: str) -> None:
        self.path = VENV / "made" / name

    def text(self) -> str:
        return self.path.read_text() if self.path.exists() else ""

    def write(self, text: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(text)


def digest(paths: Iterable[Path]) -> str:
    """Return one digest of all these files' names and contents."""
    total = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(PROJECT)} {content}\n".encode())
    return total.hexdigest()
