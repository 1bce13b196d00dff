"""The lock files: every library with its hashes, and one set of versions for tests, demo and production."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "requirements"
LOCKS = sorted(path.stem for path in FOLDER.glob("*.txt"))


def pins(name: str) -> dict[str, str]:
    """Return each line of a lock file that pins a library, with what follows it up to the next."""
    text = (FOLDER / f"{name}.txt").read_text()
    found = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    return {block.split(" \\\n")[0]: block for block in found if block.strip()}


@pytest.mark.parametrize("name", LOCKS)
def test_every_library_is_pinned_with_hashes(name: str) -> None:
    assert pins(name)
    for pin, block in pins(name).items():
        assert re.match(r"[a-z0-9._-]+==\S+", pin), pin
        assert "--hash=sha256:" in block, pin


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_machine(name: str) -> None:
    assert not re.search(r"://|--index|--find-links", (FOLDER / f"{name}.txt").read_text())


@pytest.mark.parametrize(("smaller", "larger"), [("base", "demo"), ("demo", "test")])
def test_one_environment_serves_both(smaller: str, larger: str) -> None:
    assert pins(smaller).keys() < pins(larger).keys()
