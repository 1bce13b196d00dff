"""What no tool knows: rules of this project on its own source."""

import ast
import re
from pathlib import Path

import pytest

from tests.rules.source import APPS, PROJECT, files, name_of

CODE = [path for path in files(".py", under=tuple(f"{app}/" for app in APPS)) if "migrations" not in path.parts]
READS_ENVIRONMENT = {"echauffeur/env.py", "echauffeur/asgi.py", "echauffeur/celery.py"}
# Addresses of this machine or of a package registry, which would mean nothing elsewhere.
ELSEWHERE_UNKNOWN = re.compile(
    r"/work/(main|shared)|/tmp/[a-z]+/|/root/|https?://[\w.-]*(artifact|mirror|proxy|registry)[\w.-]*"
)


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_rules_hide_in_no_signal() -> None:
    signals = {"django.dispatch", "django.db.models.signals", "django.core.signals", "django.contrib.auth.signals"}
    users = [name_of(path) for path in CODE if signals & imported(ast.parse(path.read_text()))]
    assert users == []


def test_what_follows_a_commit_can_fail() -> None:
    """Django's own way turns a saved row into an error when a partial fails: see `echauffeur/common/commits.py`."""
    users = [name_of(path) for path in CODE if re.search(r"\bon_commit\(", path.read_text())]
    assert users == ["echauffeur/common/commits.py"]


def test_nothing_is_called_utils_or_service() -> None:
    names = [name_of(path) for path in files(".py") if path.stem in {"utils", "util", "helpers", "misc", "services"}]
    assert [name for name in names if not name.startswith("tests/")] == []
    classes = [
        node.name
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Service", "Helper", "Handler"))
    ]
    assert classes == []


def test_one_module_reads_the_environment() -> None:
    readers = {name_of(path) for path in CODE if re.search(r"\bos\.(environ|getenv)\b", path.read_text())}
    assert readers <= READS_ENVIRONMENT


def test_one_module_of_the_tests_reads_the_environment() -> None:
    readers = {name_of(path) for path in files(".py", under=("tests/",)) if "os.environ.get" in path.read_text()}
    assert readers <= {"tests/env.py", "tests/rules/test_source.py"}


def test_the_solver_is_plain_python() -> None:
    for path in files(".py", under=("dispatch/solver/",)):
        names = {name.partition(".")[0] for name in imported(ast.parse(path.read_text()))}
        assert not names & {"django", "redis", "httpx", "requests", "socket", "urllib", "time"}, name_of(path)


@pytest.mark.parametrize(
    "path",
    files(".py", ".html", ".js", ".mjs", ".css", ".md", ".toml", ".yml", ".json", ".txt", ".sh", ".po"),
    ids=name_of,
)
def test_no_file_knows_a_machine(path: Path) -> None:
    if path.name in {"test_source.py", "package-lock.json"}:
        return
    assert not (found := ELSEWHERE_UNKNOWN.search(path.read_text())), found[0]


def test_the_front_end_lock_names_no_host_and_hashes_everything() -> None:
    text = (PROJECT / "package-lock.json").read_text()
    assert '"resolved": "http' not in text
    packages = re.findall(r'"(node_modules/[^"]+)": \{(.*?)\n    \}', text, re.DOTALL)
    assert packages
    assert [name for name, block in packages if '"integrity"' not in block and '"link"' not in block] == []


def code_of(text: str) -> list[str]:
    """Return what a page writes as code."""
    return re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)


def test_the_read_me_is_short_and_its_commands_exist() -> None:
    text = (PROJECT / "README.md").read_text()
    assert len(text.splitlines()) < 120
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"[`$ ]make ([a-z-]+)`?", "\n".join(code_of(text)))) <= targets


@pytest.mark.parametrize("path", files(".md"), ids=name_of)
def test_links_of_the_documentation_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []
