"""Everything that the service holds about one person, and about people at all."""

from datetime import UTC, datetime
from typing import Any

from echauffeur.accounts.models import User
from echauffeur.common.personal import Kept, Section, as_told

# Rises when a key of the file changes its meaning or goes.
FORMAT = 1


def what_is_kept() -> list[Kept]:
    """Return the lines of the privacy page."""
    return [line for keeper in as_told() for line in keeper.kept]


def sections_of(person: User) -> list[Section]:
    """Return all that is held about the person, section by section."""
    return [section for keeper in as_told() for section in keeper.export(person)]


def file_of(person: User, now: datetime) -> dict[str, Any]:
    """Return the same as plain values under keys that never change: `docs/own-data.md` says what they mean."""
    made_at = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    about = {"service": "e-Chauffeur", "format": FORMAT, "made_at": made_at}
    return about | {section.key: section.as_json() for section in sections_of(person)}
