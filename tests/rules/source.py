"""The repository's own files, as the rules read them."""

import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
APPS = ["echauffeur", "fleet", "drivers", "bookings", "tracking", "dispatch"]


def files(*suffixes: str, under: tuple[str, ...] = ("",)) -> list[Path]:
    """Return the files that are or would be committed, by ending and folder."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = [PROJECT / name for name in listed.stdout.splitlines() if name.startswith(under)]
    return [path for path in paths if path.suffix in suffixes and path.exists()]


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def templates() -> list[Path]:
    return files(".html", under=("templates/",))
