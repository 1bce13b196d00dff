"""Ceilings: what does not fit on a page is not understood at a glance."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.source import files, name_of, templates

FILE, TEST_FILE, TEMPLATE = 400, 800, 150
FUNCTION, VIEW, CLASS = 50, 25, 250
PYTHON = [path for path in files(".py") if "migrations" not in path.parts]
SCRIPTS = [path for path in files(".js", ".mjs", ".css") if path.parts[-2] != "dist"]


def length(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_files_are_short() -> None:
    ceilings = {path: TEST_FILE if "tests" in path.parts else FILE for path in [*PYTHON, *SCRIPTS]}
    ceilings |= dict.fromkeys(templates(), TEMPLATE)
    assert {name_of(path): length(path) for path, most in ceilings.items() if length(path) > most} == {}


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_functions_and_classes_are_short(path: Path) -> None:
    too_long = {name: lines for name, lines, most in parts(path) if lines > most}
    assert too_long == {}


def parts(path: Path) -> Iterator[tuple[str, int, int]]:
    """Give the name, length and ceiling of every function and class of the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        most = CLASS if isinstance(node, ast.ClassDef) else VIEW if is_view(node) else FUNCTION
        lines = (node.end_lineno or 0) - node.lineno + 1
        yield node.name, lines, most


def is_view(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether this answers a request: its first argument is one, and it returns a response."""
    first = node.args.args[0].arg if node.args.args else ""
    return first == "request" and node.returns is not None and "Response" in ast.unparse(node.returns)
