"""Style, types, floors between apps, templates: each tool has the last word in its field."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.source import PROJECT

TOOLS = {
    "style": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "floors": ["lint-imports"],
    "templates": ["djlint", "--quiet", "--lint", "templates"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_has_nothing_to_say(tool: str) -> None:
    program, *arguments = TOOLS[tool]
    command = [Path(sys.executable).with_name(program), *arguments]
    answer = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
