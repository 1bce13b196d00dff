"""French is complete: every text of the screens, as they stand now, is translated, and no translation is a guess."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.env import IN_CI
from tests.rules.source import PROJECT

PO = Path("locale/fr/LC_MESSAGES/django.po")
LEFT_OUT = ("node_modules", ".venv", ".git", ".data", "dist", "tests", "deploy", "docs", "*_cache")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The French catalogue as `make messages` would write it now, from a copy of the project."""
    if shutil.which("xgettext") is None:
        sentence = "No gettext: sudo apt-get install gettext"
        pytest.fail(sentence) if IN_CI else pytest.skip(sentence)
    copy = tmp_path_factory.mktemp("texts") / "project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    command = [sys.executable, "manage.py", "makemessages", "--locale=fr", "--no-location", "--no-obsolete"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    with (copy / PO).open("rb") as po:
        return read_po(po, locale="fr")


@pytest.fixture(scope="module")
def committed() -> Catalog:
    with (PROJECT / PO).open("rb") as po:
        return read_po(po, locale="fr")


def texts(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def test_every_text_of_the_screens_is_in_the_catalogue(fresh: Catalog, committed: Catalog) -> None:
    known = {(message.id, message.context) for message in texts(committed)}
    assert [message.id for message in texts(fresh) if (message.id, message.context) not in known] == []


def test_every_text_is_translated_and_none_is_a_guess(fresh: Catalog) -> None:
    strings = {message.id: message.string for message in texts(fresh)}
    missing = [text for text, said in strings.items() if not (all(said) if isinstance(said, tuple) else said)]
    assert missing == []
    assert [message.id for message in texts(fresh) if message.fuzzy] == []


def test_translations_name_the_same_things(committed: Catalog) -> None:
    def names(text: str) -> set[str]:
        return set(re.findall(r"%\((\w+)\)", text))

    for message in texts(committed):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in filter(None, said):
            assert names(text) <= set().union(*map(names, ids)), message.id
            assert names(text) >= set.intersection(*map(names, ids)), message.id
