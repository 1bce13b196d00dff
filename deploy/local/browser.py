"""What the browser tests need from the machine: Chromium, plain fonts and gettext, all Debian packages."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from deploy.local.children import SetupError
from deploy.local.console import Progress, complain, run

# The headless shell draws no window of its own: a quarter less work than the whole browser.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FONTS = Path("/usr/share/fonts")


def chromium() -> str | None:
    """Return the path of the machine's Chromium, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


NEEDED: dict[str, Callable[[], object]] = {
    "chromium-headless-shell": chromium,
    "fonts-liberation": lambda: next(FONTS.rglob("LiberationSans-Regular.*"), None),
    "gettext": lambda: shutil.which("msgfmt"),
}


def prepare(*, log: Path, progress: Progress) -> None:
    """Install what is missing where we may, else say the line to type. Raises SetupError in CI, which skips nothing."""
    title = "Chromium for the browser tests"
    missing = [package for package, present in NEEDED.items() if not present()]
    if not missing:
        progress.skip(title)
        return
    advice = f"For the browser tests, type: sudo apt-get install {' '.join(missing)}"
    try:
        if os.getuid() or not shutil.which("apt-get"):
            raise SetupError(advice)
        with progress.step(title):
            _install(missing, log, hint=advice)
    except SetupError as error:
        if os.environ.get("CI") == "true":
            raise
        complain(f"{error}\nThey are skipped until then.")


def _install(packages: list[str], log: Path, hint: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        run(["/usr/bin/apt-get", *command], log=log, folder=Path("/"), environment=environment, hint=hint)
