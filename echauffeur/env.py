"""The only module that reads the environment: every setting that a machine may change, with its safe default."""

import os
from collections.abc import Collection
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


class MissingSetting(Exception):
    """A setting that has no safe default was not given."""


def text(name: str, default: str | None = None) -> str:
    """Return the variable, or its default. A ``NAME_FILE`` beside it names a file to read it from (container secrets).

    Raises MissingSetting when there is neither.
    """
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    value = os.environ.get(name, default)
    if value is None:
        raise MissingSetting(f"Set the environment variable {name} (or {name}_FILE): it has no safe default.")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """Return whether the variable says yes: 1, true, yes or on."""
    return text(name, str(default)).lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int, *, most: int | None = None) -> int:
    """Return the variable as a whole number that is not negative, nor more than ``most``.

    Raises MissingSetting when it is none: a setting that nobody understands is a setting that nobody gave.
    """
    value = text(name, str(default))
    if not value.isascii() or not value.isdecimal():
        raise MissingSetting(f"The environment variable {name} must be a whole number, not {value!r}.")
    if most is not None and int(value) > most:
        raise MissingSetting(f"The environment variable {name} must be at most {most}, not {value}.")
    return int(value)


def choice(name: str, default: str, choices: set[str]) -> str:
    """Return the variable, which must be one of the choices. Raises MissingSetting when it is none of them."""
    value = text(name, default)
    if value not in choices:
        raise MissingSetting(f"The environment variable {name} must be one of {sorted(choices)}, not {value!r}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def some_of(name: str, allowed: Collection[str], default: str = "") -> list[str]:
    """Return a comma-separated variable of which every word is one of the allowed.

    Raises MissingSetting when one is not: what was meant by it must not silently not hold.
    """
    given = words(name, default)
    if unknown := sorted(set(given) - set(allowed)):
        raise MissingSetting(f"{name} may hold {', '.join(sorted(allowed))}; it does not know {', '.join(unknown)}.")
    return given


def data_folder() -> Path:
    """Return the folder that holds everything this machine writes."""
    return Path(text("ECHAUFFEUR_DATA", str(PROJECT / ".data")))
