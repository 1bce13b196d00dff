"""Makes what the project runs on: Python libraries, front-end libraries and bundles, translations.

Each step is skipped while its inputs are the same as when it last ended well: their digest is kept in ``.venv/made``.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import binaries
from deploy.local.children import SetupError
from deploy.local.console import Progress, run

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
DIST = PROJECT / "static" / "dist"
REQUIREMENTS = PROJECT / "deploy" / "requirements"
STEPS = 5
# An environment made for the key also serves what it is asked for as the value.
SERVES = {"test": {"test", "demo"}, "demo": {"demo"}}


class Preparation:
    """Brings everything up to date, step by step. Raises SetupError saying which command failed and why."""

    def __init__(self, *, log: Path, progress: Progress) -> None:
        self.log = log
        self.progress = progress

    def prepare(self, kind: str) -> None:
        """Make all that ``demo`` or ``test`` needs."""
        self._make_environment()
        self._install_python_libraries(kind)
        self._install_front_end_libraries()
        self._build_bundles()
        self._compile_translations()

    def _make_environment(self) -> None:
        title = "Python environment"
        if _usable(PYTHON):
            self.progress.skip(title)
            return
        with self.progress.step(title):
            shutil.rmtree(VENV, ignore_errors=True)
            self._run(sys.executable, "-m", "venv", VENV, hint="On Debian and Ubuntu: apt-get install python3-venv")

    def _install_python_libraries(self, kind: str) -> None:
        title = "Python libraries"
        stamp = Stamp("python")
        wanted = {made: f"{made} {digest([REQUIREMENTS / f'{made}.txt'])}" for made in SERVES if kind in SERVES[made]}
        if stamp.text() in wanted.values():
            self.progress.skip(title)
            return
        with self.progress.step(title), stamp.replaced_by(wanted[kind]):
            self._pip_install(kind)

    def _install_front_end_libraries(self) -> None:
        inputs = [PROJECT / "package.json", PROJECT / "package-lock.json"]
        with self._unless_made("Front-end libraries", "npm", inputs, [PROJECT / "node_modules"]) as wanted:
            if wanted:
                self._npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", hint="Is the npm registry within reach?")

    def _build_bundles(self) -> None:
        sources = [path for path in (PROJECT / "static").rglob("*") if DIST not in path.parents]
        templates = (PROJECT / "templates").rglob("*.html")  # what they don't use is left out of the bundles
        inputs = [PROJECT / "package-lock.json", *sources, *templates]
        with self._unless_made("Front-end bundles", "bundles", inputs, [DIST]) as wanted:
            if wanted:
                self._npm("run", "build")

    def _compile_translations(self) -> None:
        catalogues = sorted((PROJECT / "locale").glob("*/LC_MESSAGES/*.po"))
        compiled = {source: source.with_suffix(".mo") for source in catalogues}
        with self._unless_made("Translations", "translations", catalogues, list(compiled.values())) as wanted:
            # Babel, not msgfmt: a fresh machine has no gettext.
            for source, target in compiled.items() if wanted else ():
                self._run(PYTHON, "-m", "babel.messages.frontend", "compile", "-i", source, "-o", target)

    @contextmanager
    def _unless_made(self, title: str, name: str, inputs: Iterable[Path], outputs: list[Path]) -> Iterator[bool]:
        """Yield whether the step is wanted: not when all its outputs are there and were made from the same inputs."""
        stamp, made_from = Stamp(name), digest(inputs)
        if stamp.text() == made_from and all(path.exists() for path in outputs):
            self.progress.skip(title)
            yield False
            return
        with self.progress.step(title), stamp.replaced_by(made_from):
            yield True

    def _npm(self, *arguments: str, hint: str = "") -> None:
        """Run npm with the machine's Node, or with the one of a wheel that is installed where the machine has none."""
        if not (found := binaries.node_and_npm(VENV)):
            self._pip_install("node")
            found = binaries.node_and_npm(VENV)
        if not found:
            raise SetupError(
                "There is no Node for this machine, not even as a wheel. Install Node 18 or newer, with npm."
            )
        folder, npm = found
        path = f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        self._run(*npm, *arguments, environment=os.environ | {"PATH": path}, hint=hint)

    def _pip_install(self, lock: str) -> None:
        # The lock file names everything: pip has nothing to resolve.
        options = ["--disable-pip-version-check", "--no-deps", "--require-hashes"]
        hint = "Is the Python package index within reach?"
        self._run(PYTHON, "-m", "pip", "install", *options, "-r", REQUIREMENTS / f"{lock}.txt", hint=hint)

    def _run(self, *command: str | Path, environment: dict[str, str] | None = None, hint: str = "") -> None:
        run(command, log=self.log, folder=PROJECT, environment=environment, hint=hint)


def _usable(python: Path) -> bool:
    """Return whether the environment's interpreter still runs, and is new enough."""
    if not python.exists():
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([python, "-c", probe], check=False, capture_output=True).returncode == 0


class Stamp:
    """What a step was made from, kept in the environment: a new environment starts from nothing."""

    def __init__(self, name: str) -> None:
        self.path = VENV / "made" / name

    def text(self) -> str:
        return self.path.read_text() if self.path.exists() else ""

    @contextmanager
    def replaced_by(self, text: str) -> Iterator[None]:
        """Forget the old one first: a step cut short has to be done again, whatever it is asked for next."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        yield
        self.path.write_text(text)


def digest(paths: Iterable[Path]) -> str:
    """Return one digest of all these files' names and contents."""
    total = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(PROJECT)} {content}\n".encode())
    return total.hexdigest()
